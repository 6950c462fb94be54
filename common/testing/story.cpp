#include "testing/story.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "contract/todo.hpp"

namespace radixlab {

using std::to_string;

/// One line, written when it goes out of scope, whether the call returned or threw.
struct Story::Line {
  Line(const Story& told, const char* op) : story(told), inside(told.open_ != nullptr) {
    with("op", op);
    if (!inside) story.open_ = this;
  }
  ~Line() {
    if (story.writes_) (inside ? story.after_ : story.lines_) += json.dump() + '\n';
    if (inside) return;
    story.lines_ += std::exchange(story.after_, {});
    story.open_ = nullptr;
  }
  Line(const Line&) = delete;
  template <class V>
  Line& with(const char* field, const V& value) {
    if (story.writes_) json[field] = value;
    return *this;
  }
  Line& with(const char* field, const CacheHandle& h) {
    if (story.writes_) json[field] = {h.cached_len, h.node, h.generation};
    return *this;
  }
  const Story& story;
  const bool inside;  // a broken rule, found while its call's line is not closed yet
  nlohmann::ordered_json json;
};

std::string Story::unfinished() const { return open_ ? open_->json.dump() + '\n' : ""; }

Story::Story(BaseCacheManager& told, std::size_t page_size, bool partial_hits)
    : told_(told), page_size_(page_size), partial_hits_(partial_hits), oracle_(page_size, partial_hits) {
  Line(*this, "story").with("page_size", page_size).with("partial_hits", partial_hits);
}

Story::Story(std::unique_ptr<BaseCacheManager> told, std::size_t page_size, bool partial_hits)
    : Story(*told, page_size, partial_hits) {
  owned_ = std::move(told);
}

void Story::broken(const std::string& rule) const {
  Line(*this, "broken").with("rule", rule);
  throw IntegrityError(rule);
}

// Makes the call, notes what it throws, and sees to it that a failed call changes nothing.
void Story::ask(Line& line, const std::function<void()>& call) const {
  const SizeInfo before = told_.size_info();
  try {
    call();
  } catch (const std::exception& error) {
    line.with("error", std::string(error.what()));
    if (told_.size_info() != before) broken(std::string("I17: a failed call changed the sizes: ") + error.what());
    throw;
  }
}

// A call by handle: one that is gone must be refused (I28), and one that is good must not (I15).
void Story::follow(Line& line, const CacheHandle& handle, const std::function<void()>& call) const {
  try {
    ask(line, call);
  } catch (const std::exception& error) {
    const Known* const good = known(handle);
    if (good && (good->locks > 0 || good->must_hold) && std::string_view(error.what()).starts_with("I28"))
      broken(std::string("I15: a good handle is refused: ") + error.what());
    throw;
  }
  if (handle.cached_len > 0 && !known(handle))
    broken("I28: a stale handle is followed: [" + to_string(handle.cached_len) + " tokens, node " +
           to_string(handle.node) + ", generation " + to_string(handle.generation) + "] names nothing that is cached");
}

Story::Known* Story::known(const CacheHandle& handle) const {
  const auto it = handles_.find(name(handle));
  return it == handles_.end() ? nullptr : &it->second;
}

CacheHandle Story::match_prefix(PrefixKey key) {
  Line line(*this, "match");
  line.with("tokens", key.tokens).with("cache_salt", key.cache_salt);
  CacheHandle found;
  const SizeInfo before = told_.size_info();
  ask(line, [&] { found = told_.match_prefix(key); });
  line.with("handle", found);
  if (found.cached_len > key.tokens.size() || (!partial_hits_ && found.cached_len % page_size_ != 0))
    broken("I8: a hit of " + to_string(found.cached_len) + " tokens for a key of " + to_string(key.tokens.size()) +
           ", P = " + to_string(page_size_));
  if (const std::size_t longest = oracle_.longest(key); found.cached_len != longest)
    broken("I7: the longest cached prefix has " + to_string(longest) + " tokens, the hit " +
           to_string(found.cached_len));
  if (told_.size_info() != before) broken("I9: a look-up changed the sizes");
  remember(found, key);
  return found;
}

void Story::copy_pages(const CacheHandle& handle, std::span<PageId> out) const {
  Line line(*this, "copy");
  line.with("handle", handle).with("num_pages", out.size());
  follow(line, handle, [&] { told_.copy_pages(handle, out); });
  line.with("pages", out);
  const Known* const good = known(handle);
  if (good && !std::ranges::equal(out, good->pages))
    broken("I10: copy_pages names other pages than when the handle was given out");
}

CacheHandle Story::whole_pages(const CacheHandle& handle) const {
  Line line(*this, "whole_pages");
  line.with("handle", handle);
  CacheHandle whole;
  follow(line, handle, [&] { whole = told_.whole_pages(handle); });
  line.with("whole", whole);
  if (const std::size_t expected = handle.cached_len / page_size_ * page_size_; whole.cached_len != expected)
    broken("I22: the whole pages of a hit of " + to_string(handle.cached_len) + " tokens hold " + to_string(expected) +
           ", the handle names " + to_string(whole.cached_len));
  if (const Known* const good = known(handle)) remember(whole, {good->tokens, good->cache_salt});
  return whole;
}

void Story::lock_handle(const CacheHandle& handle) {
  Line line(*this, "lock");
  line.with("handle", handle);
  follow(line, handle, [&] { told_.lock_handle(handle); });
  if (Known* const good = known(handle)) ++good->locks;
}

void Story::unlock_handle(const CacheHandle& handle) {
  Line line(*this, "unlock");
  line.with("handle", handle);
  follow(line, handle, [&] { told_.unlock_handle(handle); });
  Known* const good = known(handle);
  if (good && good->locks == 0)
    broken("I18: an unlock of " + to_string(handle.cached_len) + " tokens without its lock");
  if (good) --good->locks;
}

void Story::retain(const CacheHandle& handle, std::int32_t priority, std::uint64_t duration) {
  Line line(*this, "retain");
  line.with("handle", handle).with("priority", priority).with("duration", duration);
  follow(line, handle, [&] { told_.retain(handle, priority, duration); });
}

InsertResult Story::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  Line line(*this, "insert");
  line.with("tokens", key.tokens).with("cache_salt", key.cache_salt).with("pages", pages).with("from", from);
  const Known* const good = known(from);
  const auto start = key.tokens.first(std::min(from.cached_len, key.tokens.size()));
  if (good && (good->cache_salt != key.cache_salt || !std::ranges::equal(good->tokens, start)))
    throw std::invalid_argument("insert_prefix: from is no prefix of the key");
  const std::size_t longest = oracle_.longest(key);
  InsertResult result;
  follow(line, from, [&] { result = told_.insert_prefix(key, pages, from); });
  line.with("cached_len", result.cached_len).with("handle", result.handle);
  check_insert(key, pages, from, result, longest);
  return result;
}

