// Given: the policy of our own. The three steps of request_ended are the whole of it.
#include "07-eviction/return_rate.hpp"

#include <bit>
#include <tuple>

#include "storage/split_mix.hpp"

namespace radixlab {
namespace {

constexpr std::uint32_t kLearnEvery = 64, kFadeEvery = 512;  // [requests]
constexpr std::uint32_t kSamples = 6;  // expected notes of a request's pages of one class, beside its end
constexpr std::uint32_t kMostTurns = 200, kMostCount = 255;

/// By a fifth: an index learned from few uses may be wrong by as much, and where all text is alike no habit is seen.
bool is_clearly_less(std::uint64_t index, std::uint64_t than) { return index < than - than / 5; }

}  // namespace

ReturnRatePolicy::Word ReturnRatePolicy::word(const Node& node) { return std::bit_cast<Word>(node.use.policy_word); }
void ReturnRatePolicy::put(Node& node, Word word) { node.use.policy_word = std::bit_cast<std::uint64_t>(word); }

// ---- asked

std::uint32_t ReturnRatePolicy::class_of(const Node& leaf, std::uint64_t) { return word(leaf).of; }

std::uint64_t ReturnRatePolicy::score(const Node& leaf, std::uint64_t) {
  return std::uint64_t{word(leaf).last} << 32 | static_cast<std::uint32_t>(leaf.use.last_used);
}

std::uint64_t ReturnRatePolicy::index(std::uint64_t policy_word) const {
  const auto word = std::bit_cast<Word>(policy_word);
  return index(word.of, clock_ - word.last);
}

EvictionPolicy::Node& ReturnRatePolicy::choose(std::span<const LeafEnds> classes, std::uint64_t now) {
  const auto age = [&](const Node& leaf) { return std::pair(score(leaf, now), leaf.id); };
  const auto worth = [&](const Node& leaf) { return std::pair(index(leaf.use.policy_word), age(leaf)); };
  Node *oldest = nullptr, *least = nullptr;
  for (const auto& [first, last] : classes) {
    if (!first) continue;
    if (!oldest || age(*first) < age(*oldest)) oldest = first;
    for (Node* const end : {first, last})
      if (!least || worth(*end) < worth(*least)) least = end;
  }
  return is_clearly_less(worth(*least).first, worth(*oldest).first) ? *least : *oldest;
}

// ---- told

void ReturnRatePolicy::used(Node& node, std::uint64_t) {
  Word at = word(node);
  at.last = clock_;
  put(node, at);
}

void ReturnRatePolicy::split(Node& upper, Node&) {
  Word at = word(upper);
  at.started = at.went_on = 0;
  put(upper, at);
}

void ReturnRatePolicy::request_ended(EndedRequest& request) {
  const std::span<const std::uint64_t> pages = request.hashes();
  const std::span<Node* const> path = request.path();  // from here on nothing fails
  const Turn turn = look_back(pages);
  const std::uint32_t own = class_of_own(path, turn);
  std::size_t begin = 0, end = 0;  // of pages of one class
  std::uint32_t of = own;
  for (Node* const node : path) {
    const std::uint32_t its = classify(*node, own, turn);
    if (its != of) note(pages, begin, end, of, turn), begin = end;
    of = its, end = node->end / request.page_size;
  }
  if (of != own) note(pages, begin, end, of, turn), begin = end;
  note(pages, begin, pages.size(), own, turn);
  tick();
}

void ReturnRatePolicy::reset() {
  table_.clear();
  uses_.clear();
  clock_ = 1;
  reached_.fill(0);
}

// ---- step 1: which earlier uses come back with this request, and whose next turn is it?

ReturnRatePolicy::Turn ReturnRatePolicy::look_back(std::span<const std::uint64_t> pages) {
  Turn turn;
  for (std::size_t page = pages.size(); page-- > 0;) {
    RecentUses::Use* const use = uses_.find(pages[page]);
    if (!use) continue;
    const std::uint32_t age = clock_ - use->at;
    if (use->counted && !use->came_back) table_.came_back(use->of, ReturnTable::bucket(age));
    use->came_back = true;
    if (use->turn > 0 && turn.number == 1) turn = {std::min(kMostTurns, use->turn + 1u), age};  // the longest that fits
  }
  return turn;
}

// ---- step 2: the class of what is this conversation's alone

std::uint32_t ReturnRatePolicy::class_of_own(std::span<Node* const> path, Turn turn) {
  const std::uint32_t level = level_of_branch(path, turn);
  if (turn.number == 1) return text_class::kFirstTurn + level;
  const std::uint32_t octave = std::clamp(ReturnTable::bucket(turn.gap) / 2, 1u, 8u) - 1;
  return text_class::kLaterTurn + 8 * (turn.number == 2 ? 0 : turn.number <= 4 ? 1 : 2) + octave;
}

/// Counts this request where it leaves what others use too. From 0 to 4: how often do conversations go on that begin there?
std::uint32_t ReturnRatePolicy::level_of_branch(std::span<Node* const> path, Turn turn) {
  Node* branch = nullptr;
  for (Node* const node : path) {
    Word at = word(*node);
    at.uses = static_cast<std::uint8_t>(std::min(kMostCount, at.uses + 1u));
    put(*node, at);
    if (at.uses > turn.number) branch = node;
  }
  if (!branch) return 0;
  Word at = word(*branch);
  const unsigned started = at.started, tenths = 10u * at.went_on;
  at.started = static_cast<std::uint8_t>(at.started + (turn.number == 1));
  at.went_on = static_cast<std::uint8_t>(at.went_on + (turn.number == 2 && at.went_on < kMostCount));
  if (at.started == kMostCount) at.started /= 2, at.went_on /= 2;
  put(*branch, at);
  return started < 8 ? 0 : tenths < started ? 1 : tenths < 3 * started ? 2 : tenths < 6 * started ? 3 : 4;
}

/// Of a node that it went through: what more requests use than this conversation has turns is shared.
std::uint32_t ReturnRatePolicy::classify(Node& node, std::uint32_t own, Turn turn) {
  Word at = word(node);
  std::uint32_t of = own;
  if (at.uses > turn.number)
    of = text_class::kShared + (at.uses < 4 * turn.number ? 0 : at.uses < 16 * turn.number ? 1 : 2);
  at.last = clock_;
  at.of = static_cast<std::uint8_t>(of);
  put(node, at);
  return of;
}

// ---- step 3: some pages of each class are noted, and the end, to see when they come back

void ReturnRatePolicy::note(std::span<const std::uint64_t> pages, std::size_t begin, std::size_t end, std::uint32_t of,
                            Turn turn) {
  for (std::size_t page = begin; page < end; ++page) {
    const std::uint64_t random = split_mix(pages[page] ^ clock_ * kSplitMixStep);
    const bool counted = random % 4096 * (end - begin) < std::uint64_t{kSamples} * 4096;
    const bool is_end = page + 1 == pages.size();
    if (!counted && !is_end) continue;
    uses_.add({.page = pages[page],
               .older = 0,
               .at = clock_,
               .of = static_cast<std::uint8_t>(of),
               .turn = static_cast<std::uint8_t>(is_end ? turn.number : 0),
               .counted = counted,
               .came_back = false});
  }
}

/// The next request: each note that has reached the next bucket and is still waiting is one more at risk there.
void ReturnRatePolicy::tick() {
  if (clock_ % kFadeEvery == 0) table_.fade();
  if (clock_ % kLearnEvery == 0) table_.learn();
  ++clock_;
  for (std::uint32_t b = 0; b < ReturnTable::kBuckets; ++b) {
    std::uint64_t& next = reached_[b];
    for (next = std::max(next, uses_.begin()); next < uses_.end(); ++next) {
      const RecentUses::Use& use = uses_[next];
      if (clock_ - use.at < ReturnTable::youngest(b)) break;
      if (use.counted && !use.came_back) table_.reached(use.of, b);
    }
  }
}

}  // namespace radixlab
