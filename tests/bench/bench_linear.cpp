// The linear layer in bfloat16 beside LibTorch's, stock and on weights that it has packed itself (linear_peer.hpp). The
// three run in turn in one process, after a round that is not counted, and must agree up to the rounding of bfloat16.
// ./lab bench linear runs this as figures are taken.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <climits>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <malloc.h>
#include <random>
#include <thread>

#include "apps/cli.hpp"
#include "apps/progress.hpp"
#include "apps/timing.hpp"
#include "io/atomic_file.hpp"
#include "io/dtype.hpp"
#include "io/json.hpp"
#include "kernels/cpu/kernels.hpp"
#include "linear_peer.hpp"

namespace radixlab {
namespace {

struct Options {
  std::size_t threads = 1, rounds = 5;
  std::string isa = "best", json;
};

struct Layer {
  const char* preset;
  std::size_t k, n;
  std::vector<std::size_t> rows;
};

const Layer kLayers[] = {{"110m", 768, 768, {1, 2, 16, 64, 512}},
                         {"110m", 768, 2048, {1, 2, 16, 64, 512, 2048}},
                         {"110m", 2048, 768, {1, 2, 16, 64, 512}},
                         {"110m", 768, 32000, {1, 2, 16, 64, 512}},
                         {"1b", 5632, 2048, {1, 2, 16, 64, 512}}};

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBytesASide = 200'000'000;      // of weights: all sides are more than a cache holds
constexpr double kTurnMs = 2;                         // that a side computes before it is the next one's turn
constexpr std::chrono::milliseconds kShapeTime{400};  // small shapes have more rounds
constexpr std::chrono::milliseconds kRest{10};  // before our turn: LibTorch's threads spin for up to 8 ms after a loop
constexpr float kRounding = 1.0f / 128;         // of the largest number of a row

std::vector<BFloat16> random_values(std::size_t n, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<BFloat16> values(n);
  for (BFloat16& value : values) value.bits = f32_to_bf16(uniform(generator));
  return values;
}

/// A side of the comparison: its calls go over all copies of the matrix, one after the other.
class Side {
 public:
  Side(std::function<void(std::size_t)> run, std::size_t copies) : run_(std::move(run)), copies_(copies) {}

  /// [ms] a call, in a turn of so many calls that the clock is fine enough. Before several, one more wakes the threads.
  double turn() {
    const auto calls = 1 + static_cast<std::size_t>(kTurnMs / fastest_ms_);
    if (calls > 1) call();
    const double all = milliseconds([&] {
      for (std::size_t i = 0; i < calls; ++i) call();
    });
    const double ms = all / static_cast<double>(calls);
    fastest_ms_ = std::min(fastest_ms_, ms);
    return ms;
  }

  void count(double ms) { best_ms_ = std::min(best_ms_, ms); }
  double best_ms() const { return best_ms_; }

 private:
  void call() {
    run_(next_);
    next_ = (next_ + 1) % copies_;
  }

  std::function<void(std::size_t)> run_;
  std::size_t copies_, next_ = 0;
  double fastest_ms_ = std::numeric_limits<double>::infinity();  // of all turns, also of those that do not count
  double best_ms_ = fastest_ms_;
};

/// Throws CheckFailed unless both are one result, up to the rounding of bfloat16.
void check_same(std::span<const BFloat16> ours, std::span<const BFloat16> theirs, std::size_t n,
                const std::string& what) {
  if (ours.size() != theirs.size()) throw CheckFailed(what + ": another number of outputs");
  for (std::size_t first = 0; first < ours.size(); first += n) {
    float largest = 0, gap = 0;
    bool numbers = true;
    for (std::size_t i = first; i < first + n; ++i) {
      const float a = bf16_to_f32(ours[i].bits), b = bf16_to_f32(theirs[i].bits);
      numbers = numbers && std::isfinite(a) && std::isfinite(b);
      largest = std::max(largest, std::abs(b));
      gap = std::max(gap, std::abs(a - b));
    }
    if (numbers && gap <= kRounding * largest) continue;
    throw CheckFailed(fmt::format("{}: row {} differs from ours by up to {}, its largest output is {}", what, first / n,
                                  gap, largest));
  }
}

/// One layer on all sides.
class Measured {
 public:
  Measured(const Options& o, const Layer& layer, const Kernels& kernels)
      : o_(o),
        layer_(layer),
        kernels_(kernels),
        copies_(kBytesASide / (layer.n * layer.k * sizeof(BFloat16))),
        w_(random_values(layer.n * layer.k, 1)),
        stock_(LinearPeer::Way::stock, w_, layer.n, copies_, o.threads),
        prepacked_(LinearPeer::Way::prepacked, w_, layer.n, copies_, o.threads) {
    std::vector<float> wide(w_.size());
    std::ranges::transform(w_, wide.begin(), [](BFloat16 value) { return bf16_to_f32(value.bits); });
    for (std::size_t i = 0; i < copies_; ++i) ours_.emplace_back(layer.n, layer.k).pack(wide);
  }

