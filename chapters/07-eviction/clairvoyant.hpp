/// \file
/// Chapter 07, task 7.6: a policy that has read the trace to its end, so that it knows which leaf is asked for last.
///
///   requests, by the names of their pages     0: a b c     1: a b d     2: a x     3: a b c
///   next(0, 0) = 1   next(0, 2) = 3   next(1, 2) = never   next(3, 0) = never
///
/// It is the yardstick of the others: the farthest next use goes first. For pages that are evicted one by one no order is better
/// (Belady). Here only leaves go, and for trees nobody has proved that; so it is called clairvoyant, not optimal.
#pragma once
#include <memory>
#include <unordered_map>

#include "05-radix-tree/eviction_policy.hpp"

namespace radixlab {

/// When each whole page of a trace is asked for again. 4 bytes a page of the trace.
class NextUses {
 public:
  static constexpr std::uint32_t kNever = UINT32_MAX;

  /// 7.6  The next request of the trace has these pages, by name [n / P] (page_hashes). O(n / P) expected. Throws
  ///      std::length_error for more than 2^32 - 2 requests.
  void add(std::span<const std::uint64_t> pages);

  /// 7.6  The first request after `request` that has its page number `page` too; kNever if there is none. O(1). Throws
  ///      std::out_of_range for a request that was not added or a page that it does not have.
  std::uint32_t next(std::size_t request, std::size_t page) const;

  std::size_t num_requests() const { return begin_.size(); }

 private:
  std::vector<std::size_t> begin_;                         // of each request's pages in next_
  std::vector<std::uint32_t> next_;                        // [pages of all requests]
  std::unordered_map<std::uint64_t, std::size_t> newest_;  // by name: where in next_ its last use so far stands
};

/// The leaf whose last page is asked for last goes first. Its requests must be those of the trace, in their order.
class ClairvoyantPolicy : public EvictionPolicy {
 public:
  explicit ClairvoyantPolicy(std::shared_ptr<const NextUses> uses) : uses_(std::move(uses)) {}

  /// 7.6  When the leaf's last page is asked for next, as seen by the last request that had it. The leaf's end may have moved
  ///      since, by a cut. 0 if no request that has ended had it: it goes first, also before a leaf that is never asked for again.
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
  /// 7.6  Writes to the word of each node of the path which request that is, counted from 1.
  void request_ended(EndedRequest& request) override;
  void reset() override { ended_ = 0; }

 private:
  std::shared_ptr<const NextUses> uses_;
  std::size_t ended_ = 0;  // requests so far
};

}  // namespace radixlab
