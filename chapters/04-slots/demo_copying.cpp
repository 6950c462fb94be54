#include <fmt/format.h>

#include "04-slots/demo_steps.hpp"
#include "apps/cli.hpp"
#include "apps/demo_questions.hpp"
#include "apps/timing.hpp"
#include "io/error.hpp"
#include "llm/cpu_device.hpp"

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
std::size_t equal_numbers(Device& device, PageId a, PageId b, std::size_t tokens) {
  const ModelConfig& config = device.config();
  std::size_t equal = 0;
  KvPlace here, there;
  for (std::size_t layer = 0; layer < config.num_hidden_layers; ++layer)
    for (std::size_t head = 0; head < config.num_key_value_heads; ++head)
      for (std::size_t place = 0; place < tokens; ++place)
        for (std::size_t d = 0; d < config.head_dim; ++d) {
          here = {layer, a, head, place, d}, there = {layer, b, head, place, d};
          equal += device.key(here) == device.key(there);
          equal += device.value(here) == device.value(there);
        }
  return equal;
}

}  // namespace

void show_copying(Demo& demo, const std::filesystem::path& model_folder, DType type) {
  const Tokenizer tokenizer(model_folder);
  const std::vector<TokenId> prompt = first_questions(model_folder, tokenizer, 1).front().prompt;
  const Model model(model_folder, type);
  ThreadPool threads(1);
  CpuDevice device(model, best_isa(), threads);
  device.make_pool(2, prompt.size());
  device.reserve(prompt.size(), prompt.size());
  const std::vector<PageId> row = {0};
  demo.step("Copying a hit of n tokens from row to row, beside computing it (one thread, medians)");
  const std::size_t token_bytes = device.page_bytes(prompt.size()) / prompt.size();
  fmt::print("   {:>8}{:>14}{:>12}{:>14}{:>10}\n", "tokens", "bytes copied", "copied", "computed", "ratio");
  device.run({std::span(prompt).first(64), 0, row}, {});  // the first touch costs time that is nobody's
  for (const std::size_t n : kLengths) {
    if (n > prompt.size()) break;
    const double computed = median_ms([&] { device.run({std::span(prompt).first(n), 0, row}, {}); });
    const double copied = median_ms([&] { device.copy_kv(0, 1, n); });
    fmt::print("   {:>8}{:>14}{:>9.3f} ms{:>11.1f} ms{:>10.0f}\n", grouped(n), grouped(n * token_bytes), copied,
               computed, computed / copied);
    demo.figure(fmt::format("copy.{}.bytes", n), n * token_bytes);
  }
  const std::size_t whole = std::min(prompt.size(), kLengths[std::size(kLengths) - 1]);
  const std::size_t numbers = 2 * model.config().num_hidden_layers * model.config().kv_size() * whole;
  const std::size_t equal = equal_numbers(device, 0, 1, whole);
  fmt::print("\n   {} of {} numbers of K and V are equal in both rows\n", grouped(equal), grouped(numbers));
  if (equal != numbers) throw CheckFailed("copied keys and values differ from the computed ones");
  demo.figure("copy.token_bytes", token_bytes);
  demo.figure("copy.numbers", numbers);
}

}  // namespace radixlab
