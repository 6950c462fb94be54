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
#include "fault.hpp"

namespace radixlab {

class FaultyLocks : public ManagerWrapper {
 public:
  /// `source`, to which evicted pages go, must outlive it; pages are of `page_size` tokens.
  FaultyLocks(std::unique_ptr<BaseCacheManager> inner, Fault fault, PageSource& source, std::size_t page_size);

  /// From now on each unlock evicts all that is evictable: whatever a desk needs, it must hold locked by then.
  void evict_at_once(bool on) { at_once_ = on; }

  CacheHandle match_prefix(PrefixKey key) override;
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;
  std::vector<PageId> evict(std::size_t num_pages) override;

  std::size_t chances() const { return chances_; }

 private:
  struct Late {  // the desk has locked it, the manager has not
    CacheHandle handle;
    bool is_gone = false;
  };
  bool is_gone(const CacheHandle& handle) const;
  void lock_late_ones();

  Fault fault_;
  PageSource& source_;
  std::size_t page_size_;
  std::vector<Late> late_;
  std::size_t chances_ = 0;
  bool at_once_ = false, after_match_ = false;
};

}  // namespace radixlab
