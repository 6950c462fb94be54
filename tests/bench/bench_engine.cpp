// Tokens a second of the engine against the number of requests that run at once, with prefix caching and without: chats, whose
// turns bring back what was said, and questions about documents. Whatever the batch, each request gets the same tokens, or there
// is no figure. One thread, and times are of the processor, so that other programs do not count. Bookkeeping is what steps take
// beside the device and the drawing of tokens. ./lab bench engine runs this as figures are taken.
#include <CLI/CLI.hpp>
#include <ctime>
#include <fmt/format.h>
#include <map>

#include "08-engine/engine.hpp"
#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "apps/timing.hpp"
#include "io/atomic_file.hpp"
#include "io/json.hpp"
#include "ladder.hpp"
#include "llm/cpu_device.hpp"
#include "llm/device_wrapper.hpp"
#include "storage/split_mix.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string model, dtype = "bfloat16", json;
  std::vector<std::size_t> batches = {1, 2, 4, 8, 16, 32};
  std::size_t texts = 32, answer = 32, rounds = 3;
};

using Tokens = std::vector<TokenId>;
constexpr std::size_t kPage = 16;  // [tokens]

/// [ms] of this thread.
double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

/// What is asked: a text begins with one of `beginnings`, and goes on in `turns` turns of a question and its answer.
struct Workload {
  std::string name;
  std::size_t shared, beginnings, question, turns;  ///< [tokens], [texts], [tokens], [turns]
};
constexpr std::size_t kDocuments = 4;
const std::vector<Workload> kWorkloads = {{"chat", 128, 1, 24, 2}, {"documents", 512, kDocuments, 16, 1}};

/// Measures the inner device alone.
class TimedDevice : public DeviceWrapper {
 public:
  using DeviceWrapper::DeviceWrapper;
  double ms = 0;

 protected:
  std::vector<std::size_t> do_run(std::span<const Sequence> batch, const Asked& asked) override {
    const double begin = processor_ms();
    std::vector<std::size_t> broken = DeviceWrapper::do_run(batch, asked);
    ms += processor_ms() - begin;
    return broken;
  }
};

struct Figures {
  double ms = 0, device_ms = 0, sampling_ms = 0;
  std::size_t steps = 0, computed = 0, generated = 0;
  std::vector<Tokens> answers;  ///< text by text, turn by turn

  double rate() const { return static_cast<double>(generated) / ms * 1e3; }  ///< [tokens/s]
  double bookkeeping() const { return (ms - device_ms - sampling_ms) / ms; }
};

class Traffic {
 public:
  Traffic(const Options& o, const Workload& workload, Device& device) : o_(o), workload_(workload), device_(device) {}

  Figures run(std::size_t batch, bool caching) {
    const std::size_t longest = workload_.shared + workload_.turns * (workload_.question + o_.answer);
    const std::size_t pages = o_.texts * (longest / kPage + 2);
    device_.make_pool(pages, kPage);
    TimedDevice timed(device_);
    ManagedPool pool = create_cache_manager(kLadder, "engine", {.page_size = kPage, .num_pages = pages});
    const std::size_t before = timed.tokens_computed();
    EngineHooks hooks;
    hooks.sampled = [&](const EngineRequest&, std::span<const float> logits) {
      if (logits_.empty()) logits_.assign(logits.begin(), logits.end());
    };
    Engine engine(timed, std::move(pool), {.enable_prefix_caching = caching, .max_num_seqs = batch}, hooks);
    texts_.assign(o_.texts, {});
    answers_.assign(o_.texts, {});
    asked_.clear();
    for (std::size_t text = 0; text < o_.texts; ++text) ask(engine, text);
    double ms = 0;
    while (engine.has_unfinished_requests()) {
      const double begin = processor_ms();
      const std::vector<RequestOutput> outputs = engine.step();
      ms += processor_ms() - begin;
      for (const RequestOutput& output : outputs) take(engine, output);
    }
    const EngineStats& stats = engine.stats();
    const double sampling = sampling_ms() * static_cast<double>(stats.tokens_generated);
    return {ms, timed.ms, sampling, stats.steps, timed.tokens_computed() - before, stats.tokens_generated, answers_};
  }

 private:
  void ask(Engine& engine, std::size_t text) {
    Tokens& tokens = texts_[text];
    if (tokens.empty()) append(tokens, workload_.shared, text % workload_.beginnings);
    append(tokens, workload_.question, 1000 + text * workload_.turns + answers_[text].size() / o_.answer);
    asked_[engine.add_request(tokens, {.max_tokens = o_.answer})] = text;
  }

  void take(Engine& engine, const RequestOutput& output) {
    const std::size_t text = asked_.at(output.id);
    if (output.finish_reason == FinishReason::failed) throw CheckFailed(output.error);
    answers_[text].push_back(output.token.value());
    texts_[text].push_back(output.token.value());
    if (output.finish_reason != FinishReason::none && answers_[text].size() < workload_.turns * o_.answer)
      ask(engine, text);
  }

