/// \file
/// A manager that hands every call on to another one, which it owns: what is broken on purpose overrides a call or two.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include "contract/snapshot.hpp"

namespace radixlab {

class ManagerWrapper : public BaseCacheManager {
 public:
  CacheHandle match_prefix(PrefixKey key) override { return inner_->match_prefix(key); }
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override { inner_->copy_pages(handle, out); }
  CacheHandle whole_pages(const CacheHandle& handle) const override { return inner_->whole_pages(handle); }
  void lock_handle(const CacheHandle& handle) override { inner_->lock_handle(handle); }
  void unlock_handle(const CacheHandle& handle) override { inner_->unlock_handle(handle); }
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override {
    return inner_->insert_prefix(key, pages, from);
  }
  std::vector<PageId> evict(std::size_t num_pages) override { return inner_->evict(num_pages); }
  void rename_pages(std::span<const PageMove> moves) override { inner_->rename_pages(moves); }
  void request_ended(PrefixKey key, std::size_t found) override { inner_->request_ended(key, found); }
  std::vector<PageId> reset() override { return inner_->reset(); }
  SizeInfo size_info() const override { return inner_->size_info(); }
  Snapshot snapshot() const override { return inner_->snapshot(); }

 protected:
  explicit ManagerWrapper(std::unique_ptr<BaseCacheManager> inner) : inner_(std::move(inner)) {}

  const std::unique_ptr<BaseCacheManager> inner_;
};

}  // namespace radixlab
