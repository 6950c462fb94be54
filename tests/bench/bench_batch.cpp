// Decode of several requests in one batch beside one request after the other. Both sides generate the same tokens from
// logits that are equal to the last bit; they run alternately in one process, after a round that is not counted.
// ./lab bench batch runs this as figures are taken.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "apps/timing.hpp"
#include "io/atomic_file.hpp"
#include "io/json.hpp"
#include "llm/sampling.hpp"
#include "testing/compare.hpp"

namespace radixlab {
namespace {

struct Options {
  EngineOptions engine{.threads = 1, .dtype = "bfloat16"};
  std::size_t requests = 16, tokens = 512, steps = 8, rounds = 7;
  std::string json;
};

/// Requests whose prompts have their KV in the pages. What is decoded lies behind them, and is written anew each time.
class Requests {
 public:
  Requests(const Options& o, Forward& forward)
      : o_(o),
        forward_(forward),
        pages_each_((o.tokens + o.steps + o.engine.page_size - 1) / o.engine.page_size),
        tables_(o.requests * pages_each_),
        kv_(forward.model().config(), tables_.size(), o.engine.page_size, forward.model().type()) {
    std::iota(tables_.begin(), tables_.end(), 0);
    std::vector<TokenId> prompt(o.tokens);
    std::uint64_t seed = 6;
    for (std::size_t request = 0; request < o.requests; ++request) {
      for (TokenId& token : prompt) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        token = static_cast<TokenId>((seed >> 33) % vocab());
      }
      forward_.run({prompt, 0, pages(request)}, kv_);
    }
  }

  /// Generates `steps` tokens of each of the requests first .. first + count - 1 in batches of `count`, greedily, and
  /// puts their rows into logits [steps, requests, vocab_size].
  void decode(std::size_t first, std::size_t count, std::span<float> logits) {
    std::vector<TokenId> last(count, 1);
    std::vector<Sequence> batch(count);
    for (std::size_t step = 0; step < o_.steps; ++step) {
      for (std::size_t i = 0; i < count; ++i) batch[i] = {{&last[i], 1}, o_.tokens + step, pages(first + i)};
      const auto rows = logits.subspan((step * o_.requests + first) * vocab(), count * vocab());
      forward_.logits(forward_.run(batch, kv_), rows);
      for (std::size_t i = 0; i < count; ++i) last[i] = greedy(rows.subspan(i * vocab(), vocab())).value();
    }
  }

  std::size_t vocab() const { return forward_.model().config().vocab_size; }

 private:
  std::span<const PageId> pages(std::size_t request) const {
    return std::span(tables_).subspan(request * pages_each_, pages_each_);
  }

  const Options& o_;
  Forward& forward_;
  std::size_t pages_each_;
  std::vector<PageId> tables_;  // [requests, pages_each]
  KvPool kv_;
};

Json measure(const Options& o) {
  const Model model(o.engine.model, chosen_type(o.engine.dtype, o.engine.model));
  ThreadPool threads(chosen_threads(o.engine));
  Forward forward(model, chosen_isa(o.engine), threads);
  Requests requests(o, forward);
  std::vector<float> batched(o.steps * o.requests * requests.vocab()), in_turn(batched.size());
  std::vector<double> batched_ms, in_turn_ms;
  for (std::size_t round = 0; round <= o.rounds; ++round) {
    const double together = milliseconds([&] { requests.decode(0, o.requests, batched); });
    const double alone = milliseconds([&] {
      for (std::size_t request = 0; request < o.requests; ++request) requests.decode(request, 1, in_turn);
    });
    if (first_difference(batched, in_turn)) throw CheckFailed("a batch does not give the logits of its requests alone");
    if (round == 0) continue;
    batched_ms.push_back(together);
    in_turn_ms.push_back(alone);
  }
  const auto rate = [&](const std::vector<double>& ms) {
    return static_cast<double>(o.requests * o.steps) / median(ms) * 1e3;
  };
  return {{"parameters", model.config().parameter_count()},
          {"dtype", weight_dtype_name(model.type())},
          {"threads", threads.threads()},
          {"isa", isa_name(forward.isa())},
          {"compiler", RADIXLAB_COMPILER},
          {"requests", o.requests},
          {"tokens", o.tokens},
          {"steps", o.steps},
          {"rounds", o.rounds},
          {"batched_rate", rate(batched_ms)},
          {"in_turn_rate", rate(in_turn_ms)}};
}

int run(const Options& o) {
  const Json figures = measure(o);
  const double together = figures.at("batched_rate").get<double>(), alone = figures.at("in_turn_rate").get<double>();
  fmt::print("{} requests of {} tokens, {} thread(s), {}: in a batch {:.1f} tokens/s, in turn {:.1f}, ratio {:.2f}\n",
             o.requests, o.tokens, figures.at("threads").get<std::size_t>(), figures.at("isa").get<std::string>(),
             together, alone, together / alone);
  if (!o.json.empty()) write_file(o.json, figures.dump(1) + "\n");
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options o;
  const auto setup = [&](CLI::App& app) {
    app.description("Decode of several requests in one batch beside one request after the other");
    app.footer("Example: bench_batch --model build/models/110m");
    radixlab::add_engine_options(app, o.engine);
    app.add_option("--requests", o.requests, "Requests")->check(CLI::Range(1, 1024))->capture_default_str();
    app.add_option("--tokens", o.tokens, "Tokens of a prompt")->check(CLI::Range(1, 100000))->capture_default_str();
    app.add_option("--steps", o.steps, "Generated tokens")->check(CLI::Range(1, 1000))->capture_default_str();
    app.add_option("--rounds", o.rounds, "Counted rounds")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_option("--json", o.json, "Writes the figures to this file");
  };
  return radixlab::run_program("bench_batch", argc, argv, setup, [&] { return radixlab::run(o); });
}
