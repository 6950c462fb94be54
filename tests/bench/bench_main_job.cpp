// The main job's speed: time to first token warm against cold, prefill and decode beside the stock operators.
// All sides run in turn in one process on the same processors, after a round that is not counted.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <memory>
#include <sched.h>

#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "apps/progress.hpp"
#include "apps/single_runner.hpp"
#include "apps/timing.hpp"
#include "io/atomic_file.hpp"
#include "io/json.hpp"
#include "ladder.hpp"
#include "llm/cpu_device.hpp"
#include "llm/torch/stock.hpp"

namespace radixlab {
namespace {

struct Options {
  EngineOptions engine{.threads = 1};
  std::size_t document = 2000, question = 30, rounds = 7, prefill = 512, decode = 32;
  std::string json;
};

void pin(std::size_t threads) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (std::size_t cpu = 0; cpu < threads; ++cpu) CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) fmt::print(stderr, "bench_main_job: not pinned to processors\n");
}

std::vector<TokenId> text(std::size_t length, std::size_t vocab, std::uint64_t seed) {
  std::vector<TokenId> tokens(length);
  for (TokenId& token : tokens) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    token = static_cast<TokenId>((seed >> 33) % vocab);
  }
  return tokens;
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
  }
  return "unknown";
}

// Our side and the stock operators in one type. Four measurements of ours a round, two of theirs.
class Side {
 public:
  Side(const Options& o, DType type, ThreadPool& threads)
      : o_(o),
        threads_(threads),
        model_(o.engine.model, type),
        device_(model_, chosen_isa(o.engine), threads),
        stock_(o.engine.model, type, threads.threads()) {
    const std::size_t tokens = 2 * (o.document + o.question) + o.prefill + o.decode;
    device_.make_pool(tokens / o.engine.page_size + 8, o.engine.page_size);
  }

  void round(bool counted) {
    const std::size_t vocab = model_.config().vocab_size;
    const std::vector<TokenId> document = text(o_.document, vocab, 1);
    std::vector<TokenId> first = document, second = document;
    std::ranges::copy(text(o_.question, vocab, 2), std::back_inserter(first));
    std::ranges::copy(text(o_.question, vocab, 3), std::back_inserter(second));
    SingleRunner runner(
        device_, create_cache_manager("radix", {.page_size = o_.engine.page_size, .num_pages = device_.num_pages()}));
    const GenerateOptions one{.max_new_tokens = 1, .chunk = o_.engine.chunk};
    keep(counted, "cold", runner.generate(first, one).first_token_ms);
    const Generation warm = runner.generate(second, one);
    keep(counted, "warm", warm.first_token_ms);
    computed_ = warm.prompt_tokens - warm.cached_tokens;

    const std::vector<TokenId> prompt = text(o_.prefill, vocab, 4);
    const Generation ours = runner.generate(prompt, {.max_new_tokens = o_.decode + 1, .chunk = o_.engine.chunk});
    keep(counted, "prefill", ours.first_token_ms);
    keep(counted, "decode", ours.total_ms - ours.first_token_ms);
    stock_round(counted, prompt, ours);
  }

  Json figures() {
    const double cold = median(times_["cold"]), warm = median(times_["warm"]);
    const auto rate = [&](const char* name, std::size_t tokens) {
      return static_cast<double>(tokens) / median(times_[name]) * 1e3;
    };
    return {{"model_parameters", model_.config().parameter_count()},
            {"dtype", weight_dtype_name(model_.type())},
            {"threads", threads_.threads()},
            {"isa", isa_name(chosen_isa(o_.engine))},
            {"processor", processor()},
            {"compiler", fmt::format("{} {}", RADIXLAB_COMPILER, RADIXLAB_FLAGS)},
            {"peer", "LibTorch, stock operators"},
            {"rounds", o_.rounds},
            {"document_tokens", o_.document},
            {"question_tokens", o_.question},
            {"cold_ttft_ms", cold},
            {"warm_ttft_ms", warm},
            {"warm_share", warm / cold},
            {"token_share", static_cast<double>(computed_) / static_cast<double>(o_.document + o_.question)},
            {"computed_warm", computed_},
            {"prefill_tokens", o_.prefill},
            {"decode_tokens", o_.decode},
            {"prefill_rate", rate("prefill", o_.prefill)},
            {"stock_prefill_rate", rate("stock prefill", o_.prefill)},
            {"decode_rate", rate("decode", o_.decode)},
            {"stock_decode_rate", rate("stock decode", o_.decode)}};
  }

 private:
  void keep(bool counted, const char* name, double ms) {
    if (counted) times_[name].push_back(ms);
  }

