/// \file
/// What is broken on purpose, and a manager that is. How often a fault could have been seen is counted in the run that has
/// it: up to the first chance it is as sound as any.
///
///   page    the second page of a hit is handed out as its first, too                chance: a hit of two pages or more
///   split   the page below a seam that a split left is handed out above it, too     chance: a hit that crosses a seam
///   rope    the keys of published pages are turned by one position                  chance: a hit on a published page
///   stale   pages of an evicted prefix are handed out as if they were still cached  chance: an evicted page is asked
///   again
///
///   lock, evict, unlock    of locks, by the manager or the desk: faulty_locks.hpp
///   block, head            of the device, which the row above shares: faulty_device.hpp
///
/// Two pages that change places would be no such fault: keys carry their position, so only the order of the sums would
/// change, and bfloat16 mostly rounds that away.
///
/// It stands between the desk and the manager under test and knows it only through the contract; the seams are read off
/// a difference of snapshots. With Fault::none it changes nothing.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "llm/device.hpp"
#include "manager_wrapper.hpp"

namespace radixlab {

enum class Fault { none, page, split, rope, stale, lock, evict, unlock, block, head };
Fault parse_fault(std::string_view name);  ///< throws std::invalid_argument that lists the names
std::string fault_names();                 ///< "none, page, split, ..."
/// The row above computes with it too.
inline bool is_shared(Fault fault) { return fault == Fault::block || fault == Fault::head; }

struct FaultCounts {
  std::size_t tokens_evicted = 0;
  std::size_t splits = 0;                               ///< nodes that a call cut in two
  std::size_t page = 0, seam = 0, rope = 0, stale = 0;  ///< chances, as above
  std::size_t locked = 0;                               ///< places that were evicted though they were to be locked
  std::size_t second_blocks = 0;                        ///< calls of more rows than a block has
  std::size_t chances(Fault fault) const;               ///< of head: only who compares knows
};

class FaultyManager : public ManagerWrapper {
 public:
  /// `device` is where the pages lie, with one rotary angle per pair of a head: `turn` [head_dim / 2] of (cos, sin).
  FaultyManager(std::unique_ptr<BaseCacheManager> inner, Fault fault, Device& device,
                std::vector<std::pair<float, float>> turn);

  CacheHandle match_prefix(PrefixKey key) override;
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;
  CacheHandle whole_pages(const CacheHandle& handle) const override {  // what is pretended has whole pages
    return real(handle) == handle ? inner_->whole_pages(handle) : handle;
  }
  void lock_handle(const CacheHandle& handle) override { inner_->lock_handle(real(handle)); }
  void unlock_handle(const CacheHandle& handle) override { inner_->unlock_handle(real(handle)); }
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;
  std::vector<PageId> evict(std::size_t num_pages) override;

  const FaultCounts& counts() const { return counts_; }

 private:
  using Prefix = std::pair<std::uint32_t, std::vector<TokenId>>;  // salt, tokens
  struct Pretended {  // a hit made one page longer by a page that is no longer cached
    CacheHandle handle, real;
    PageId page;
  };
  const Pretended* pretended(const CacheHandle& handle) const;
  CacheHandle real(const CacheHandle& handle) const;
  void note_splits(const Snapshot& before);
  void turn_keys(PageId page);
  void turn_key(KvPlace low);

  Fault fault_;
  Device& device_;
  std::vector<std::pair<float, float>> turn_;
  std::set<std::pair<PageId, PageId>> seams_;  // last page of an upper half, first page of its lower half
  std::map<Prefix, PageId> evicted_;
  std::vector<Pretended> pretended_;
  mutable FaultCounts counts_;
  bool fresh_hit_ = false;  // copy_pages now speaks of a hit, not of an insert
};

}  // namespace radixlab
