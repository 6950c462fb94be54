#include "replay/generate_conversations.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "storage/split_mix.hpp"

namespace radixlab {
namespace {

std::uint64_t mix(std::uint64_t z) { return split_mix(z + kSplitMixStep); }

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(mix(seed)) {}
  double uniform() { return static_cast<double>(mix(state_ += kSplitMixStep) >> 11) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  int whole(double low, double high) { return static_cast<int>(between(low, high)); }
  double exponential(double mean) { return -mean * std::log(1 - uniform()); }
  double log_normal(double median, double sigma) {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return median * std::exp(sigma * (radius * std::cos(6.283185307179586 * uniform())));
  }

 private:
  std::uint64_t state_;
};

/// The habits of one group of callers.
struct Callers {
  double weight;               // their share of new conversations
  double one_shot;             // share of conversations of one turn
  double go_on;                // chance of one turn more after turn 2, 3, ...
  double pause, pause_sigma;   // between turns: median [s] and spread
  double first, first_sigma;   // blocks of the first turn behind the system prompt
  double growth;               // blocks that a turn adds: median
  int prompts, prompt_blocks;  // system prompts, and the length of each
  double zipf;                 // how unequally these are used
};

Callers people(Random& r, double weight) {
  return {weight,
          r.between(.45, .75),
          r.between(.55, .85),
          r.between(40, 140),
          r.between(.7, 1.2),
          r.between(6, 16),
          r.between(.8, 1.2),
          r.between(1, 3),
          r.whole(1, 6),
          r.whole(1, 3),
          1.0};
}
Callers agents(Random& r, double weight) {
  return {weight,
          r.between(.05, .2),
          r.between(.85, .95),
          r.between(3, 15),
          r.between(.5, 1.1),
          r.between(8, 20),
          r.between(.5, .9),
          r.between(1, 2.5),
          r.whole(1, 4),
          r.whole(4, 12),
          1.0};
}
Callers templates(Random& r, double weight) {
  return {weight,
          r.between(.97, 1),
          .2,
          r.between(5, 40),
          1.0,
          r.between(2, 6),
          r.between(.5, 1.0),
          1,
          r.whole(20, 120),
          r.whole(3, 9),
          r.between(.7, 1.1)};
}

std::vector<Callers> callers_of(std::string_view kind, Random& r) {
  std::vector<Callers> all = {people(r, 1)};
  for (int i = 0; kind == "mix" && i < 3; ++i) {
    all.push_back(people(r, r.between(.2, 1)));
    all.back().first = r.between(2, 40);
    all.back().one_shot = r.between(.2, .95);
  }
  if (kind == "chat") all.push_back(people(r, r.between(.3, 1)));
  if (kind == "agent") all.push_back(agents(r, r.between(.05, .2)));
  if (kind == "api") all.push_back(templates(r, r.between(.5, 2)));
  return all;
}

class Generator {
 public:
  Generator(std::string_view kind, std::uint64_t seed, std::size_t requests)
      : kind_(kind),
        random_(seed * 7919 + kind.size() * 104729 + static_cast<std::uint64_t>(kind[0])),
        callers_(callers_of(kind, random_)),
        wanted_(requests) {
    if (kind == "drift") longer_pauses_ = random_.between(2, 4);
    for (const Callers& c : callers_) weights_ += c.weight;
    for (const Callers& c : callers_) mean_turns_ += c.weight / weights_ * (1 + (1 - c.one_shot) / (1 - c.go_on));
  }

  std::vector<ConversationRequest> run() {
    double next_new = -900;  // conversations are under way at 0
    while (out_.size() < wanted_) {
      if (open_.empty() || open_.top().time > next_new) {
        const double now = next_new, load = 1 + .4 * std::sin(now / 400);
        next_new += random_.exponential(mean_turns_ / kRequestsPerSecond / load);
        begin(now);
      } else {
        Conversation next = open_.top();
        open_.pop();
        if (next.time >= 0) emit(next);
        go_on(std::move(next));
      }
    }
    return std::move(out_);
  }

 private:
  static constexpr double kRequestsPerSecond = 3.3;
  static constexpr std::size_t kMostBlocks = 250;