  // The same tokens through the stock operators: fed ours, so that both do the same work; what we chose must be as good
  // as their best, up to rounding.
  void stock_round(bool counted, const std::vector<TokenId>& prompt, const Generation& ours) {
    std::vector<float> logits;
    keep(counted, "stock prefill", milliseconds([&] { logits = stock_.prefill(prompt); }));
    const auto [low, high] = std::ranges::minmax(logits);
    const float gap = high - logits[static_cast<std::size_t>(ours.output.front())];
    const float allowed = model_.type() == DType::f32 ? 1e-3f : kBFloat16Share * (high - low);
    if (!(gap <= allowed)) throw std::runtime_error("the stock operators and ours did not do the same work");
    keep(counted, "stock decode", milliseconds([&] {
           for (std::size_t i = 0; i < o_.decode; ++i) stock_.decode(ours.output[i]);
         }));
  }

  static constexpr float kBFloat16Share = 0.08f;  // of the range of logits; tests/llm/stock_test.cpp says why
  const Options& o_;
  ThreadPool& threads_;
  Model model_;
  CpuDevice device_;
  StockModel stock_;
  std::map<std::string, std::vector<double>> times_;
  std::size_t computed_ = 0;
};

std::vector<Json> measure(const Options& o) {
  ThreadPool threads(chosen_threads(o.engine));
  std::vector<std::unique_ptr<Side>> sides;
  if (o.engine.dtype != "bfloat16") sides.push_back(std::make_unique<Side>(o, DType::f32, threads));
  if (o.engine.dtype != "float32") sides.push_back(std::make_unique<Side>(o, DType::bf16, threads));
  Progress progress("measuring", (o.rounds + 1) * sides.size());
  for (std::size_t round = 0; round <= o.rounds; ++round) {
    for (const auto& side : sides) {
      side->round(round > 0);
      progress.advance(1);
    }
  }
  std::vector<Json> figures;
  for (const auto& side : sides) figures.push_back(side->figures());
  return figures;
}

void print(const Json& f) {
  const auto number = [&](const std::string& name) { return f.at(name).get<double>(); };
  fmt::print("{:.0f} M parameters, {}, {} thread(s), {}; median of {} rounds\n\n", number("model_parameters") / 1e6,
             f.at("dtype").get<std::string>(), number("threads"), f.at("isa").get<std::string>(), number("rounds"));
  fmt::print("first token, {} + {} tokens   cold {:.1f} ms   warm {:.1f} ms = {:.2f} % ({:.2f} % of the tokens)\n",
             number("document_tokens"), number("question_tokens"), number("cold_ttft_ms"), number("warm_ttft_ms"),
             100 * number("warm_share"), 100 * number("token_share"));
  for (const std::string name : {"prefill", "decode"}) {
    const double ours = number(name + "_rate"), stock = number("stock_" + name + "_rate");
    fmt::print("{:<8} {:>5} tokens            ours {:>8.1f} tokens/s   stock operators {:>8.1f}   ratio {:.2f}\n", name,
               number(name + "_tokens"), ours, stock, ours / stock);
  }
  fmt::print("\n");
}

// The two types against each other: both were measured in turn.
void print_ratio(const Json& float32, const Json& bfloat16) {
  fmt::print("bfloat16 over float32:");
  for (const char* name : {"prefill_rate", "decode_rate", "stock_prefill_rate", "stock_decode_rate"})
    fmt::print("   {} {:.2f}", name, bfloat16.at(name).get<double>() / float32.at(name).get<double>());
  fmt::print("\n");
}

int run(const Options& o) {
  pin(chosen_threads(o.engine));
  const std::vector<Json> figures = measure(o);
  for (const Json& side : figures) print(side);
  if (figures.size() == 2) print_ratio(figures.front(), figures.back());
  if (!o.json.empty()) write_file(o.json, Json(figures).dump(1) + "\n");
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options o;
  const auto setup = [&](CLI::App& app) {
    app.description("Measures the main job in both types (--dtype: in one) beside LibTorch's stock operators");
    app.footer("Example: bench_main_job --model build/models/110m");
    radixlab::add_engine_options(app, o.engine);
    app.add_option("--document-tokens", o.document, "Tokens that are shared")->capture_default_str();
    app.add_option("--question-tokens", o.question, "Tokens of a request's own")->capture_default_str();
    app.add_option("--rounds", o.rounds, "Counted rounds")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_option("--prefill", o.prefill, "Prompt tokens of the comparison")->capture_default_str();
    app.add_option("--decode", o.decode, "Generated tokens of the comparison")->capture_default_str();
    app.add_option("--json", o.json, "Writes the figures to this file");
  };
  return radixlab::run_program("bench_main_job", argc, argv, setup, [&] { return radixlab::run(o); });
}
