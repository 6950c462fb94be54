#include "apps/stock_runs.hpp"

#include <algorithm>
#include <chrono>

#include "apps/progress.hpp"
#include "llm/sampling.hpp"
#include "llm/torch/stock.hpp"

namespace radixlab {
namespace {

Generation ask_one(StockModel& model, const std::vector<TokenId>& prompt, const GenerateOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto since = [&] { return std::chrono::duration<double, std::milli>(Clock::now() - begin).count(); };
  Generation g;
  g.prompt_tokens = prompt.size();
  std::vector<float> logits = model.prefill(prompt);
  for (;;) {
    const std::optional<TokenId> next = greedy(logits);
    if (!next)
      throw BrokenNumbers("stock: the logits at position " + std::to_string(prompt.size() + g.output.size() - 1) +
                          " are not finite");
    g.output.push_back(*next);
    if (g.output.size() == 1) g.first_token_ms = since();
    const bool stopped = std::ranges::count(options.stop_tokens, g.output.back()) > 0;
    if (stopped || g.output.size() >= options.max_new_tokens) break;
    logits = model.decode(g.output.back());
  }
  g.total_ms = since();
  return g;
}

}  // namespace

void need_stock(char**) {}

ManagerRuns ask_stock(const std::filesystem::path& model, DType type, std::size_t threads, const std::vector<Ask>& asks,
                      const GenerateOptions& options, const Tokenizer& tokenizer) {
  StockModel stock(model, type, threads);
  const ModelConfig config = read_model_config(model);
  ManagerRuns all{.manager = "stock"};
  Progress progress("stock", asks.size());
  stock.prefill(asks.front().prompt);  // outside the clock, as for ours
  std::size_t longest = 0;
  for (const Ask& ask : asks) {
    QuestionRun run{.manager = "stock", .ask = &ask, .result = ask_one(stock, ask.prompt, options)};
    run.answer = tokenizer.decode(run.result.output);
    longest = std::max(longest, ask.prompt.size() + run.result.output.size());
    all.runs.push_back(std::move(run));
    progress.advance(1);
  }
  all.peak_kv_bytes = longest * config.num_hidden_layers * config.kv_size() * 2 * dtype_size(type);
  return all;
}

}  // namespace radixlab
