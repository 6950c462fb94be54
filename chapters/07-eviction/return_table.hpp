/// \file
/// Chapter 07, given: how likely text of a kind comes back at an age, learned from what came back, and what it is worth to
/// wait for it.
///
///   age [requests]       0    2    3    4-5   6-7   8-11 ..           a bucket: two an octave
///   uses that got there  900  870  850  840   800   620               at risk
///   of these came back   30   20   10   40    180   60                in the bucket
///   hazard               .03  .02  .01  .05   .22   .10               came back / at risk
///
/// A hazard is the chance that what has not come back so far does so now. The index of an age is the most hits that a request of
/// waiting can bring from there: over all ages to give up at, (chance to come back by then) / (requests waited on average).
/// In the table above text of age 0 is worth less than text of age 6, though that is older: it stands before its wait.
/// (In scheduling theory: a Gittins index.)
///
/// All in integers, so that equal calls give equal victims on every processor (I27).
#pragma once
#include <array>
#include <cstdint>

namespace radixlab {

/// Classes of text, each a finer one of its parent's: what a class has not seen enough of it takes from its parent.
///
///   0 all  ├ 1 first turns    8-12   by how often conversations go on that branch off where this one did
///          ├ 2 second turns   13-20  by the gap before the turn, an octave each
///          ├ 3 turns 3 and 4  21-28
///          ├ 4 later turns    29-36
///          └ 5, 6, 7 shared by few, some, many
namespace text_class {

inline constexpr std::uint32_t kAll = 0, kShared = 5, kFirstTurn = 8, kLaterTurn = 13, kCount = 37;

constexpr std::uint32_t parent(std::uint32_t of) {
  return of < kFirstTurn ? kAll : of < kLaterTurn ? 1 : 2 + (of - kLaterTurn) / 8;
}

}  // namespace text_class

class ReturnTable {
 public:
  static constexpr std::uint32_t kBuckets = 44;  ///< the last holds all from 3 million requests on

  ReturnTable() { clear(); }

  /// The bucket of an age [requests]. O(1).
  static std::uint32_t bucket(std::uint64_t age);
  /// The least age of a bucket.
  static std::uint64_t youngest(std::uint32_t bucket);

  /// One use of this class more that reached a bucket without coming back, or came back in it. Counted for the classes
  /// above too. Counts end at 2^17.
  void reached(std::uint32_t of, std::uint32_t bucket) { count(at_risk_, of, bucket); }
  void came_back(std::uint32_t of, std::uint32_t bucket) { count(came_back_, of, bucket); }

  /// What was seen so far counts a fourteenth less: habits change.
  void fade();
  /// Hazards and indices anew from the counts. O(classes * buckets^2): a quarter of a millisecond.
  void learn();
  /// As if nothing was ever seen: all classes alike, and the older the less worth.
  void clear();

  /// [hits a request, in units of 2^-54] of text of this class at this age, as of the last learn(). O(1).
  std::uint64_t index(std::uint32_t of, std::uint64_t age) const { return index_[of][bucket(age)]; }
  /// [2^-30] as of the counts. O(1) but for its parents'.
  std::uint64_t hazard(std::uint32_t of, std::uint32_t bucket) const;

 private:
  using Row = std::array<std::uint64_t, kBuckets>;
  using Rows = std::array<Row, text_class::kCount>;
  static void count(Rows& counts, std::uint32_t of, std::uint32_t bucket);
  static std::uint64_t most_hits_a_request(const Row& hazards, std::uint32_t from);

  Rows came_back_, at_risk_;  // [2^-16 uses]
  Rows index_;
};

}  // namespace radixlab