std::vector<PageId> Story::evict(std::size_t num_pages) {
  Line line(*this, "evict");
  line.with("num_pages", num_pages);
  const Snapshot before = told_.snapshot();
  const std::size_t evictable = told_.size_info().evictable_size;
  std::vector<PageId> freed;
  try {
    ask(line, [&] { freed = told_.evict(num_pages); });
  } catch (const Todo&) {
    throw;
  } catch (const std::bad_alloc&) {  // no answer about what is evictable
    throw;
  } catch (const std::exception& error) {
    if (num_pages <= evictable)
      broken("I25: evict(" + to_string(num_pages) + ") fails with " + to_string(evictable) +
             " evictable: " + error.what());
    throw;
  }
  line.with("pages", freed);
  if (num_pages > evictable)
    broken("I25: evict(" + to_string(num_pages) + ") went through with " + to_string(evictable) + " evictable");
  check_victims(num_pages, freed, before);
  forget(freed);
  return freed;
}

void Story::rename_pages(std::span<const PageMove> moves) {
  Line line(*this, "rename_pages");
  std::vector<std::array<PageId, 2>> pairs;
  for (const auto& [from, to] : moves) pairs.push_back({from, to});
  line.with("moves", pairs);
  ask(line, [&] { told_.rename_pages(moves); });
  oracle_.rename(moves);
  for (auto& [who, good] : handles_)
    for (PageId& page : good.pages) page = Oracle::renamed(page, moves);
}

void Story::request_ended(PrefixKey key, std::size_t found) {
  Line line(*this, "request_ended");
  line.with("tokens", key.tokens).with("cache_salt", key.cache_salt).with("found", found);
  if (found > key.tokens.size()) throw std::invalid_argument("request_ended: more tokens were found than computed");
  const SizeInfo before = told_.size_info();
  ask(line, [&] { told_.request_ended(key, found); });
  if (told_.size_info() != before) broken("I17: the end of a request changed the sizes");
}

std::vector<PageId> Story::reset() {
  Line line(*this, "reset");
  std::vector<PageId> freed;
  ask(line, [&] { freed = told_.reset(); });
  line.with("pages", freed);
  for (const auto& [who, good] : handles_)
    if (good.locks > 0) broken("I37: reset while a prefix of " + to_string(good.tokens.size()) + " tokens is locked");
  forget(freed);
  if (!oracle_.pages().empty()) broken("I37: reset kept " + to_string(oracle_.pages().size()) + " pages");
  return freed;
}

SizeInfo Story::size_info() const {
  Line line(*this, "size_info");
  const SizeInfo size = told_.size_info();
  line.with("evictable_size", size.evictable_size).with("protected_size", size.protected_size);
  if (size.total_size() != oracle_.pages().size())
    broken("I17: " + to_string(size.total_size()) + " pages by size_info, " + to_string(oracle_.pages().size()) +
           " by the calls");
  return size;
}

}  // namespace radixlab