  struct Conversation {
    double time;  // of its next request
    std::size_t callers;
    std::uint64_t number;
    bool is_new;
    std::vector<std::uint64_t> blocks;  // hashes
    bool operator<(const Conversation& other) const {
      return time > other.time || (time == other.time && number > other.number);
    }
  };

  static void append(std::vector<std::uint64_t>& blocks, std::uint64_t block) {
    blocks.push_back(mix((blocks.empty() ? 7 : blocks.back()) ^ mix(block + 0x51)));
  }
  void append_own(std::vector<std::uint64_t>& blocks) { append(blocks, (std::uint64_t{1} << 32) + fresh_++); }

  void begin(double now) {
    double x = random_.uniform() * weights_;
    std::size_t group = 0;
    for (; group + 1 < callers_.size() && x > callers_[group].weight; ++group) x -= callers_[group].weight;
    const Callers& c = callers_[group];
    std::vector<double> sums;
    for (int i = 1; i <= c.prompts; ++i) sums.push_back((i > 1 ? sums.back() : 0) + 1 / std::pow(i, c.zipf));
    const double at = random_.uniform() * sums.back();
    const auto prompt = static_cast<std::uint64_t>(std::ranges::lower_bound(sums, at) - sums.begin());
    Conversation next{now, group, fresh_++, true, {}};
    append(next.blocks, 0);  // all requests begin with it
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(c.prompt_blocks); ++i)
      append(next.blocks, kind_ == "mix" ? 500 + i : 1000 + group * 100'000 + prompt * 100 + i);
    for (int i = std::min(240, 1 + static_cast<int>(random_.log_normal(c.first, c.first_sigma))); i > 0; --i)
      append_own(next.blocks);
    open_.push(std::move(next));
  }

  void emit(const Conversation& now) {
    ConversationRequest request{now.time, kConversationBlock * now.blocks.size() + 1 + now.blocks.back() % 511, {}};
    for (const std::uint64_t block : now.blocks)
      request.blocks.push_back(names_.try_emplace(block, names_.size() + ragged_).first->second);
    request.blocks.push_back(names_.size() + ragged_++);
    out_.push_back(std::move(request));
  }

  void go_on(Conversation now) {
    const Callers& c = callers_[now.callers];
    const bool second_half = out_.size() > wanted_ / 2;
    double chance = now.is_new ? 1 - c.one_shot : c.go_on;
    if (kind_ == "flip" || kind_ == "flop") chance = second_half == (kind_ == "flip") ? .95 : .02;
    if (random_.uniform() >= chance || now.blocks.size() >= kMostBlocks) return;
    now.time += 2 + random_.log_normal(c.pause * (second_half ? longer_pauses_ : 1), c.pause_sigma);
    now.is_new = false;
    const double growth = random_.log_normal(c.growth, .8);
    for (int i = static_cast<int>(growth + random_.uniform()); i > 0; --i) append_own(now.blocks);
    open_.push(std::move(now));
  }

  std::string_view kind_;
  Random random_;
  std::vector<Callers> callers_;
  std::size_t wanted_;
  double weights_ = 0, mean_turns_ = 0, longer_pauses_ = 1;
  std::uint64_t fresh_ = 1;                 // numbers what is no one else's
  std::priority_queue<Conversation> open_;  // the earliest on top
  std::vector<ConversationRequest> out_;
  std::unordered_map<std::uint64_t, std::uint64_t> names_;  // of blocks, by hash
  std::uint64_t ragged_ = 0;                                // names that ragged blocks took
};

}  // namespace

std::vector<ConversationRequest> conversations(std::string_view kind, std::uint64_t seed, std::size_t requests) {
  if (std::ranges::find(kConversationKinds, kind) == std::end(kConversationKinds)) {
    std::string kinds;
    for (const std::string_view one : kConversationKinds) kinds += (kinds.empty() ? "" : ", ") + std::string(one);
    throw std::invalid_argument("conversations: unknown kind \"" + std::string(kind) + "\", expected one of " + kinds);
  }
  return Generator(kind, seed, requests).run();
}

}  // namespace radixlab
