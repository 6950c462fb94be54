#include "07-eviction/return_table.hpp"

#include <algorithm>
#include <bit>

namespace radixlab {
namespace {

constexpr std::uint64_t kOne = 1u << 30;         // a chance of 1
constexpr std::uint64_t kUse = 1u << 16;         // a count of 1
constexpr std::uint64_t kMostUses = kUse << 17;  // so that a count times a chance fits 64 bits
constexpr std::uint64_t kGuess = 200 * kUse;     // a parent's hazard weighs as much as so many uses seen
constexpr std::uint64_t kFirstGuess = kOne / 20, kMostHazard = kOne / 100 * 95;
constexpr std::uint64_t kTick = 256;

/// Where buckets begin, as age + 1 [1/256 requests]: the powers of the root of 2, and one beyond the last.
constexpr auto kEdges = [] {
  constexpr std::uint64_t kRootOf2 = 46'341;  // [2^-15]
  std::array<std::uint64_t, ReturnTable::kBuckets + 1> edges{};
  for (std::uint32_t b = 0; b < edges.size(); ++b)
    edges[b] = b % 2 == 0 ? kTick << b / 2 : (kRootOf2 << b / 2) * kTick >> 15;
  return edges;
}();

/// A bucket with a part of its neighbours: few uses fall into each.
template <class Row>
std::uint64_t smooth(const Row& row, std::uint32_t b) {
  return (2 * row[b] + (b > 0 ? row[b - 1] : 0) + (b + 1 < row.size() ? row[b + 1] : 0)) / 4;
}

/// Came back / at risk, where so many uses more are at risk and come back as the guess says.
template <class Row>
std::uint64_t hazard_of(const Row& came_back, const Row& at_risk, std::uint32_t b, std::uint64_t guess) {
  const std::uint64_t hits = smooth(came_back, b), risk = std::max(hits, smooth(at_risk, b));
  return std::min(kMostHazard, (hits * kOne + kGuess * guess) / (risk + kGuess));
}

}  // namespace

std::uint32_t ReturnTable::bucket(std::uint64_t age) {
  const std::uint64_t after = std::min(age, std::uint64_t{1} << 40) + 1;
  const auto octave = static_cast<std::uint32_t>(std::bit_width(after)) - 1;
  if (2 * octave + 1 >= kBuckets) return kBuckets - 1;
  return 2 * octave + (after * kTick >= kEdges[2 * octave + 1]);
}

std::uint64_t ReturnTable::youngest(std::uint32_t bucket) { return (kEdges[bucket] + kTick - 1) / kTick - 1; }

void ReturnTable::count(Rows& counts, std::uint32_t of, std::uint32_t bucket) {
  for (;; of = text_class::parent(of)) {
    counts[of][bucket] = std::min(counts[of][bucket] + kUse, kMostUses);
    if (of == text_class::kAll) return;
  }
}

void ReturnTable::fade() {
  for (Rows* const counts : {&came_back_, &at_risk_})
    for (Row& row : *counts)
      for (std::uint64_t& uses : row) uses -= uses * 7 / 100;
}

void ReturnTable::clear() {
  came_back_ = at_risk_ = {};
  learn();
}

std::uint64_t ReturnTable::hazard(std::uint32_t of, std::uint32_t bucket) const {
  const std::uint64_t guess = of == text_class::kAll ? kFirstGuess : hazard(text_class::parent(of), bucket);
  return hazard_of(came_back_[of], at_risk_[of], bucket, guess);
}

void ReturnTable::learn() {
  for (std::uint32_t of = 0; of < text_class::kCount; ++of) {
    Row hazards;
    for (std::uint32_t b = 0; b < kBuckets; ++b) hazards[b] = hazard(of, b);
    for (std::uint32_t b = 0; b < kBuckets; ++b) index_[of][b] = most_hits_a_request(hazards, b);
  }
}

std::uint64_t ReturnTable::most_hits_a_request(const Row& hazards, std::uint32_t from) {
  std::uint64_t waiting = kOne, hits = 0, ticks = 0;  // of one text: chance, chance, [1/256]
  std::uint64_t best_hits = 0, best_ticks = 1;
  for (std::uint32_t b = from; b < kBuckets; ++b) {
    const std::uint64_t width = kEdges[b + 1] - kEdges[b];
    hits += waiting * hazards[b] / kOne;
    ticks += waiting * width / kOne * (kOne - hazards[b] / 2) / kOne;  // who comes back does so halfway
    waiting -= waiting * hazards[b] / kOne;
    if (hits * best_ticks > best_hits * ticks) best_hits = hits, best_ticks = ticks;  // each less than 2^32
  }
  return (best_hits << 32) / best_ticks;
}

}  // namespace radixlab
