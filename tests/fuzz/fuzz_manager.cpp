// Calls on a cache manager, decoded from bytes and judged by the oracle. First byte: which manager of the ladder, at
// which page size, under which policy. Then calls, honest and senseless; a call that is refused must be refused by a rule, and change
// nothing. What no manager can notice (a page given twice, an unlock in another's name) is not called: it would be the
// caller's find. First check: an insert went through.
#include <algorithm>
#include <map>
#include <numeric>
#include <ostream>
#include <tuple>

#include "../conformance/lives.hpp"
#include "target.hpp"

namespace radixlab {
namespace {

constexpr std::size_t num_pages = 48;
using Text = std::vector<TokenId>;

struct Cell {
  const Stage* stage;
  std::size_t page_size;
  const char* policy;
};

const std::vector<Cell>& cells() {
  static const std::vector<Cell> all = [] {
    std::vector<Cell> out;
    for (const Stage* stage : built_stages())
      for (const auto& [P, policy] : ways(*stage)) out.push_back({stage, P, policy});
    return out;
  }();
  return all;
}

/// The input, a byte at a time.
struct Bytes {
  std::string_view rest;
  bool empty() const { return rest.empty(); }
  std::size_t next() {
    if (rest.empty()) return 0;
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    return byte;
  }
};

/// A handle that was given out, or invented, and what it was given out for.
struct Held {
  CacheHandle handle;
  Text tokens;
  std::uint32_t salt = 0;
};

class Session {
 public:
  Session(const Cell& cell, std::string_view input, std::ostream* told)
      : P_(cell.page_size),
        partial_(cell.stage->partial_hits),
        whole_texts_(cell.stage->whole_texts),
        free_(num_pages),
        story_(pool_with_all_pages_taken(cell).manager, P_, partial_),
        in_{input},
        told_(told) {}

  bool run() {
    while (!in_.empty()) {
      step();
      tell();
      story_.check_integrity();
      story_.same_as_snapshot();
      if (const auto cached = story_.mirror().pages().size(); free_.free_count() + cached != num_pages)
        throw IntegrityError("I4: " + std::to_string(free_.free_count()) + " free + " + std::to_string(cached) +
                             " cached pages, expected " + std::to_string(num_pages));
    }
    return inserted_;
  }

  void tell() {
    if (told_) *told_ << std::string_view(story_.text()).substr(written_) << std::flush;
    written_ = story_.text().size();
  }

 private:
  // The session's own list says which pages are free: the manager is told nothing of it.
  static ManagedPool pool_with_all_pages_taken(const Cell& cell) {
    ManagedPool made = cell.stage->make({.page_size = cell.page_size, .num_pages = num_pages, .policy = cell.policy});
    while (made.source->take()) {
    }
    return made;
  }

  using HandleName = std::tuple<std::size_t, std::uint32_t, std::uint32_t>;
  static HandleName name(const CacheHandle& h) { return {h.cached_len, h.node, h.generation}; }
  std::size_t pages_for(std::size_t tokens) const { return (tokens + P_ - 1) / P_; }

  void step() {
    const std::size_t what = in_.next() % 16;
    if (what < 3) return honest_insert({{}, text(), salt()});
    if (what < 5) return insert_behind(held());
    if (what < 7) return look_up();
    if (what == 7) return lock(held().handle);
    if (what == 8) return unlock(held().handle);
    if (what == 9) return copy(held().handle);
    if (what == 10) return evict(in_.next());
    if (what == 11) return in_.next() % 4 == 0 ? reset() : evict(1);
    if (what == 12) return invent();
    if (what == 13) return wrong_insert();
    if (what == 14) return retain(held().handle);
    story_.size_info();
  }

  // Two letters share all tokens of a page but the last; equal letters are equal pages. Where a page holds a whole text,
  // letters are shorter, and no text is longer than a page.
  void put_letter(Text& tokens, std::size_t letter) const {
    for (std::size_t i = 0; i < (whole_texts_ ? P_ / 4 : P_); ++i) tokens.push_back(static_cast<TokenId>(letter / 2));
    tokens.back() += static_cast<TokenId>(letter % 2) * 100;
  }

