#include <cstring>
#include <fmt/format.h>

#include "01-naive-manager/demo_steps.hpp"
#include "08-engine/demo_steps.hpp"
#include "apps/demo_questions.hpp"
#include "apps/engine_options.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kQuestions = 8, kAnswer = 8, kAskPage = 16;  // [questions], [tokens], [tokens]

struct Answered {
  std::vector<TokenId> output;
  std::size_t first = 0;      // position of the first row
  std::vector<float> hidden;  // [rows, hidden_size] of each position that was computed
};

struct Served {
  std::string manager;
  std::vector<Answered> answers;
  std::size_t passes = 0, computed = 0;
  Snapshot at_end;
};

void one_after_the_other(DemoModel& model, const std::vector<Ask>& asks, std::size_t num_pages, std::size_t page_size,
                         Served& served) {
  SingleRunner runner(model.device, model.pool(served.manager, num_pages, page_size));
  for (const Ask& ask : asks) {
    Generation made = runner.generate(ask.prompt, {.max_new_tokens = kAnswer, .keep_hidden = true});
    served.answers.push_back({std::move(made.output), made.cached_tokens, std::move(made.hidden)});
  }
  served.at_end = runner.cache().snapshot();
}

void in_a_batch(DemoModel& model, const std::vector<Ask>& asks, std::size_t num_pages, Served& served) {
  served.answers.resize(asks.size());
  EngineHooks hooks;
  hooks.after_run = [&](const EngineRequest& r, std::size_t first, std::span<const float> hidden) {
    Answered& answered = served.answers[r.id];
    if (answered.hidden.empty()) answered.first = first;
    answered.hidden.insert(answered.hidden.end(), hidden.begin(), hidden.end());
  };
  Engine engine = model.engine(num_pages, kAskPage, {}, hooks);
  for (const Ask& ask : asks) engine.add_request(ask.prompt, {.max_tokens = kAnswer});
  while (engine.has_unfinished_requests())
    for (const RequestOutput& output : engine.step()) served.answers[output.id].output.push_back(output.token.value());
  served.at_end = engine.pages().cache().snapshot();
}

Served serve(DemoModel& model, const std::string& manager, const std::vector<Ask>& asks) {
  std::size_t tokens = 0, longest = 0;
  for (const Ask& ask : asks)
    tokens += ask.prompt.size() + kAnswer, longest = std::max(longest, ask.prompt.size() + kAnswer);
  const std::size_t page_size = page_size_for(manager, kAskPage, longest);
  const std::size_t pages = tokens / page_size + asks.size();
  Served served{.manager = manager};
  const std::size_t passes = model.device.num_passes(), computed = model.device.tokens_computed();
  const auto stage = std::ranges::find(model.stages, manager, [](const Stage& s) { return std::string(s.name); });
  if (stage->runner == Runner::batch)
    in_a_batch(model, asks, pages, served);
  else
    one_after_the_other(model, asks, pages, page_size, served);
  served.passes = model.device.num_passes() - passes;
  served.computed = model.device.tokens_computed() - computed;
  return served;
}

struct Compared {
  std::size_t rows = 0, differ = 0;
};

// Rows that both computed; an answer of other tokens is a row that differs, too.
Compared compare(const Served& first, const Served& other, std::size_t width) {
  Compared compared;
  for (std::size_t i = 0; i < first.answers.size(); ++i) {
    const Answered &a = first.answers[i], &b = other.answers[i];
    const std::size_t rows_a = a.hidden.size() / width, rows_b = b.hidden.size() / width;
    const std::size_t end = std::min(a.first + rows_a, b.first + rows_b);
    for (std::size_t position = std::max(a.first, b.first); position < end; ++position, ++compared.rows)
      compared.differ += std::memcmp(&a.hidden[(position - a.first) * width], &b.hidden[(position - b.first) * width],
                                     width * sizeof(float)) != 0;
    compared.differ += a.output != b.output;
  }
  return compared;
}

}  // namespace

void show_eight_questions(Demo& demo, DemoModel& model, const std::vector<std::string>& managers) {
  const std::vector<Ask> asks = first_questions(model.folder, model.tokenizer, kQuestions);
  demo.step(
      fmt::format("Not a bit changes: {} questions on one document, one after the other and in a batch", asks.size()));
  fmt::print("   {:<10}{:>20}{:>18}{:>26}{:>10}\n", "", "passes over weights", "tokens computed",
             "compared with the first", "differ");
  std::vector<Served> all;
  for (const std::string& manager : managers) {
    all.push_back(serve(model, manager, asks));
    const Served& served = all.back();
    const Compared compared = compare(all.front(), served, model.device.config().hidden_size);
    fmt::print("   {:<10}{:>20}{:>18}{:>26}{:>10}\n", manager, served.passes, served.computed,
               all.size() == 1 ? "" : std::to_string(compared.rows),
               all.size() == 1 ? "" : std::to_string(compared.differ));
    demo.figure("eight." + manager + ".passes", served.passes);
    demo.figure("eight." + manager + ".computed", served.computed);
    if (all.size() == 1) continue;
    demo.figure("eight." + manager + ".rows_compared", compared.rows);
    demo.figure("eight." + manager + ".differ", compared.differ);
    if (compared.differ > 0)
      throw CheckFailed(fmt::format("{} of {} rows differ between {} and {}", compared.differ, compared.rows, manager,
                                    all.front().manager));
  }
  fmt::print(
      "\n   Each answer has {} tokens. A pass reads all weights, for one row or for many: the batch saves passes, as "
      "the tree\n"
      "   saves tokens. Rows are compared with memcmp, after the last layer.\n",
      kAnswer);
  demo.tree(all.back().at_end, fmt::format("{}: the cache after {} questions", all.back().manager, asks.size()),
            [&](TokenId id) { return model.tokenizer.piece_text(id); });
}

}  // namespace radixlab
