#include "testing/call_script.hpp"

#include <algorithm>
#include <sstream>

#include "io/jsonl.hpp"
#include "testing/recorded_call.hpp"

namespace radixlab {

CallScript call_script(std::string_view story) {
  std::istringstream text{std::string(story)};
  JsonlReader lines(text, "story");
  std::map<std::vector<std::uint64_t>, std::size_t> givers;  // by the handle that they gave out last
  CallScript calls;
  while (const std::optional<Json> line = lines.next()) {
    ScriptedCall call{needed_text(*line, "op", lines.where()), lines.number()};
    if (call.op == "story" || call.op == "broken") continue;
    if (const char* const used = call.gives() ? "from" : "handle"; line->contains(used)) {
      const auto handle = needed_numbers<std::uint64_t>(*line, used, lines.where());
      const auto giver = givers.find(handle);
      const bool is_empty = handle == std::vector<std::uint64_t>(3);
      if (!is_empty && giver == givers.end()) continue;  // invented
      if (!is_empty) call.giver = giver->second;
    }
    if (call.gives() || call.op == "request_ended") {
      call.tokens = needed_numbers<TokenId>(*line, "tokens", lines.where());
      call.cache_salt = needed_number<std::uint32_t>(*line, "cache_salt", lines.where());
      if (line->contains("handle")) givers[needed_numbers<std::uint64_t>(*line, "handle", lines.where())] = call.id;
    }
    if (line->contains("whole")) givers[needed_numbers<std::uint64_t>(*line, "whole", lines.where())] = call.id;
    if (call.op == "rename_pages") call.amount = read_story_call(*line, lines.where()).moves.size();
    if (call.op == "request_ended") call.amount = needed_number<std::size_t>(*line, "found", lines.where());
    if (call.op == "evict") call.amount = needed_number<std::size_t>(*line, "num_pages", lines.where());
    if (call.op == "retain") {
      call.amount = needed_number<std::size_t>(*line, "duration", lines.where());
      call.priority = needed_number<std::int32_t>(*line, "priority", lines.where());
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

bool CallPlayer::has_sense(const ScriptedCall& call) const {
  if (call.giver == 0) return true;
  const auto found = given_.find(call.giver);
  if (found == given_.end()) return false;
  const Given& given = found->second;
  if (call.op == "insert")
    return call.cache_salt == given.cache_salt && given.prefix.size() <= call.tokens.size() &&
           std::equal(given.prefix.begin(), given.prefix.end(), call.tokens.begin());
  const auto locks = locks_.find(name(given.handle));
  return call.op != "unlock" || (locks != locks_.end() && locks->second > 0);
}

bool CallPlayer::play(const ScriptedCall& call) {
  if (!has_sense(call)) return false;
  const CacheHandle handle = call.giver > 0 ? given_[call.giver].handle : CacheHandle{};
  try {
    make(call, handle);
  } catch (const IntegrityError&) {
    throw;
  } catch (const std::exception&) {  // refused, and written down
  }
  return true;
}

void CallPlayer::make(const ScriptedCall& call, const CacheHandle& handle) {
  if (call.op == "match") {
    give(call, cache_.match_prefix({call.tokens, call.cache_salt}));
  } else if (call.op == "insert") {
    insert(call, handle);
  } else if (call.op == "copy") {
    std::vector<PageId> pages((handle.cached_len + cache_.page_size() - 1) / cache_.page_size());
    cache_.copy_pages(handle, pages);
  } else if (call.op == "whole_pages") {
    const CacheHandle whole = cache_.whole_pages(handle);
    if (const auto given = given_.find(call.giver); given != given_.end()) {
      const auto& [named, prefix, salt] = given->second;
      const auto end = prefix.begin() + static_cast<std::ptrdiff_t>(whole.cached_len);
      given_[call.id] = {whole, {prefix.begin(), end}, salt};
    }
  } else if (call.op == "lock") {
    cache_.lock_handle(handle);
    ++locks_[name(handle)];
  } else if (call.op == "unlock") {
    cache_.unlock_handle(handle);
    --locks_[name(handle)];
  } else if (call.op == "evict") {
    cache_.evict(call.amount);
  } else if (call.op == "retain") {
    cache_.retain(handle, call.priority, call.amount);
  } else if (call.op == "rename_pages") {
    std::vector<PageMove> moves;
    for (const auto& [page, held] : cache_.mirror().pages())
      if (moves.size() < call.amount) moves.push_back({page, next_page_++});
    cache_.rename_pages(moves);
  } else if (call.op == "request_ended") {
    cache_.request_ended({call.tokens, call.cache_salt}, std::min(call.amount, call.tokens.size()));  // it may be cut
  } else if (call.op == "reset") {
    cache_.reset();
  } else {
    cache_.size_info();
  }
}

void CallPlayer::give(const ScriptedCall& call, const CacheHandle& handle) {
  const auto end = call.tokens.begin() + static_cast<std::ptrdiff_t>(handle.cached_len);
  given_[call.id] = {handle, {call.tokens.begin(), end}, call.cache_salt};
}

// What the handle covers lies in the cache's pages already; the rest in pages that nobody had before.
void CallPlayer::insert(const ScriptedCall& call, const CacheHandle& from) {
  const PrefixKey key(call.tokens, call.cache_salt);
  std::vector<PageId> pages((call.tokens.size() + cache_.page_size() - 1) / cache_.page_size());
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const PageId* const shared = (i + 1) * cache_.page_size() <= from.cached_len ? cached(key, i) : nullptr;
    pages[i] = shared ? *shared : next_page_++;
  }
  give(call, cache_.insert_prefix(key, pages, from).handle);
}

// The page that holds this page of the text, by the calls so far.
const PageId* CallPlayer::cached(PrefixKey key, std::size_t page) const {
  const auto text = key.tokens.first((page + 1) * cache_.page_size());
  for (const auto& [id, held] : cache_.mirror().pages())
    if (held.cache_salt == key.cache_salt && std::ranges::equal(held.prefix(), text)) return &id;
  return nullptr;
}

}  // namespace radixlab
