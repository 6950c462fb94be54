/// \file
/// Locks that are broken on purpose, by the manager or by the desk.
///
///   lock    the manager counts no lock, and evicts what is locked as it does the rest
///   evict   the desk takes pages, and so evicts, before it locks its hit
///   unlock  the desk unlocks what a request held before it locks what replaces it
///
/// A desk shows a manager nothing but its calls. So one that is broken is the sound one, some of whose locks reach the
/// manager later than they were asked for. A chance is a handle whose place is evicted meanwhile, though the desk believes
/// that it is locked.
///
/// With Fault::none it changes nothing, unless it is told to evict at once.
#pragma once
#include <memory>
#include <vector>

#include "contract/page_source.hpp"
#include "contract/snapshot.hpp"
#include "fault.hpp"

namespace radixlab {

class FaultyLocks : public BaseCacheManager {
 public:
  /// `source`, to which evicted pages go, must outlive it; pages are of `page_size` tokens.
  FaultyLocks(std::unique_ptr<BaseCacheManager> inner, Fault fault, PageSource& source, std::size_t page_size);

  /// From now on each unlock evicts all that is evictable: whatever a desk needs, it must hold locked by then.
  void evict_at_once(bool on) { at_once_ = on; }

  CacheHandle match_prefix(PrefixKey key) override;
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override { inner_->copy_pages(handle, out); }
  CacheHandle whole_pages(const CacheHandle& handle) const override { return inner_->whole_pages(handle); }
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;
  std::vector<PageId> evict(std::size_t num_pages) override;
  void rename_pages(std::span<const PageMove> moves) override { inner_->rename_pages(moves); }
  void request_ended(PrefixKey key, std::size_t found) override { inner_->request_ended(key, found); }
  std::vector<PageId> reset() override { return inner_->reset(); }
  SizeInfo size_info() const override { return inner_->size_info(); }
  Snapshot snapshot() const override { return inner_->snapshot(); }

  std::size_t chances() const { return chances_; }

 private:
  struct Late {  // the desk has locked it, the manager has not
    CacheHandle handle;
    bool is_gone = false;
  };
  bool is_gone(const CacheHandle& handle) const;
  void lock_late_ones();

  std::unique_ptr<BaseCacheManager> inner_;
  Fault fault_;
  PageSource& source_;
  std::size_t page_size_;
  std::vector<Late> late_;
  std::size_t chances_ = 0;
  bool at_once_ = false, after_match_ = false;
};

}  // namespace radixlab
