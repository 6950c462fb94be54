/// \file
/// Chapter 01, task 1.1: the manager that caches nothing. Every other one must answer as it does, only faster.
///
/// "Consumes all", in seed 003's words: an insert counts every token as cached, but its handle is empty, so that by the
/// contract's ownership rule every page stays the caller's, at a chunk and at the end alike (repair S10).
#pragma once
#include "contract/snapshot.hpp"

namespace radixlab {

/// Every call is O(1) and keeps nothing. A handle that is not empty cannot be this manager's: it is refused (I28).
class NaiveCacheManager : public BaseCacheManager {
 public:
  CacheHandle match_prefix(PrefixKey key) override;
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;
  std::vector<PageId> evict(std::size_t num_pages) override;

  std::vector<PageId> reset() override { return {}; }
  SizeInfo size_info() const override { return {}; }
  Snapshot snapshot() const override { return {}; }
};

}  // namespace radixlab
