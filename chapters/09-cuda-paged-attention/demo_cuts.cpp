#include <algorithm>
#include <bit>
#include <cmath>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "09-cuda-paged-attention/demo_call.hpp"
#include "09-cuda-paged-attention/demo_kernels.hpp"
#include "09-cuda-paged-attention/demo_steps.hpp"
#include "apps/cli.hpp"
#include "kernels/cpu/kernels.hpp"
#include "llm/compute_type.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr int kProducts = 128;

/// A sum on the device, by so many threads.
struct SharedSum {
  float sum;
  std::size_t threads;  ///< that have left a part
};

template <class T>
SharedSum sum_on_device(const std::vector<T>& a, const std::vector<T>& b, int pieces) {
  const DeviceArray<T> x("a", a), y("b", b);
  const DeviceArray<float> parts("parts", kProducts), sum("sum", 1);
  sum_by_chains(x.data(), y.data(), kProducts, pieces, parts.data(), sum.data());
  const std::vector<float> left = parts.values();  // NaN: nobody has written it
  return {sum.values()[0],
          static_cast<std::size_t>(std::ranges::count_if(left, [](float part) { return !std::isnan(part); }))};
}

template <class T>
float sum_on_cpu(const std::vector<T>& a, const std::vector<T>& b) {
  ThreadPool threads(1);
  PackedMatrix<T> row(1, kProducts);
  std::vector<float> weights;
  weights.reserve(b.size());
  for (const T x : b) weights.push_back(from_type(x));
  row.pack(weights);
  float sum = 0;
  Kernels(best_isa(), threads).head(a.data(), 1, row, &sum);
  return sum;
}

/// A line of the table; true if the sum has the CPU's bits.
bool print_sum(const std::string& words, float sum, float expected) {
  const auto bits = std::bit_cast<std::uint32_t>(sum);
  const bool same = bits == std::bit_cast<std::uint32_t>(expected);
  fmt::print("   {:<34}{:>12.7f}   {:08x}   {}\n", words, sum, bits, same ? "the CPU's bits" : "other bits");
  return same;
}

/// The CPU's sum, then a thread a chain, then two threads a chain.
template <class T>
struct Cuts {
  std::size_t chains = 0;
  bool chains_keep = false, halves_keep = false;  ///< the bits

  Cuts(const std::string& type, const std::string& chain) {
    const std::vector<T> a = demo_numbers<T>(kProducts, 14), b = demo_numbers<T>(kProducts, 15);
    const float expected = sum_on_cpu(a, b);
    print_sum(type + ", the CPU", expected, expected);
    const SharedSum whole = sum_on_device(a, b, 1), cut = sum_on_device(a, b, 2);
    chains = whole.threads;
    chains_keep = print_sum("   " + counted(chains, "thread") + ", " + chain, whole.sum, expected);
    halves_keep = print_sum(fmt::format("   {} threads, half a chain each", cut.threads), cut.sum, expected);
    if (!chains_keep) throw CheckFailed("chains that are computed apart give another sum in " + type);
  }
};

}  // namespace

void show_cuts(Demo& demo) {
  demo.step(fmt::format("What may be cut, and what not: a sum of {} products by several threads", kProducts));
  const Cuts<float> chain("float32", "the chain");
  const Cuts<BFloat16> tiles("bfloat16", "a chain each");
  demo.figure("cut.float32", int{chain.halves_keep});
  demo.figure("cut.bfloat16", int{tiles.chains_keep});
  demo.figure("cut.bfloat16_chain", int{tiles.halves_keep});
  demo.figure("predicted_chains", tiles.chains);
  fmt::print(
      "\n   A chain is added in one order: cut in two, it rounds elsewhere. In bfloat16 a sum has {} chains, which "
      "meet only\n"
      "   at their ends. Each of them may have a thread of its own, if they are added in their order then.\n",
      tiles.chains);
}

}  // namespace radixlab
