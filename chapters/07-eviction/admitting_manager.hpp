/// \file
/// Chapter 07, given: a manager that publishes only what AdaptivePrefixCache finds worth it. Pages of a refused prefix stay the
/// request's own, and the desk frees them when the request ends.
///
///   asked to publish   7 7 3 1 | 9 9 4 2 | 5 5 8 8      counted: 7 7 3 1 five times, 7 7 3 1 9 9 4 2 once
///   published          7 7 3 1                          the length that is worth most; the rest is the request's own
///
/// For managers of whole pages, at chapter 01's desk, whose forks copy what is not published. (Chapter 06's share it by counts and
/// would find it published later.) A Story goes around the inner manager, not around this one: it demands that an insert publishes
/// all of its whole pages (I24).
#pragma once
#include <map>
#include <memory>

#include "07-eviction/adaptive_prefix_cache.hpp"
#include "contract/snapshot.hpp"

namespace radixlab {

/// All calls go through to the manager, but for two: insert_prefix asks first, and request_ended counts the request's text.
/// Memory is no question here: what is to be published lies in pages that the request has taken. Every salt has counts of its
/// own (I11): else a tenant would see, by when its text is cached, that others have it too.
class AdmittingManager : public BaseCacheManager {
 public:
  /// Owns the manager. Throws std::invalid_argument as AdaptivePrefixCache does, and for a page_size of 0.
  AdmittingManager(std::unique_ptr<BaseCacheManager> cache, std::size_t page_size, AdaptiveOptions options = {});

  /// Publishes the first L tokens of `key` [n], in whole pages: L is optimize_prefix_length at a cost of 1 a token, if
  /// should_cache_prefix agrees. Else, and where the request holds so much already, nothing: the answer is `from` again. O(n).
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;
  void request_ended(PrefixKey key, std::size_t found) override;

  CacheHandle match_prefix(PrefixKey key) override { return cache_->match_prefix(key); }
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override { cache_->copy_pages(handle, out); }
  CacheHandle whole_pages(const CacheHandle& handle) const override { return cache_->whole_pages(handle); }
  void lock_handle(const CacheHandle& handle) override { cache_->lock_handle(handle); }
  void unlock_handle(const CacheHandle& handle) override { cache_->unlock_handle(handle); }
  std::vector<PageId> evict(std::size_t num_pages) override { return cache_->evict(num_pages); }
  void retain(const CacheHandle& handle, std::int32_t priority, std::uint64_t duration) override {
    cache_->retain(handle, priority, duration);
  }
  void rename_pages(std::span<const PageMove> moves) override { cache_->rename_pages(moves); }
  std::vector<PageId> reset() override;  ///< counts too
  SizeInfo size_info() const override { return cache_->size_info(); }
  Snapshot snapshot() const override { return cache_->snapshot(); }

  std::size_t refused() const { return refused_; }  ///< calls of insert_prefix that published nothing

 private:
  std::size_t worth_publishing(PrefixKey key) const;  // [tokens], in whole pages

  std::unique_ptr<BaseCacheManager> cache_;
  std::size_t page_size_;
  AdaptiveOptions options_;
  std::map<std::uint32_t, AdaptivePrefixCache> counts_;  // by salt
  std::size_t refused_ = 0;
};

}  // namespace radixlab
