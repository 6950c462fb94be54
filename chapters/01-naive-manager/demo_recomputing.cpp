#include <algorithm>
#include <fmt/format.h>

#include "01-naive-manager/demo_steps.hpp"
#include "apps/cli.hpp"
#include "apps/demo_questions.hpp"
#include "apps/engine_options.hpp"
#include "io/error.hpp"
#include "llm/cpu_device.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kQuestions = 4, kPageTokens = 16;

void show_row(Demo& demo, const ManagerRuns& all) {
  std::size_t prompt = 0, computed = 0;
  double total_ms = 0;
  fmt::print("   {:<8}", all.manager);
  for (const QuestionRun& run : all.runs) {
    const std::size_t now = run.result.prompt_tokens - run.result.cached_tokens;
    fmt::print("{:>16}", fmt::format("{} in {:.1f}", grouped(now), run.result.first_token_ms));
    prompt += run.result.prompt_tokens;
    computed += now;
    total_ms += run.result.first_token_ms;
  }
  const double cached = 100.0 * static_cast<double>(prompt - computed) / static_cast<double>(prompt);
  fmt::print("{:>10}{:>9.1f}{:>9.1f} %\n", grouped(computed), total_ms, cached);
  demo.figure("questions.tokens", prompt);
  demo.figure("questions." + all.manager + ".computed", computed);
  demo.figure("questions." + all.manager + ".cached_percent", cached);
  demo.figure("questions." + all.manager + ".ms", total_ms);
}

ManagerRuns ask_with(std::span<const Stage> stages, const std::string& manager, Device& device,
                     const std::vector<Ask>& asks, const Tokenizer& tokenizer, std::size_t answer) {
  const std::size_t more = answer - 1;  // the last one is never computed
  std::size_t tokens = asks.size() * more, longest = 0;
  for (const Ask& ask : asks) tokens += ask.prompt.size(), longest = std::max(longest, ask.prompt.size() + more);
  const std::size_t page_size = page_size_for(manager, kPageTokens, longest);
  const std::size_t pages = tokens / page_size + asks.size();
  device.make_pool(pages, page_size);
  SingleRunner runner(device, create_cache_manager(stages, manager, {.page_size = page_size, .num_pages = pages}));
  const GenerateOptions options{.max_new_tokens = answer, .keep_hidden = true};
  return ask_all(runner, manager, asks, options, tokenizer, [](std::size_t) {});
}

}  // namespace

void show_recomputing(Demo& demo, std::span<const Stage> stages, const std::vector<std::string>& managers,
                      const std::filesystem::path& model_folder, DType type, std::size_t answer) {
  const Tokenizer tokenizer(model_folder);
  const std::vector<Ask> asks = first_questions(model_folder, tokenizer, kQuestions);
  const Model model(model_folder, type);
  ThreadPool threads(1);
  CpuDevice device(model, best_isa(), threads);
  demo.step(fmt::format("What is computed again: {} questions on one document (tokens in ms to the first token)",
                        asks.size()));
  fmt::print("   {:<8}", "");
  for (std::size_t i = 0; i < asks.size(); ++i) fmt::print("{:>16}", fmt::format("question {}", i + 1));
  fmt::print("{:>10}{:>9}{:>11}\n", "tokens", "ms", "cached");
  // The first forward pass of a process reads the weights from disk; no manager is charged for that.
  ask_with(stages, managers.front(), device, {asks.front()}, tokenizer, 1);
  std::vector<ManagerRuns> all;
  for (const std::string& manager : managers) {
    all.push_back(ask_with(stages, manager, device, asks, tokenizer, answer));
    show_row(demo, all.back());
  }
  for (std::size_t i = 1; i < all.size(); ++i) {
    compare_logits(device, all.front(), device, all[i]);
    fmt::print("\n   {} = {}: logits identical: {} ({} rows)\n", all[i].manager, all.front().manager,
               all[i].logits_identical() ? "yes" : "NO", grouped(all[i].rows_compared()));
    if (!all[i].logits_identical())
      throw CheckFailed("logits differ between " + all[i].manager + " and " + all.front().manager);
    demo.figure("questions." + all[i].manager + ".rows_compared", all[i].rows_compared());
  }
  demo.tree(all.back().at_end, fmt::format("{}: the cache after {} questions", all.back().manager, asks.size()),
            [&](TokenId id) { return tokenizer.piece_text(id); });
}

}  // namespace radixlab
