/// \file
/// Chapter 06, tasks 6.3 and 6.5: chapter 05's tree over pages that are counted, with hits that end inside a page.
///
///   P = 4, cached   1 2 3 4 | 5 6 7 8 | 9 9 9 9        pages p0 p1 p2
///   asked           1 2 3 4 | 5 6 0 ...                six tokens agree: p0 is shared. The edge is cut to p1 alone, whose
///                                                      first two places the asker copies to a page of its own
///
/// Invariants (beside those of chapter 05):
///
///   I3   a page of the tree is the cache's; what an insert gives was the writer's alone
///   I15  a node that a hit ends in, inside a page, has one page, and so is never cut again
///   I16  the count of a page of the tree is the ref_count of its node
///
/// After seed 000's RadixCacheV2. Its eviction policies are chapter 07's; its evict counts pages, as the contract's does.
#pragma once
#include <memory>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "06-page-allocator/page_allocator.hpp"

namespace radixlab {

/// What seed 000 looks up.
struct RadixKey {
  std::vector<TokenId> token_ids;
  std::uint32_t cache_salt = 0;
};

/// What seed 000's match_prefix answers.
struct MatchResult {
  std::vector<PageId> page_ids;  ///< [ceil(handle.cached_len / P)] in order; of the last the hit may need a part only
  CacheHandle handle;            ///< to lock, which counts the pages up
  const std::vector<PageId>& device_indices() const { return page_ids; }  ///< their name in the seed's first version
};

/// Never takes or frees a page by the contract's calls: it counts. The seed's calls at the end take and free.
class PagedRadixCache : public RadixCacheManager {
 public:
  /// Pages are the allocator's; who uses the cache takes them there and gives them back there. Throws std::invalid_argument
  /// for no allocator, and for options that RadixCacheManager refuses. Hits end inside a page if `partial_hits` is set.
  PagedRadixCache(std::shared_ptr<PageAllocator> allocator, RadixOptions options);

  /// 6.3  As chapter 05's, and each page of the path is counted up or down. O(pages of the handle).
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;
  /// 6.3  As chapter 05's; the pages that are given become the cache's. Throws (I3), with nothing changed, if one of them is
  ///      not the writer's alone.
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;
  /// 6.3  As chapter 05's; the pages are the caller's now.
  std::vector<PageId> evict(std::size_t num_pages) override;

  void rename_pages(std::span<const PageMove> moves) override;  ///< in the allocator too

  // Seed 000's calls. `layer_idx` must be the allocator's, or kAllLayers; else std::invalid_argument.

  /// Locks nothing. Its pages are good until the next eviction, and longer while `handle` is locked.
  MatchResult match_prefix(const RadixKey& key, int layer_idx = PageAllocator::kAllLayers);
  /// Publishes `key` [n] on `page_ids` [ceil(n / P)], the caller's alone; returns how many tokens were not cached before. What
  /// the cache does not keep is freed: pages of text that was cached already, and a last page that is not full. Throws (I3),
  /// with nothing changed, if one of the pages is not the caller's alone.
  std::size_t insert(const RadixKey& key, std::span<const PageId> page_ids, int layer_idx = PageAllocator::kAllLayers);
  /// So many pages, a request's. If too few are free, then it evicts the rest by itself. Throws std::runtime_error (I25), with
  /// nothing changed, if all that is evictable is not enough.
  std::vector<PageId> allocate(std::size_t num_pages, int layer_idx = PageAllocator::kAllLayers);
  /// Evicts and frees; returns the pages, which are free now.
  std::vector<PageId> evict(std::size_t num_pages, int layer_idx);
  AllocatorStats get_stats(int layer_idx = PageAllocator::kAllLayers) const;

  using RadixCacheManager::match_prefix;
  PageAllocator& allocator() const { return *allocator_; }

 protected:
  /// 6.5  Looks into the page that follows the whole ones. If it agrees in part, then the hit ends inside it, and its node is
  ///      cut to that one page.
  CacheHandle hit(RadixTree::Position found, std::span<const TokenId> rest) override;

 private:
  std::span<const PageId> pages_of(const CacheHandle& handle);  // good until the next call. Never fails
  void check_layer(int layer_idx) const;

  std::shared_ptr<PageAllocator> allocator_;
  std::vector<PageId> path_;  // of pages_of: as long [pages] as the longest key that was inserted
};

}  // namespace radixlab
