#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "08-engine/demo_calls.hpp"
#include "08-engine/demo_steps.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kHandPages = 16, kHandPage = 4;  // pages of 4 tokens
constexpr std::size_t kPromptA = 9, kPromptB = 11, kCommon = 8;

/// The three parts, called as Engine::step calls them.
class ByHand {
 public:
  explicit ByHand(DemoModel& model) : model_(model), pool_(model.pool("engine", kHandPages, kHandPage, true)) {
    story_ = pool_.story;
    source_ = std::make_shared<CountingSource>(pool_.source);
    pool_.source = source_;
    pages_.emplace(model.device, std::move(pool_));
    router_.emplace(*pages_, EngineConfig{.max_num_batched_tokens = 32});
    executor_.emplace(model.device, *pages_);
    model.device.reserve(32, kPromptB + 2);
  }
  ~ByHand() {
    for (EngineRequest* const r : {&a, &b}) router_->release(*r);
  }

  void add(EngineRequest& r, RequestId id, std::vector<TokenId> prompt) {
    r.id = id;
    r.figures.num_prompt_tokens = prompt.size();
    r.at_desk.tokens = std::move(prompt);
    router_->add(r);
  }

  Batch step() {
    Seams seams(*story_, *source_, model_.device);
    seams.since_last();
    calls.clear();
    const std::vector<Scheduled> scheduled = router_->schedule();
    calls.push_back({"router", "schedule", seams.since_last()});
    Batch batch = build_batch(scheduled);
    calls.push_back({"executor", "build_batch", seams.since_last()});
    slots = slot_mapping(batch, kHandPage);
    calls.push_back({"executor", "slot_mapping", seams.since_last()});
    tables.clear();
    for (const Sequence& s : batch.sequences) tables.emplace_back(s.pages.begin(), s.pages.end());
    const ExecutorOutput& output = executor_->execute(batch);
    calls.push_back({"executor", "execute", seams.since_last()});
    for (const auto& [r, tokens] : batch.requests) router_->insert_prefix(*r, tokens);
    calls.push_back({"router", "insert_prefix", seams.since_last()});
    drawn.clear();
    for (std::size_t row = 0; row < batch.sampled.size(); ++row) {
      EngineRequest& r = *batch.requests[batch.sampled_from[row]].request;
      drawn.push_back(sample(output.logits_of(row), r.params, r.answer, r.num_generated()).value());
      r.at_desk.tokens.push_back(drawn.back());
    }
    return batch;
  }

  EngineRequest a, b;
  std::vector<PartCall> calls;     // of the last step
  std::vector<std::size_t> slots;  // as all below
  std::vector<std::vector<PageId>> tables;
  std::vector<TokenId> drawn;

 private:
  DemoModel& model_;
  ManagedPool pool_;
  Story* story_ = nullptr;
  std::shared_ptr<CountingSource> source_;
  std::optional<PageManager> pages_;
  std::optional<Router> router_;
  std::optional<AttentionExecutor> executor_;
};

void print_step(const ByHand& hand, const Batch& batch) {
  std::vector<std::string> words;
  for (const auto& [r, tokens] : batch.requests)
    words.push_back(fmt::format("{} of request {}", counted(tokens, "token"), r->id));
  fmt::print("   Router::schedule     {}; found for request 1: {}\n", fmt::join(words, ", "), hand.b.at_desk.hit);
  for (std::size_t i = 0; i < hand.tables.size(); ++i)
    fmt::print("   page table           request {}: pages {}\n", i, fmt::join(hand.tables[i], " "));
  std::size_t row = 0;
  for (std::size_t i = 0; i < batch.sequences.size(); ++i) {
    const Sequence& s = batch.sequences[i];
    for (std::size_t k = 0; k < s.tokens.size(); ++k, ++row) {
      const bool sampled = std::ranges::count(batch.sampled, row) > 0;
      fmt::print("   row {}                request {}, position {:>2}, slot {:>2}{}\n", row, i, s.start + k,
                 hand.slots[row], sampled ? ", gets logits" : "");
    }
  }
}

void print_calls(Demo& demo, const std::vector<PartCall>& calls) {
  for (const auto& [part, call, made] : calls) {
    std::vector<std::string> words;
    words.reserve(made.size());
    for (const auto& [whom, what] : made) words.push_back(fmt::format("{}: {}", whom, in_words(what, ", ")));
    fmt::print("   {:<8}  {:<14}  {}\n", part, call,
               words.empty() ? "calls none of them" : fmt::format("{}", fmt::join(words, "; ")));
    for (const auto& [whom, what] : made)
      for (const auto& [name, times] : what.all) demo.figure(fmt::format("calls.{}.{}.{}", call, whom, name), times);
  }
  fmt::print(
      "\n   The router never comes to the device, and the executor neither to the cache nor to free pages: so each of\n"
      "   them can be read, tested and replaced alone.\n");
}

}  // namespace

void show_one_step(Demo& demo, DemoModel& model) {
  demo.step("One step by hand: the three parts, and two requests on one prefix");
  ByHand hand(model);
  const std::vector<TokenId> text = model.numbered(kPromptB, 300);
  hand.add(hand.a, 0, {text.begin(), text.begin() + kPromptA});
  hand.step();
  std::vector<TokenId> second = text;
  second[kCommon] = 500;  // the ninth
  hand.add(hand.b, 1, second);
  const Batch batch = hand.step();

  fmt::print(
      "   Pages of {} tokens. Request 0 has a prompt of {} tokens, and its first token is generated. Request 1 comes\n"
      "   with a prompt of {}, of which {} are those of request 0.\n\n",
      kHandPage, kPromptA, kPromptB, kCommon);
  print_step(hand, batch);
  fmt::print("   sample               {} tokens: one for each row that gets logits\n\n", hand.drawn.size());
  print_calls(demo, hand.calls);
  demo.figure("hand.table_a", hand.tables[0]);
  demo.figure("hand.table_b", hand.tables[1]);
  demo.figure("hand.found_b", hand.b.at_desk.hit);
  demo.figure("hand.rows", batch.num_rows);
  demo.figure("hand.slots", hand.slots);
  demo.figure("hand.sampled", batch.sampled);
  demo.picture("parts", drawing_of(hand.calls));
}

}  // namespace radixlab
