/// \file
/// Chapter 07, tasks 7.1-7.3: which leaf goes first. Each policy is a few lines over chapter 05's EvictionPolicy, and the tree
/// stays as it is.
///
///   name       the leaf that goes first                              between two uses its order is    a victim costs
///   lru        least recently used                                   fixed                            O(log leaves)
///   mru        most recently used                                    fixed                            O(log leaves)
///   fifo       created first                                         fixed                            O(log leaves)
///   filo       created last                                          fixed                            O(log leaves)
///   lfu        fewest hits, of equals the least recently used        fixed                            O(log leaves)
///   size       most pages                                            fixed                            O(log leaves)
///   slru       of those never hit, then of all: least recently used  fixed                            O(log leaves)
///   priority   lowest priority that holds, then least recently used  changes when a priority expires  O(log leaves), then O(leaves)
///   hybrid     largest get_eviction_score: 70 % age, 30 % rarity     fixed: all leaves age alike      O(log leaves)
///   product    largest age x size / (hits + 1)                       changes with each tick           O(leaves) a tick with an evict()
///
/// Rules: I26 and I27 of eviction_policy.hpp; and
///
///   I29  the order is the definition's, by brute force over all unlocked leaves; ties go by id
///
/// After seed 004, section 4.1, and seed 000's EvictionPolicy (repairs S6: all policies free the same pages, since evict() counts
/// pages; S14: what is reported as evicted was evicted).
#pragma once
#include <string_view>

#include "05-radix-tree/eviction_policy.hpp"

namespace radixlab {

// 7.1  Orders that are fixed between two uses of a leaf.

class LruPolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
};
class MruPolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
};
class FifoPolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
};
class FiloPolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
};
/// Hits beyond 2^24 - 1 count as so many, and ticks beyond 2^40 - 1 too.
class LfuPolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
};
class SizePolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
};

// 7.2  Classes of leaves, and an order that changes at a known moment.

/// Two segments: on probation (class 0) until the first hit, protected (class 1) after it.
class SlruPolicy : public EvictionPolicy {
 public:
  std::uint32_t num_classes() const override { return 2; }
  std::uint32_t class_of(const Node& leaf, std::uint64_t now) override;
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
};

/// Soft priority: what BaseCacheManager::retain gave holds until its tick `expires` (from then on it is 0), and delays an eviction; it
/// prevents none. Priorities beyond 2^15 - 1 either way count as that.
class PriorityPolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
  bool scores_changed(std::uint64_t now) override;
  void reset() override { next_expiry_ = kNever; }

 private:
  static constexpr std::uint64_t kNever = UINT64_MAX;
  std::uint64_t next_expiry_ = kNever;  // the first tick at which a priority that was counted ends
};

// 7.3  Two mixtures.

/// Seed 000's: 70 % age [ticks], 30 % rarity, in tenths of a tick. A leaf that was never hit is as rare as 1,000 ticks are long;
/// after h hits it is 1,000 / (h + 1), rounded down. (The seed gives age no unit.) The largest goes first.
std::uint64_t get_eviction_score(const Usage& use, std::uint64_t now);

class HybridPolicy : public EvictionPolicy {
 public:
  /// Of two leaves the one with the larger get_eviction_score has the smaller score, at every `now`.
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
};

/// Seed 004's: age [ticks] x size [pages] / (hits + 1), in 1,024ths, rounded down. Each leaf rises at a slope of its own, so that
/// any two may change places as time passes: all are scored anew at the first victim of a tick.
class ProductPolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
  bool scores_changed(std::uint64_t now) override;
  void reset() override { scored_at_ = 0; }

 private:
  std::uint64_t scored_at_ = 0;
};

/// A policy and what is said of it in a list.
struct NamedPolicy {
  const char* name;   ///< as --policy takes it
  const char* words;  ///< which leaf goes first
  std::shared_ptr<EvictionPolicy> (*make)();
};
/// All that need no trace: the table above, and return-rate.
std::span<const NamedPolicy> eviction_policies();
/// A new one. Throws std::invalid_argument, which lists the names, for another name.
std::shared_ptr<EvictionPolicy> create_eviction_policy(std::string_view name);

}  // namespace radixlab
