#include <fmt/format.h>

#include "08-engine/demo_steps.hpp"
#include "08-engine/timeline_of.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kScenePages = 18, kScenePage = 4;
const EngineConfig kScene{.max_num_seqs = 8, .max_num_batched_tokens = 16, .chunked_prefill_size = 12};

}  // namespace

void show_batching(Demo& demo, DemoModel& model) {
  demo.step("Continuous batching: five answers, and who computes what in which step");
  std::vector<TimelineStep> steps;
  EngineHooks hooks;
  hooks.step = [&](const EngineHooks::Step& step) { steps.push_back(timeline_of(step)); };
  Engine engine = model.engine(kScenePages, kScenePage, kScene, hooks);
  const std::vector<TokenId> shared = model.numbered(30, 300);

  engine.add_request(shared, {.max_tokens = 14});
  engine.add_request(shared, {.max_tokens = 8});  // its twin
  engine.add_request(model.numbered(9, 500), {.n = 2, .temperature = 1, .seed = 1, .max_tokens = 6});
  RequestOutput preempted;
  std::size_t step = 0;
  while (engine.has_unfinished_requests()) {
    if (step++ == 4) engine.add_request(model.numbered(22, 700), {.max_tokens = 6});
    for (const RequestOutput& output : engine.step())
      if (output.figures.num_preemptions > 0) preempted = output;
  }
  fmt::print(
      "   A pool of {} pages of {} tokens; a step computes {} tokens at most, of one request {}. Request 1 has the "
      "prompt of\n"
      "   request 0. Request 2 wants two answers: request 3 is the second. Request 4 comes before step 4.\n\n",
      kScenePages, kScenePage, kScene.max_num_batched_tokens, kScene.chunked_prefill_size);
  fmt::print("{}", to_text_timeline(steps));
  const EngineStats& stats = engine.stats();
  fmt::print(
      "\n   {} tokens were computed in {} steps, {} generated, {} preempted. Request {} has computed {} tokens of its "
      "prompt,\n"
      "   found {}, and {} once more after its preemption, which are neither (the last of r{} is its generated token, "
      "computed\n"
      "   for the first time).\n",
      stats.tokens_run, stats.steps, stats.tokens_generated, stats.preemptions, preempted.id,
      preempted.figures.num_computed_tokens, preempted.figures.num_cached_tokens,
      preempted.figures.num_recomputed_tokens, preempted.figures.num_recomputed_tokens + 1);
  demo.figure("batching.steps", stats.steps);
  demo.figure("batching.tokens", stats.tokens_run);
  demo.figure("batching.generated", stats.tokens_generated);
  demo.figure("batching.preemptions", stats.preemptions);
  demo.picture("timeline", to_dot_timeline(steps));
}

}  // namespace radixlab
