/// \file
/// demo_05's tree: pages of one token, without a model, and its moments: printed one by one, drawn side by side.
#pragma once
#include <vector>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "apps/demo.hpp"
#include "storage/free_runs.hpp"

namespace radixlab {

class DemoTree {
 public:
  explicit DemoTree(Demo& demo) : demo_(demo) {}

  /// Publishes `text` as a request does: what is there already is used, the rest gets pages. It locks nothing.
  InsertResult publish(const std::vector<TokenId>& text);
  std::vector<PageId> pages_of(const CacheHandle& handle) const;

  void print() const;  ///< print_tree

  /// A step of the demo called `title`: `words` say what a call has answered, and below them stands the tree.
  void moment(const std::string& title, const std::string& words);
  /// All moments so far, from left to right. What stands behind a title's colon is a line of its own.
  void picture(const std::string& name) const;

  RadixCacheManager cache;
  FreeRuns source{64};  ///< [pages]

 private:
  struct Moment {
    std::string title;
    Snapshot tree;
  };
  Demo& demo_;
  std::vector<Moment> moments_;
};

/// "1 2 3"
std::string words_of(std::span<const TokenId> tokens);

}  // namespace radixlab
