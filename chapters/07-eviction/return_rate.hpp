/// \file
/// Chapter 07, given: a policy of our own. The leaf goes first that is worth the fewest hits a request of waiting, as learned
/// from what came back so far.
///
/// Why not LRU. Most conversations end after one turn, and a request that begins another one is never hit again beyond its
/// system prompt. LRU cannot know: such a tail is the freshest text that there is, and all older text must go before it does.
/// Where half of the requests are one-shot, about half of the pages wait in vain from one end of the order to the other.
///
/// What to know instead. A radix tree sees which text ends a request, and so which request goes on from which: in which turn,
/// after which gap, and from which branch of the tree. Text is put into classes by these. For each class the policy learns a
/// hazard: the chance that what has not come back until some age does so now (return_table.hpp). Its index at an age
/// is the most hits that a request of waiting can bring from there. Pages are all of one size, so the leaf with the least index is
/// the one whose page does more good elsewhere.
///
/// Why the youngest may go first. People read before they answer: of a class whose text comes back after some forty requests,
/// that of age 30 is about to return, and that of age 1 must be paid for 39 requests more. Beyond the usual gap the hazard
/// falls, and the oldest is worth least again. So in each class, in order of last use, the least index is at one of the two ends
/// or near it, and only the ends are looked at.
///
///   class           oldest: age, index    youngest: age, index
///   first turn      310, .0004            1, .0021
///   second turn     90, .0102             2, .0085
///   shared by many  12, .0900             12, .0900              -> the first turn of age 310 goes
///
/// In doubt LRU. What was learned from few uses is partly noise, and where all text comes back alike it is all noise. So the
/// oldest leaf of all goes, unless the least index is less than its by a fifth.
///
/// Invariants (beside I26, I27):
///
///   which uses come back, and after how long, hangs on the names of requests' pages alone: also of pages that are gone
///   the leaves of a class stand in the order of their last use
///
/// A victim costs O(log leaves) and a look at the ends of 37 classes, a request O(its pages).
#pragma once
#include "05-radix-tree/eviction_policy.hpp"
#include "07-eviction/recent_uses.hpp"
#include "07-eviction/return_table.hpp"

namespace radixlab {

/// 1.4 MB, whatever it sees; nothing but request_ended's path and hashes takes more. Its clock counts requests that have ended:
/// 2^32 of them, then ages begin anew.
class ReturnRatePolicy : public EvictionPolicy {
 public:
  std::uint32_t num_classes() const override { return text_class::kCount; }
  std::uint32_t class_of(const Node& leaf, std::uint64_t now) override;
  /// Within its class: by last use.
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
  /// Of all ends the least index(); of equals the least score, then id. But the oldest leaf of all where that is not less by a
  /// fifth of its index.
  Node& choose(std::span<const LeafEnds> classes, std::uint64_t now) override;

  void used(Node& node, std::uint64_t now) override;
  /// The upper half ends elsewhere: of conversations that begin there nothing is known.
  void split(Node& upper, Node& lower) override;
  /// Learns from it, and gives its nodes their class.
  void request_ended(EndedRequest& request) override;
  void reset() override;

  /// What a leaf with this `use.policy_word` is worth now. O(1).
  std::uint64_t index(std::uint64_t policy_word) const;
  /// [hits a request, in units of 2^-54] What text of this class is worth at this age [requests], as learned so far. O(1).
  std::uint64_t index(std::uint32_t of, std::uint64_t age) const { return table_.index(of, age); }

 private:
  /// The 64 bits of a node. A new one is of class 0, like all text.
  struct Word {
    std::uint32_t last;    // use
    std::uint8_t of;       // its class
    std::uint8_t uses;     // requests that went through it, up to 255
    std::uint8_t started;  // conversations that branched off at its end
    std::uint8_t went_on;  // and second turns of such
  };
  static_assert(sizeof(Word) == 8);
  static Word word(const Node& node);
  static void put(Node& node, Word word);

  /// Where a request stands in its conversation.
  struct Turn {
    std::uint32_t number = 1;
    std::uint32_t gap = 0;  // [requests] since the turn before
  };
  Turn look_back(std::span<const std::uint64_t> pages);
  std::uint32_t class_of_own(std::span<Node* const> path, Turn turn);
  std::uint32_t level_of_branch(std::span<Node* const> path, Turn turn);
  std::uint32_t classify(Node& node, std::uint32_t own, Turn turn);
  void note(std::span<const std::uint64_t> pages, std::size_t begin, std::size_t end, std::uint32_t of, Turn turn);
  void tick();

  ReturnTable table_;
  RecentUses uses_;
  std::uint32_t clock_ = 1;  // the number of the next request to end
  std::array<std::uint64_t, ReturnTable::kBuckets>
      reached_{};  // of the notes: the first that has not reached this bucket
};
static_assert(sizeof(ReturnRatePolicy) < 2'000'000);

}  // namespace radixlab