  Json figures(std::size_t rows, Progress& progress) {
    const std::vector<BFloat16> x = random_values(rows * layer_.k, 2);
    HugeBuffer<BFloat16> y(rows * layer_.n);
    stock_.take(x);
    prepacked_.take(x);
    Side sides[] = {{[&](std::size_t i) { kernels_.linear(x.data(), rows, ours_[i], y.data()); }, copies_},
                    {[&](std::size_t i) { stock_.run(i); }, copies_},
                    {[&](std::size_t i) { prepacked_.run(i); }, copies_}};
    const auto begin = Clock::now();
    for (std::size_t round = 0; round <= o_.rounds || Clock::now() < begin + kShapeTime; ++round) {
      if (o_.threads > 1) std::this_thread::sleep_for(kRest);
      for (Side& side : sides) {
        const double ms = side.turn();
        if (round > 0) side.count(ms);
      }
      if (round > 0) continue;
      const std::string shape = fmt::format("{} to {}, {} rows", layer_.k, layer_.n, rows);
      check_same(y.span(), stock_.result(), layer_.n, shape + ", stock");
      check_same(y.span(), prepacked_.result(), layer_.n, shape + ", prepacked");
    }
    progress.advance(1);
    return {{"preset", layer_.preset},
            {"k", layer_.k},
            {"n", layer_.n},
            {"rows", rows},
            {"ours_ms", sides[0].best_ms()},
            {"stock_ms", sides[1].best_ms()},
            {"prepacked_ms", sides[2].best_ms()}};
  }

 private:
  const Options& o_;
  const Layer& layer_;
  const Kernels& kernels_;
  std::size_t copies_;
  std::vector<BFloat16> w_;  // [n, k]
  LinearPeer stock_, prepacked_;
  std::vector<PackedMatrix<BFloat16>> ours_;
};

Json measure(const Options& o) {
  ThreadPool pool(o.threads);
  const Kernels kernels(o.isa == "best" ? best_isa() : parse_isa(o.isa), pool);
  std::size_t shapes = 0;
  for (const Layer& layer : kLayers) shapes += layer.rows.size();
  Progress progress("measuring", shapes);
  Json figures = Json::array();
  for (const Layer& layer : kLayers) {
    malloc_trim(0);  // what the layer before left in pieces
    Measured measured(o, layer, kernels);
    for (const std::size_t rows : layer.rows) figures.push_back(measured.figures(rows, progress));
  }
  return {{"threads", o.threads},
          {"isa", isa_name(kernels.isa())},
          {"compiler", RADIXLAB_COMPILER},
          {"peer", LinearPeer::name()},
          {"rounds", o.rounds},
          {"megabytes", kBytesASide / 1'000'000},
          {"shapes", figures}};
}

void print(const Json& figures) {
  fmt::print("{} thread(s), {}, {}; the best of {} rounds or more [ms]\n", figures.at("threads").get<std::size_t>(),
             figures.at("isa").get<std::string>(), figures.at("peer").get<std::string>(),
             figures.at("rounds").get<std::size_t>());
  fmt::print("{:>5} {:>6} {:>5} {:>9} {:>9} {:>6} {:>9} {:>6}\n", "k", "n", "rows", "ours", "stock", "ratio",
             "prepacked", "ratio");
  for (const Json& shape : figures.at("shapes")) {
    const auto ms = [&](const char* side) { return shape.at(side).get<double>(); };
    fmt::print("{:>5} {:>6} {:>5} {:>9.4f} {:>9.4f} {:>6.2f} {:>9.4f} {:>6.2f}\n", shape.at("k").get<std::size_t>(),
               shape.at("n").get<std::size_t>(), shape.at("rows").get<std::size_t>(), ms("ours_ms"), ms("stock_ms"),
               ms("stock_ms") / ms("ours_ms"), ms("prepacked_ms"), ms("prepacked_ms") / ms("ours_ms"));
  }
}

int run(const Options& o) {
  LinearPeer::use_huge_pages();
  mallopt(M_MMAP_THRESHOLD, INT_MAX);  // the memory of an output is found again, not taken from the system anew
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  const Json figures = measure(o);
  print(figures);
  if (!o.json.empty()) write_file(o.json, figures.dump(1) + "\n");
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options o;
  const auto setup = [&](CLI::App& app) {
    app.description("Times the linear layer in bfloat16 beside LibTorch's, stock and on weights that it packed itself");
    app.footer("Example: taskset -c 0,1 bench_linear --threads 2");
    app.add_option("--threads", o.threads, "Threads of every side")->check(CLI::Range(1, 256))->capture_default_str();
    app.add_option("--isa", o.isa, "Instruction set of our side")
        ->check(CLI::IsMember(radixlab::isa_choices()))
        ->capture_default_str();
    app.add_option("--rounds", o.rounds, "Counted rounds, at least")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_option("--json", o.json, "Writes the figures to this file");
  };
  return radixlab::run_program("bench_linear", argc, argv, setup, [&] { return radixlab::run(o); });
}
