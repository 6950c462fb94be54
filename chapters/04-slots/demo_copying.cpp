#include <fmt/format.h>

#include "04-slots/demo_steps.hpp"
#include "apps/cli.hpp"
#include "apps/demo_questions.hpp"
#include "apps/timing.hpp"
#include "io/error.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kTimes = 5;
constexpr std::size_t kLengths[] = {1, 16, 64, 256, 1000, 2000};  // [tokens]

template <class Work>
double median_ms(Work work) {
  std::vector<double> times;
  for (std::size_t i = 0; i < kTimes; ++i) times.push_back(milliseconds(work));
  return median(times);
}

// Numbers of K and V, over all layers, that are the same in the first places of two rows.
std::size_t equal_numbers(KvPool& kv, PageId a, PageId b, std::size_t tokens) {
  std::size_t equal = 0;
  KvPlace here, there;
  for (std::size_t layer = 0; layer < kv.num_layers(); ++layer)
    for (std::size_t head = 0; head < kv.kv_heads(); ++head)
      for (std::size_t place = 0; place < tokens; ++place)
        for (std::size_t d = 0; d < kv.head_dim(); ++d) {
          here = {layer, a, head, place, d}, there = {layer, b, head, place, d};
          equal += kv.key(here) == kv.key(there);
          equal += kv.value(here) == kv.value(there);
        }
  return equal;
}

}  // namespace

void show_copying(Demo& demo, const std::filesystem::path& model_folder, DType type) {
  const Tokenizer tokenizer(model_folder);
  const std::vector<TokenId> prompt = first_questions(model_folder, tokenizer, 1).front().prompt;
  const Model model(model_folder, type);
  ThreadPool threads(1);
  Forward forward(model, best_isa(), threads);
  KvPool kv(model.config(), 2, prompt.size(), model.type());
  const std::vector<PageId> row = {0};
  demo.step("Copying a hit of n tokens from row to row, beside computing it (one thread, medians)");
  const std::size_t token_bytes = kv.page_bytes() / prompt.size();
  fmt::print("   {:>8}{:>14}{:>12}{:>14}{:>10}\n", "tokens", "bytes copied", "copied", "computed", "ratio");
  forward.run({std::span(prompt).first(64), 0, row}, kv);  // the first touch costs time that is nobody's
  for (const std::size_t n : kLengths) {
    if (n > prompt.size()) break;
    const double computed = median_ms([&] { forward.run({std::span(prompt).first(n), 0, row}, kv); });
    const double copied = median_ms([&] { kv.copy_kv(0, 1, n); });
    fmt::print("   {:>8}{:>14}{:>9.3f} ms{:>11.1f} ms{:>10.0f}\n", grouped(n), grouped(n * token_bytes), copied,
               computed, computed / copied);
    demo.figure(fmt::format("copy.{}.bytes", n), n * token_bytes);
  }
  const std::size_t whole = std::min(prompt.size(), kLengths[std::size(kLengths) - 1]);
  const std::size_t numbers = 2 * kv.num_layers() * kv.kv_heads() * kv.head_dim() * whole;
  const std::size_t equal = equal_numbers(kv, 0, 1, whole);
  fmt::print("\n   {} of {} numbers of K and V are equal in both rows\n", grouped(equal), grouped(numbers));
  if (equal != numbers) throw CheckFailed("copied keys and values differ from the computed ones");
  demo.figure("copy.token_bytes", token_bytes);
  demo.figure("copy.numbers", numbers);
}

}  // namespace radixlab
