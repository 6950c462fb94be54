#include "08-engine/demo_steps.hpp"

namespace radixlab {
namespace {

// A batch needs no model: only what a request has, and how much of it is computed.
EngineRequest request_of(RequestId id, std::size_t prompt, std::size_t generated, std::size_t computed) {
  EngineRequest r{.id = id};
  r.at_desk.tokens.resize(prompt + generated);
  r.at_desk.computed = computed;
  r.figures.num_prompt_tokens = prompt;
  return r;
}

void batch_of_three(Demo& demo) {
  EngineRequest a = request_of(0, 24, 0, 4), b = request_of(1, 11, 0, 8), c = request_of(2, 8, 2, 9);
  const std::vector<Scheduled> scheduled = {{&a, 8}, {&b, 3}, {&c, 1}};
  const Batch batch = build_batch(scheduled);
  demo.figure("predicted_sampled", batch.sampled.size());
  const std::vector<PageId> table = {7, 2, 9};
  demo.figure("predicted_slot", slot_of(table, c.at_desk.computed, 4));
}

void twins(Demo& demo, DemoModel& model) {
  Engine engine = model.engine(64, 4, {});
  const std::vector<TokenId> prompt = model.numbered(40, 300);
  for (int i = 0; i < 2; ++i) engine.add_request(prompt, {.max_tokens = 2});
  std::size_t computed = 0;
  while (engine.has_unfinished_requests())
    for (const RequestOutput& output : engine.step())
      if (output.finish_reason != FinishReason::none) computed += output.figures.num_computed_tokens;
  demo.figure("predicted_twins", computed);
}

void a_long_prompt(Demo& demo, DemoModel& model) {
  const EngineConfig config{.max_num_batched_tokens = 32};
  const std::vector<TokenId> prompt = model.numbered(100, 300);
  {
    Engine engine = model.engine(64, 4, config);
    engine.add_request(prompt, {.max_tokens = 2});
    std::size_t steps = 1;
    while (engine.step().empty()) ++steps;
    demo.figure("predicted_steps", steps);
  }
  std::size_t chunk = 0;
  EngineHooks hooks;
  hooks.step = [&](const EngineHooks::Step& step) {
    for (const auto& ran : step.ran)
      if (ran.id == 5 && chunk == 0) chunk = ran.num_tokens;
  };
  Engine engine = model.engine(64, 4, config, hooks);
  for (TokenId i = 0; i < 5; ++i) engine.add_request(model.numbered(4, 500 + 10 * i), {.max_tokens = 8});
  engine.step();
  engine.add_request(prompt, {.max_tokens = 1});
  engine.step();
  demo.figure("predicted_chunk", chunk);
}

// The older one grows until it has the whole pool.
void preempted_and_evicted(Demo& demo, DemoModel& model) {
  Engine engine = model.engine(16, 4, {});
  engine.add_request(model.numbered(8, 300), {.max_tokens = 57});
  const RequestId young = engine.add_request(model.numbered(40, 500), {.max_tokens = 20});
  RequestFigures figures;
  while (engine.has_unfinished_requests())
    for (const RequestOutput& output : engine.step())
      if (output.id == young) figures = output.figures;
  demo.figure("predicted_preempted", figures.num_cached_tokens + figures.num_computed_tokens);
  demo.figure("preempted.recomputed", figures.num_recomputed_tokens);
  demo.figure("preempted.times", figures.num_preemptions);
}

}  // namespace

void keep_numbers(Demo& demo, DemoModel& model) {
  batch_of_three(demo);
  twins(demo, model);
  a_long_prompt(demo, model);
  preempted_and_evicted(demo, model);
}

}  // namespace radixlab
