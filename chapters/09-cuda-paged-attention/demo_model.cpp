#include <bit>
#include <fmt/format.h>
#include <numeric>
#include <vector>

#include "09-cuda-paged-attention/demo_steps.hpp"
#include "09-cuda-paged-attention/exact_forward.hpp"
#include "apps/cli.hpp"
#include "io/error.hpp"
#include "llm/compute_type.hpp"
#include "llm/forward.hpp"
#include "testing/model_folder.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kTokens = 20, kPageTokens = 16;

std::vector<float> logits_on_cpu(const Model& model, const std::vector<TokenId>& tokens) {
  ThreadPool threads(1);
  Forward forward(model, best_isa(), threads);
  KvPool kv(model.config(), (tokens.size() + kPageTokens - 1) / kPageTokens, kPageTokens, model.type());
  std::vector<PageId> pages(kv.num_pages());
  std::iota(pages.begin(), pages.end(), PageId{0});
  std::vector<float> logits(tokens.size() * model.config().vocab_size);
  forward.logits(forward.run({tokens, 0, pages}, kv), logits);
  return logits;
}

void print_logits(const std::string& who, std::span<const float> logits) {
  fmt::print("   {:<10}", who);
  for (std::size_t i = 0; i < 4; ++i)
    fmt::print("{:>13.7f} {:08x}", logits[i], std::bit_cast<std::uint32_t>(logits[i]));
  fmt::print("\n");
}

template <class T>
void compare_logits(Demo& demo, const std::string& words, const std::string& figures, const Model& model) {
  const std::size_t vocab = model.config().vocab_size;
  std::vector<TokenId> tokens(kTokens);
  for (std::size_t i = 0; i < kTokens; ++i) tokens[i] = static_cast<TokenId>((i * i * 31 + 11) % vocab);
  const std::vector<float> expected = logits_on_cpu(model, tokens);
  const std::vector<float> logits = ExactForward<T>(model, kTokens, kPageTokens).run(tokens);
  std::size_t differ = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    differ += std::bit_cast<std::uint32_t>(logits[i]) != std::bit_cast<std::uint32_t>(expected[i]);
  fmt::print("   {}, {} layers, {}: the first four logits of the last of {} tokens\n", words,
             model.config().num_hidden_layers, weight_dtype_name(model.type()), kTokens);
  print_logits("CPU", std::span(expected).subspan((kTokens - 1) * vocab));
  print_logits("emulator", std::span(logits).subspan((kTokens - 1) * vocab));
  fmt::print("   {} logits were compared, {} differ\n\n", grouped(logits.size()), differ);
  demo.figure(figures + "rows", kTokens);
  demo.figure(figures + "logits", logits.size());
  demo.figure(figures + "differ", differ);
  if (differ > 0) throw CheckFailed("the emulator's logits are not the CPU's");
}

}  // namespace

void show_model(Demo& demo, const std::filesystem::path& folder, DType type) {
  demo.step("A whole model on the emulator, each operation by its CUDA kernel, and on the CPU");
  const ModelFolder tiny;
  compare_logits<float>(demo, "The tiny random model", "tiny.", Model(tiny.path(), DType::f32));
  const Model model(folder, type);
  in_type(type, [&]<class T>() { compare_logits<T>(demo, folder.filename().string(), "model.", model); });
}

void show_limits(Demo& demo) {
  demo.step("What the emulator cannot show");
  fmt::print(
      "   It counts what is moved, and not how long that takes. It cannot tell\n"
      "     occupancy   how many warps a multiprocessor holds at a time, so that some go on while others wait\n"
      "     registers   how many a thread needs, and whether some of its numbers spill to memory\n"
      "     latency     how long a load takes, and how much of it copies that run ahead hide\n"
      "     caches      which sectors come from the L2 cache, and not from memory\n"
      "     time        which rung is the fastest\n"
      "   ./lab gpu measures the time of each rung on a machine that has a GPU. The others are causes of it.\n");
}

}  // namespace radixlab
