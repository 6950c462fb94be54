#include <algorithm>
#include <bit>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <vector>

#include "09-cuda-paged-attention/demo_call.hpp"
#include "09-cuda-paged-attention/demo_steps.hpp"
#include "apps/cli.hpp"
#include "io/error.hpp"
#include "kernels/emulator/traffic.hpp"
#include "llm/compute_type.hpp"

namespace radixlab {
namespace {

constexpr HeadShape kHeads{8, 2, 64};
constexpr int kPageSize = 16;
const std::vector<int> kLengths = {300, 37, 5};

/// Values of a call that were compared with others.
struct Compared {
  std::size_t values = 0, differ = 0;
  double largest = 0, value = 0;  ///< the largest difference, and the largest of the expected values

  /// The least n such that each difference is below 2^n of the largest value; 0 where nothing differs.
  int exponent() const {
    int n = 0;
    std::frexp(largest / value, &n);
    return n;
  }
};

template <class T>
Compared compare(const std::vector<T>& got, const std::vector<T>& expected) {
  Compared all{.values = got.size()};
  for (std::size_t i = 0; i < got.size(); ++i) {
    const float a = from_type(got[i]), b = from_type(expected[i]);
    all.differ += std::bit_cast<std::uint32_t>(a) != std::bit_cast<std::uint32_t>(b);
    all.largest = std::max(all.largest, std::fabs(double{a} - double{b}));
    all.value = std::max(all.value, std::fabs(double{b}));
  }
  return all;
}

template <class T>
void print_first(const std::string& who, const std::vector<T>& out) {
  std::string line;
  for (std::size_t i = 0; i < 4; ++i) {
    const float x = from_type(out[i]);
    line += fmt::format("{:>13.7f} {:08x}", x, std::bit_cast<std::uint32_t>(x));
  }
  fmt::print("   {:<7}{}\n", who, line);
}

template <class T>
void compare_rungs(Demo& demo, const std::string& type, const std::string& figures) {
  const DemoCall<T> scene(kHeads, kLengths, kPageSize);
  const PagedAttention<T> call = scene.on_device();
  const std::vector<T> expected = scene.on_cpu();
  fmt::print("   {}, the first four of {} values, and their bits as float32\n", type, grouped(expected.size()));
  print_first("CPU", expected);

  const auto run = [&](int rung, const auto& passes) {
    passes();
    const std::vector<T> out = scene.out();
    const Compared all = compare(out, expected);
    print_first(fmt::format("rung {}", rung), out);
    const std::string begin = fmt::format("{}rung{}.", figures, rung);
    demo.figure(begin + "compared", all.values);
    demo.figure(begin + "differ", all.differ);
    if (rung < 5 && all.differ > 0) throw CheckFailed(fmt::format("rung {} has not the CPU's bits in {}", rung, type));
    if (rung == 5) demo.figure(begin + "largest", all.exponent());
    return all;
  };
  run(2, [&] { scores_paged(call), softmax_by_half_warps(call), mix_paged(call); });
  run(3, [&] { scores_shared(call), softmax_by_half_warps(call), mix_paged(call); });
  run(4, [&] { scores_shared_heads(call), softmax_by_half_warps(call), mix_shared_heads(call); });
  const Compared split = run(5, [&] { attention_split(call, scene.split_scratch()); });
  fmt::print(
      "   Rungs 2, 3 and 4: 0 of {} values differ from the CPU's. Rung 5: {} do, by less than 2^{} of the largest.\n\n",
      grouped(expected.size()), grouped(split.differ), split.exponent());
}

/// Warps that split one head of a row: blocks of the launch, without those of the merge, which a row with no keys has too.
std::size_t warps_of(int keys) {
  const auto blocks = [](const PagedAttention<float>& call, float* scratch) {
    const emulator::Recorder recorder;
    attention_split(call, scratch);
    return std::size_t{recorder.report().blocks};
  };
  const DemoCall<float> scene({1, 1, 64}, {keys}, kPageSize);
  PagedAttention<float> call = scene.on_device();
  const std::size_t all = blocks(call, scene.split_scratch());
  const DeviceArray<int> none("rows.length", std::vector<int>{0});
  call.rows.length = none.data(), call.max_length = 0;
  return all - blocks(call, scene.split_scratch());
}

}  // namespace

void show_bits(Demo& demo) {
  demo.step(fmt::format("The CPU's numbers and the kernels': attention of {} rows that see {} keys", kLengths.size(),
                        fmt::join(kLengths, ", ")));
  compare_rungs<float>(demo, "float32", "bits.");
  compare_rungs<BFloat16>(demo, "bfloat16", "bits.bfloat16.");
  const std::size_t warps = warps_of(1000);
  fmt::print("   Rung 5 splits a head of a row that sees 1,000 keys over {} warps, {} keys each at most.\n", warps,
             kSplit);
  demo.figure("predicted_splits", warps);
}

}  // namespace radixlab
