// demo_00: one request at a time, everything recomputed. What a KV cache is, how large it is, and what is wasted.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "00-baseline/demo_steps.hpp"
#include "00-baseline/reference.hpp"
#include "apps/cli.hpp"
#include "apps/demo_questions.hpp"
#include "apps/engine_options.hpp"
#include "apps/timing.hpp"
#include "llm/cpu_device.hpp"
#include "testing/compare.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string model = RADIXLAB_CHECKPOINT, dtype = "auto";
  std::size_t page_size = 16;  // [tokens]
  Demo demo;
};

void show_reference(Demo& demo, const Reference& reference, Device& device, std::span<const TokenId> tokens) {
  demo.step(fmt::format("The yardstick: chapter 00's plain loops against the kernels, {} tokens", tokens.size()));
  const ModelConfig& config = reference.config();
  std::vector<float> slow, fast(tokens.size() * config.vocab_size);
  const double slow_ms = milliseconds([&] { slow = reference.logits(tokens); });
  const double fast_ms = milliseconds([&] { device.logits(recompute(device, tokens), fast); });
  const bool equal = !first_difference(slow, fast);
  fmt::print("   plain loops {:>8.1f} ms\n   kernels     {:>8.1f} ms ({})\n   {} logits, {} bit for bit\n", slow_ms,
             fast_ms, isa_name(best_isa()), grouped(slow.size()), equal ? "equal" : "NOT EQUAL");
  demo.figure("logits", slow.size());
  demo.figure("reference_ms", slow_ms);
  demo.figure("kernels_ms", fast_ms);
  demo.figure("logits_equal", equal);
  if (!equal) throw CheckFailed("the kernels do not give the reference's logits");
}

// A token's keys and values do not change when more tokens come: keep them, and one token costs one row.
void show_kv_cache(Demo& demo, Device& device, std::span<const TokenId> prompt) {
  constexpr std::size_t kTokens = 4;
  demo.step(fmt::format("What a KV cache is: {} more tokens behind a prompt of {}", kTokens, grouped(prompt.size())));
  device.make_pool((prompt.size() + kTokens + 15) / 16, 16);
  device.reserve(prompt.size() + kTokens, prompt.size() + kTokens);
  std::vector<PageId> pages(device.num_pages());
  for (PageId page = 0; page < pages.size(); ++page) pages[page] = page;
  std::vector<TokenId> tokens(prompt.begin(), prompt.end());
  const double prompt_ms = milliseconds([&] { device.run({tokens, 0, pages}, {}); });
  tokens.resize(prompt.size() + kTokens, prompt.back());
  const double with_ms = milliseconds([&] {
    for (std::size_t i = prompt.size(); i < tokens.size(); ++i)
      device.run({std::span(tokens).subspan(i, 1), i, pages}, {});
  });
  const double without_ms = milliseconds([&] {
    for (std::size_t i = prompt.size(); i < tokens.size(); ++i) recompute(device, std::span(tokens).first(i + 1));
  });
  fmt::print("   the prompt itself                      {:>8.1f} ms\n", prompt_ms);
  fmt::print("   a token, earlier keys and values kept  {:>8.2f} ms\n", with_ms / kTokens);
  fmt::print("   a token, everything computed again     {:>8.1f} ms\n", without_ms / kTokens);
  demo.figure("prompt", prompt.size());
  demo.figure("prompt_ms", prompt_ms);
  demo.figure("token_with_kv_ms", with_ms / kTokens);
  demo.figure("token_without_kv_ms", without_ms / kTokens);
}

int run(Options& o) {
  const Tokenizer tokenizer(o.model);
  const std::vector<Ask> asks = first_questions(o.model, tokenizer, 4);
  const DType type = chosen_type(o.dtype, o.model);
  const Model model(o.model, type);
  const Reference reference(o.model, type);
  ThreadPool threads(1);
  CpuDevice device(model, best_isa(), threads);
  fmt::print("Chapter 00, the baseline: a Llama of {:.1f} M parameters in {} that recomputes everything\n",
             static_cast<double>(model.config().parameter_count()) / 1e6, weight_dtype_name(type));
  show_reference(o.demo, reference, device, std::span(asks.front().prompt).first(200));
  show_kv_cache(o.demo, device, asks.front().prompt);
  show_sizes(o.demo, model.config(), o.page_size);
  show_sharing(o.demo, device);
  show_waste(o.demo, device, asks, o.page_size);
  o.demo.finish();
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "demo_00", argc, argv,
      [&](CLI::App& app) {
        app.add_option("--model", options.model, "Model directory with documents/ and questions.jsonl")
            ->capture_default_str();
        radixlab::add_dtype_option(app, options.dtype);
        app.add_option("--page-size", options.page_size, "Tokens of a page")
            ->check(radixlab::whole_number(1))
            ->capture_default_str();
        options.demo.add_options(app, "");
        app.footer("Example: demo_00 --step");
      },
      [&] { return radixlab::run(options); });
}
