#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

#include "08-engine/demo_steps.hpp"
#include "visualize/cells.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kHandPages = 16, kHandPage = 4;  // pages of 4 tokens
constexpr std::size_t kPromptA = 9, kPromptB = 11, kCommon = 8;

/// What was called, how often; in the order of the first calls.
struct Calls {
  void add(const std::string& name, std::size_t times = 1) {
    const auto found = std::ranges::find(all, name, [](const auto& one) { return one.first; });
    if (found == all.end())
      all.emplace_back(name, times);
    else
      found->second += times;
  }
  std::vector<std::pair<std::string, std::size_t>> all;
};

/// Counts what is asked of a page source.
class CountingSource : public PageSource {
 public:
  explicit CountingSource(std::shared_ptr<PageSource> inner) : inner_(std::move(inner)) {}
  std::optional<PageId> take() override {
    calls.add("take");
    return inner_->take();
  }
  void take(std::span<PageId> out) override {
    calls.add("take", out.size());
    inner_->take(out);
  }
  void give(PageId page) override {
    calls.add("give");
    inner_->give(page);
  }
  std::size_t free_count() const override { return inner_->free_count(); }

  Calls calls;  // pages, by "take" and "give"

 private:
  std::shared_ptr<PageSource> inner_;
};

// As the contract has them; a story's lines are shorter.
std::string full_name(const std::string& op) {
  static const std::map<std::string, std::string> names = {{"match", "match_prefix"},
                                                           {"copy", "copy_pages"},
                                                           {"lock", "lock_handle"},
                                                           {"unlock", "unlock_handle"},
                                                           {"insert", "insert_prefix"}};
  const auto found = names.find(op);
  return found == names.end() ? op : found->second;
}

/// Counts, between two looks, what reached the cache manager, the pages and the device. Only they are counted: whoever is
/// called in between called them.
class Seams {
 public:
  Seams(const Story& story, CountingSource& source, const CountingDevice& device)
      : story_(story), source_(source), device_(device) {}

  /// By who was called: "manager", "pages", "device".
  std::map<std::string, Calls> since_last() {
    std::map<std::string, Calls> calls;
    const std::string& text = story_.text();
    for (std::size_t at; (at = text.find("{\"op\":\"", seen_)) != std::string::npos;) {
      const std::size_t begin = at + 7;
      seen_ = text.find('"', begin);
      calls["manager"].add(full_name(text.substr(begin, seen_ - begin)));
    }
    if (!source_.calls.all.empty()) calls["pages"] = std::exchange(source_.calls, {});
    if (const std::size_t runs = device_.num_passes() - std::exchange(runs_, device_.num_passes()); runs > 0)
      calls["device"].add("run", runs);
    return calls;
  }

 private:
  const Story& story_;
  CountingSource& source_;
  const CountingDevice& device_;
  std::size_t seen_ = 0, runs_ = device_.num_passes();
};

std::string in_words(const Calls& calls, const char* between) {
  std::vector<std::string> words;
  for (const auto& [name, times] : calls.all) words.push_back(fmt::format("{} {}", name, times));
  return fmt::format("{}", fmt::join(words, between));
}

struct PartCall {
  std::string part, call;
  std::map<std::string, Calls> made;
};

std::string drawing_of(const std::vector<PartCall>& calls) {
  CellRows router = {{{.text = "Router", .bold = true}}}, executor = {{{.text = "AttentionExecutor", .bold = true}}};
  std::string edges;
  for (const auto& [part, call, made] : calls) {
    CellRows& box = part == "router" ? router : executor;
    box.push_back({{.text = call, .colour = cell_colour::own, .port = call}});
    for (const auto& [whom, what] : made)
      edges += fmt::format("  {}:{} -> {} [label=\" {}\\l\", arrowhead=normal];\n", part, call, whom,
                           in_words(what, "\\l "));
  }
  const auto box = [](const std::string& name, const CellRows& rows) {
    return fmt::format("  {} [label=<{}>];\n", name, cell_table(rows));
  };
  const auto has = [](const std::string& words) { return CellRows{{{.text = words, .colour = cell_colour::shared}}}; };
  return std::string(kCellsHead) +
         "  graph [nodesep=0.7, ranksep=0.9];\n  edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=11];\n" +
         box("router", router) + box("executor", executor) +
         "  subgraph cluster_pages {\n    label=\"PageManager has\"; labelloc=b; color=\"#6b7280\";\n" +
         box("manager", has("cache manager")) + box("pages", has("page source")) +
         box("device", has("device, its pool")) + "  }\n" + edges + "}\n";
}

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
    const ExecutorOutput output = executor_->execute(batch);
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