  Text text(Text tokens = {}) {
    const std::size_t shape = in_.next(), letters = shape % 5;
    for (std::size_t i = 0, bits = letters ? in_.next() : 0; i < letters; ++i, bits >>= 2) put_letter(tokens, bits % 4);
    for (std::size_t i = 0; i < (shape / 8) % P_; ++i) tokens.push_back(static_cast<TokenId>(i % 2));  // inside a page
    if (whole_texts_ && tokens.size() > P_) tokens.resize(P_);
    return tokens;
  }

  std::uint32_t salt() { return in_.next() % 4 == 0; }
  Held held() { return held_.empty() ? Held{} : held_[in_.next() % held_.size()]; }

  void remember(const CacheHandle& handle, const Text& tokens, std::uint32_t salt) {
    held_.push_back({handle, {tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(handle.cached_len)}, salt});
    if (held_.size() > 12) held_.erase(held_.begin());
  }

  /// A call that may be refused: by a rule or for its arguments, with nothing changed. False if it was.
  template <class Call>
  bool refusable(Call call) {
    const Snapshot before = story_.snapshot();
    try {
      call();
      return true;
    } catch (const IntegrityError&) {
      throw;
    } catch (const std::exception& error) {
      const std::string_view why = error.what();
      const bool by_rule = why.size() > 1 && why[0] == 'I' && why[1] >= '1' && why[1] <= '9';
      if (!by_rule && !dynamic_cast<const std::invalid_argument*>(&error)) throw;
      if (story_.snapshot() != before)
        throw IntegrityError("I17: a refused call changed something: " + std::string(why));
      return false;
    }
  }

  // A page more or fewer than there are is asked for, from time to time.
  std::size_t odd_count(std::size_t count) {
    const std::size_t odd = in_.next() % 16;
    return odd == 0 ? count + 1 : odd == 1 && count > 0 ? count - 1 : count;
  }

  bool pages_of(const CacheHandle& handle, std::vector<PageId>& pages) {
    pages.resize(pages_for(handle.cached_len));
    return refusable([&] { story_.copy_pages(handle, pages); });
  }

  std::vector<PageId> take(std::size_t count) {
    while (free_.free_count() < count && story_.size_info().evictable_size > 0) give(story_.evict(1));
    std::vector<PageId> pages;
    while (pages.size() < count && free_.free_count() > 0) pages.push_back(*free_.take());
    return pages;
  }

  void give(const std::vector<PageId>& pages) {
    for (const PageId page : pages) free_.give(page);
  }

  // As the contract has it: what the manager names is given, the caller keeps the rest, and has no more use for it.
  void honest_insert(const Held& key) {
    std::vector<PageId> pages;
    if (key.handle.cached_len > 512 || !pages_of(key.handle, pages)) return;
    pages.resize(key.handle.cached_len / P_);  // a partly filled page is not given again
    const std::size_t shared = pages.size(), needed = pages_for(key.tokens.size());
    const bool locked = refusable([&] { story_.lock_handle(key.handle); });  // so that the room is made elsewhere
    std::vector<PageId> own = take(needed - shared);
    if (locked) story_.unlock_handle(key.handle);
    if (own.size() < needed - shared) return give(own);
    pages.insert(pages.end(), own.begin(), own.end());
    const InsertResult result = story_.insert_prefix({key.tokens, key.salt}, pages, key.handle);
    inserted_ = true;
    std::vector<PageId> named(pages_for(result.handle.cached_len));
    story_.copy_pages(result.handle, named);
    std::erase_if(own, [&](PageId page) { return std::ranges::count(named, page) > 0; });
    give(own);
    remember(result.handle, key.tokens, key.salt);
  }

  void insert_behind(Held from) {
    if (from.handle.cached_len != from.tokens.size()) return;  // invented: wrong_insert has its turn
    from.tokens = text(from.tokens);
    honest_insert(from);
  }