  // What drawing one token takes, from logits of the run.
  double sampling_ms() const {
    constexpr int kTimes = 200;
    std::size_t drawn = 0;
    const double begin = processor_ms();
    for (int i = 0; i < kTimes; ++i) drawn += sample(logits_, {}, 0, 0).has_value();
    return (processor_ms() - begin) / static_cast<double>(drawn);
  }

  void append(Tokens& tokens, std::size_t count, std::uint64_t seed) const {
    for (std::uint64_t i = 0; i < count; ++i)
      tokens.push_back(static_cast<TokenId>(split_mix(seed * 4096 + i) % device_.config().vocab_size));
  }

  const Options& o_;
  const Workload& workload_;
  Device& device_;
  std::vector<Tokens> texts_, answers_;
  std::vector<float> logits_;               // of one row [vocab_size]
  std::map<RequestId, std::size_t> asked_;  // which text
};

/// Of a workload and a batch: with caching and without, in turn.
Json measure(const Options& o, const Workload& workload, std::size_t batch, Device& device,
             std::vector<Tokens>& answers) {
  Traffic traffic(o, workload, device);
  Json row = {{"workload", workload.name}, {"batch", batch}};
  std::map<bool, std::vector<double>> rates, shares;
  for (std::size_t round = 0; round < o.rounds; ++round) {
    for (const bool caching : {true, false}) {
      const Figures figures = traffic.run(batch, caching);
      if (answers.empty()) answers = figures.answers;
      if (figures.answers != answers)
        throw CheckFailed(
            fmt::format("{} at batch {}, caching {}: other tokens than at first", workload.name, batch, caching));
      rates[caching].push_back(figures.rate());
      shares[caching].push_back(figures.bookkeeping());
      row[caching ? "on" : "off"] = {{"rate", median(rates[caching])},
                                     {"bookkeeping", median(shares[caching])},
                                     {"steps", figures.steps},
                                     {"computed", figures.computed},
                                     {"generated", figures.generated}};
    }
  }
  return row;
}

int run(const Options& o) {
  const Model model(o.model, chosen_type(o.dtype, o.model));
  ThreadPool threads(1);
  CpuDevice device(model, best_isa(), threads);
  Json figures = {{"parameters", model.config().parameter_count()},
                  {"dtype", weight_dtype_name(model.type())},
                  {"isa", isa_name(best_isa())},
                  {"compiler", RADIXLAB_COMPILER},
                  {"texts", o.texts},
                  {"answer", o.answer},
                  {"rounds", o.rounds},
                  {"rows", Json::array()}};
  fmt::print("{:<12}{:>6}{:>14}{:>14}{:>18}{:>18}\n", "", "batch", "on [tokens/s]", "off", "computed on/off",
             "bookkeeping on/off");
  for (const Workload& workload : kWorkloads) {
    std::vector<Tokens> answers;
    Traffic(o, workload, device).run(o.batches.back(), true);  // a round that is not counted
    for (const std::size_t batch : o.batches) {
      const Json row = measure(o, workload, batch, device, answers);
      const auto number = [&](const char* side, const char* name) { return row.at(side).at(name).get<double>(); };
      fmt::print("{:<12}{:>6}{:>15.1f}{:>10.1f}{:>18}{:>20}\n", workload.name, batch, number("on", "rate"),
                 number("off", "rate"),
                 fmt::format("{:.0f}/{:.0f}", number("on", "computed"), number("off", "computed")),
                 fmt::format("{:.2f}/{:.2f} %", 100 * number("on", "bookkeeping"), 100 * number("off", "bookkeeping")));
      std::fflush(stdout);
      figures["rows"].push_back(row);
    }
  }
  if (!o.json.empty()) write_file(o.json, figures.dump(1) + "\n");
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options o;
  const auto setup = [&](CLI::App& app) {
    app.description("Tokens a second of the engine against the size of the batch, with prefix caching and without");
    app.footer("Example: bench_engine --model build/models/15m --batches 1,8,32");
    app.add_option("--model", o.model, "Model directory")->required();
    radixlab::add_dtype_option(app, o.dtype);
    app.add_option("--batches", o.batches, "Requests that run at once, at most")
        ->delimiter(',')
        ->check(CLI::Range(1, 512))
        ->capture_default_str();
    app.add_option("--texts", o.texts, "Chats, or questions about documents")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    app.add_option("--answer", o.answer, "Generated tokens of each answer")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--rounds", o.rounds, "Counted rounds")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_option("--json", o.json, "Writes the figures to this file");
  };
  return radixlab::run_program("bench_engine", argc, argv, setup, [&] { return radixlab::run(o); });
}
