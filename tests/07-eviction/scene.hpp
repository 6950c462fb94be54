/// \file
/// For chapter 07's suite: a cache of whole texts, told in one line.
///
///   "0:2 1:8 2:4 1 0^5"    texts 0, 1 and 2 are inserted, of 2, 8 and 4 pages of one token; a look-up finds text 1; text 0 gets
///                          priority 5 for 100 ticks
///
/// No two texts begin alike, so that each is a leaf. A look-up and an insert are a tick each.
#pragma once
#include <gmock/gmock.h>
#include <sstream>

#include "definitions.hpp"

namespace radixlab {

/// The questions' scene (chapters/07-eviction/questions.json).
inline constexpr const char* kScene = "0:2 1:8 2:4 3:3 2 3 1 0 3 0 4:1";

class Scene {
 public:
  explicit Scene(const char* name, const std::string& calls = "") : Scene(name, create_eviction_policy(name), calls) {}
  Scene(const char* name, std::shared_ptr<EvictionPolicy> policy, const std::string& calls = "")
      : definition_(*std::ranges::find(kDefinitions, std::string_view(name), &Definition::name)),
        cache_({.policy = std::move(policy)}) {
    say(calls);
  }

  void say(const std::string& calls) {
    std::istringstream words(calls);
    std::size_t text = 0, pages = 0;
    std::int32_t priority = 0;
    char what = 0;
    while (words >> text) {
      if (words.peek() == ':')
        words >> what >> pages, insert(text, pages);
      else if (words.peek() == '^')
        words >> what >> priority, retain(text, priority, 100);
      else
        match(text);
    }
  }
  void insert(std::size_t text, std::size_t num_pages) {
    if (texts_.size() <= text) texts_.resize(text + 1);
    std::vector<PageId> pages(num_pages);
    for (std::size_t i = 0; i < num_pages; ++i) {
      texts_[text].push_back(static_cast<TokenId>(1000 * text + i));
      pages[i] = static_cast<PageId>(1000 * text + i);
    }
    handles_[text] = cache_.insert_prefix(texts_[text], pages, {}).handle;
    ++now_;
  }
  void match(std::size_t text) {
    cache_.match_prefix(texts_[text]);
    ++now_;
  }
  /// Look-ups that find nothing: time passes, and nothing is used.
  void pass(std::int64_t ticks) {
    for (std::int64_t i = 0; i < ticks; ++i) cache_.match_prefix({std::vector<TokenId>{1}, 7});
    now_ += ticks;
  }
  void retain(std::size_t text, std::int32_t priority, std::uint64_t ticks) {
    cache_.retain(handles_.at(text), priority, ticks);
  }
  /// Evicts the next text, which must be the definition's, and names it.
  std::size_t evict() {
    const std::vector<NodeView> nodes = cache_.snapshot().nodes;
    const std::vector<PageId> freed = cache_.evict(1);
    const auto name = [](const NodeView& n) { return "text " + std::to_string(n.pages.front() / 1000); };
    const std::string wrong = wrong_victim(nodes, freed, 1, EvictionUnit::leaf, definition_, now_, name);
    if (!wrong.empty()) ADD_FAILURE() << wrong;
    return freed.front() / 1000;
  }
  std::vector<std::size_t> evict_all() {
    std::vector<std::size_t> texts;
    while (cache_.size_info().evictable_size > 0) texts.push_back(evict());
    return texts;
  }
  void reset() {
    cache_.reset();
    texts_.clear();
    now_ = 0;
  }
  std::int64_t now() const { return now_; }

 private:
  const Definition& definition_;
  RadixCacheManager cache_;
  std::vector<std::vector<TokenId>> texts_;
  std::map<std::size_t, CacheHandle> handles_;
  std::int64_t now_ = 0;
};

/// Calls on which a policy and lru let the texts go in other orders.
struct Differs {
  const char* name;
  const char* calls;
  std::vector<std::size_t> order, lru;
};
inline void expect_another_order_than_lru(const std::vector<Differs>& table) {
  for (const auto& [name, calls, order, lru] : table) {
    SCOPED_TRACE(std::string(name) + ": " + calls);
    EXPECT_EQ(Scene(name, calls).evict_all(), order);
    EXPECT_EQ(Scene("lru", calls).evict_all(), lru) << "the trace is made to tell them apart";
  }
}

}  // namespace radixlab