  // From a handle that is another's, is gone or is longer than the key; with pages too many or too few.
  void wrong_insert() {
    const Held from = held();
    const Text tokens = text(in_.next() % 2 ? from.tokens : Text{});
    const std::uint32_t salt_now = in_.next() % 2 ? from.salt : salt();
    std::vector<PageId> pages = take(odd_count(pages_for(tokens.size())));
    if (pages.size() == pages_for(tokens.size()) && !pages.empty()) {
      give({pages.back()});
      pages.pop_back();
    }
    InsertResult result;
    if (refusable([&] {
          result = story_.insert_prefix({tokens, salt_now}, pages, from.handle);
        }) &&
        result.handle.cached_len > 0)
      throw IntegrityError("insert_prefix took " + std::to_string(pages.size()) + " pages for " +
                           std::to_string(tokens.size()) + " tokens");
    give(pages);
  }

  void look_up() {
    const Text tokens = text();
    const std::uint32_t who = salt();
    remember(story_.match_prefix({tokens, who}), tokens, who);
  }

  void lock(const CacheHandle& handle) {
    if (refusable([&] { story_.lock_handle(handle); })) ++locks_[name(handle)];
  }

  // An unlock without its lock can be noticed where nothing is locked at all.
  void unlock(const CacheHandle& handle) {
    const auto mine = locks_.find(name(handle));
    const bool honest = mine != locks_.end() && handle.cached_len > 0;
    if (!honest && handle.cached_len > 0 && story_.size_info().protected_size > 0) return;
    if (refusable([&] { story_.unlock_handle(handle); }) && honest && --mine->second == 0) locks_.erase(mine);
  }

  void copy(const CacheHandle& handle) {
    std::vector<PageId> out(odd_count(std::min<std::size_t>(pages_for(handle.cached_len), 64)));
    refusable([&] { story_.copy_pages(handle, out); });
  }

  void evict(std::size_t byte) {
    std::size_t count = story_.size_info().evictable_size;
    count = byte % 8 == 0 ? count + 1 + byte / 8 : byte == 1 ? SIZE_MAX : byte % (count + 1);
    refusable([&] { give(story_.evict(count)); });
  }

  void reset() {
    refusable([&] { give(story_.reset()); });
  }

  // A handle with one thing changed so that no manager gives it out, however it works: too long, a node or a generation
  // that nobody reaches, an end inside a page. What may name something cached by accident is not asked: no manager could
  // notice.
  void invent() {
    const std::size_t shape = in_.next();
    CacheHandle handle = held().handle;
    if (handle.cached_len == 0) handle = {P_, 1, 1};
    if (shape % 4 == 0) handle.node = UINT32_MAX;
    if (shape % 4 == 1) handle.generation = UINT32_MAX;
    if (shape % 4 == 2 || partial_ || P_ == 1) handle.cached_len = shape & 4 ? SIZE_MAX : (num_pages + 1) * P_;
    if (shape % 4 == 3 && !partial_ && P_ > 1) handle.cached_len -= 1 + shape / 4 % (P_ - 1);
    held_.push_back({handle, {}, 0});
  }

  void retain(const CacheHandle& handle) {
    try {
      refusable([&] { story_.retain(handle, static_cast<std::int32_t>(in_.next()) - 128, in_.next()); });
    } catch (const std::logic_error& error) {
      if (std::string_view(error.what()) != "this manager keeps no priorities") throw;
    }
  }

  std::size_t P_;
  bool partial_, whole_texts_;
  FreeList free_;
  Story story_;
  Bytes in_;
  std::ostream* told_;
  std::size_t written_ = 0;
  bool inserted_ = false;
  std::vector<Held> held_;
  std::map<HandleName, std::size_t> locks_;
};

}  // namespace

bool fuzz::run(std::string_view input, std::ostream* story) {
  if (input.empty()) return false;
  const auto which = static_cast<unsigned char>(input.front()) % cells().size();
  Session session(cells()[which], input.substr(1), story);
  try {
    return session.run();
  } catch (...) {
    session.tell();
    throw;
  }
}

}  // namespace radixlab
