#include "engine_cell.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>

#include "ladder.hpp"
#include "texts.hpp"

namespace radixlab {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : rng_(seed) {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(rng_() % n); }  // the same on every machine
  template <class T>
  T of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::mt19937_64 rng_;
};

struct Way {
  const Stage* row;
  const char* policy;
};

// Each policy of a row counts as a row. The row "engine" is here too: it is what programs ask for by name.
const std::vector<Way>& ways() {
  static const std::vector<Way> all = [] {
    std::vector<Way> found;
    for (const Stage& stage : kLadder)
      if (stage.make)
        for (const char* const policy : stage.policies) found.push_back({&stage, policy});
    return found;
  }();
  return all;
}

Isa draw_isa(Draw& draw) {
  std::vector<Isa> all = supported_isas();
  return draw.below(3) > 0 ? all.back() : draw.of(all);
}

std::size_t tokens_of(std::size_t prompt) {  // [tokens] whose KV the longest answer to it needs
  return TextCatalogue::prompts()[prompt].size() + TextCatalogue::kNewTokens - 1;
}

std::vector<std::size_t> prompts_within(std::size_t most) {  // [tokens]
  std::vector<std::size_t> fit;
  for (std::size_t i = 0; i < TextCatalogue::prompts().size(); ++i)
    if (tokens_of(i) <= most) fit.push_back(i);
  return fit;
}

std::vector<std::size_t> draw_prompts(Draw& draw, std::size_t most) {
  const std::vector<std::size_t> fit = prompts_within(most);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 2 + draw.below(4); i > 0; --i) chosen.push_back(draw.of(fit));
  return chosen;
}

// From just enough for the longest request to enough for most of them at once.
std::size_t draw_num_pages(Draw& draw, const EngineCell& cell) {
  std::size_t longest = 0;
  for (const std::size_t prompt : cell.prompts) longest = std::max(longest, tokens_of(prompt));
  const std::size_t least = (longest + cell.page_size - 1) / cell.page_size;
  return least + draw.of(std::vector<std::size_t>{0, 1, draw.below(least + 2), draw.below(least + 2), 4 * least});
}

}  // namespace

std::string EngineCell::name() const {
  return fmt::format(
      "seed {}: {}{}{} {} {} {} threads={} P={} pages={} requests={} seqs={} tokens={} chunk={} {} bypass={}{}{}", seed,
      row->name, policy.empty() ? "" : " ", policy, model, weight_dtype_name(type), isa_name(isa), threads, page_size,
      num_pages, requests, config.max_num_seqs, config.max_num_batched_tokens,
      config.chunked_prefill_size ? std::to_string(config.chunked_prefill_size) : "all",
      config.schedule_policy == SchedulePolicy::fcfs ? "fcfs" : "lpm", config.max_bypass,
      config.enable_prefix_caching ? "" : " no caching", is_watched ? " watched" : "");
}

EngineCell draw_cell(std::uint64_t seed, std::size_t longest) {
  Draw draw(seed);
  const Way way = draw.of(ways());
  EngineCell cell{.seed = seed, .row = way.row, .policy = way.policy};
  cell.model = draw.of(std::vector<std::string>{"group2", "group5"});
  cell.type = draw.of(std::vector{DType::f32, DType::bf16});
  cell.isa = draw_isa(draw);
  cell.threads = 1 + draw.below(2);
  cell.page_size = draw.of(way.row->whole_texts ? way.row->page_sizes : std::vector<std::size_t>{1, 8, 16, 64});
  const std::size_t most = draw.of(std::vector<std::size_t>{30, 45, 80, kLongest});
  const std::size_t fits = way.row->whole_texts ? cell.page_size : std::max(most, cell.page_size + 16);
  cell.prompts = draw_prompts(draw, std::min(fits, longest));
  cell.num_pages = draw_num_pages(draw, cell);
  cell.requests = 4 + draw.below(9);
  cell.max_live = 4 + draw.below(12);
  cell.arrive_every = draw.of(std::vector<std::size_t>{1, 2, 6});
  cell.config.enable_prefix_caching = draw.below(8) > 0;
  cell.is_watched = cell.config.enable_prefix_caching && draw.below(4) == 0;
  cell.config.max_num_seqs = draw.of(std::vector<std::size_t>{1, 2, 3, 4, 8, 32});
  cell.config.max_num_batched_tokens = cell.config.max_num_seqs + draw.of(std::vector<std::size_t>{0, 3, 16, 64, 256});
  cell.config.chunked_prefill_size = draw.of(std::vector<std::size_t>{1, 7, 64, 0});
  cell.config.schedule_policy = draw.of(std::vector{SchedulePolicy::fcfs, SchedulePolicy::lpm});
  cell.config.max_bypass = draw.of(std::vector<std::size_t>{0, 1, 2, 4, 16});
  return cell;
}

EngineCell soak_cell(std::uint64_t seed, std::size_t requests, std::size_t longest) {
  EngineCell cell{.seed = seed, .row = &*std::ranges::find(kLadder, std::string_view("engine"), &Stage::name)};
  cell.model = "group5";
  cell.isa = best_isa();
  cell.threads = 2;
  cell.page_size = 8;
  cell.num_pages = longest / cell.page_size + 2;
  cell.prompts = prompts_within(longest);
  cell.requests = requests;
  cell.max_live = 24;
  cell.arrive_every = 1;
  cell.config = {.max_num_seqs = 4,
                 .max_num_batched_tokens = 64,
                 .chunked_prefill_size = 16,
                 .schedule_policy = SchedulePolicy::lpm,
                 .max_bypass = 4};
  return cell;
}

}  // namespace radixlab
