#include "batch_server.hpp"

#include "apps/single_runner.hpp"
#include "cells.hpp"

namespace radixlab {

BatchServer::BatchServer(Device& device, ManagedPool pool, std::size_t chunk, FirstWrongBit* watch, CellResult& result)
    : result_(result),
      engine_(device, std::move(pool), {.max_num_batched_tokens = kTwoBlocks + 3, .chunked_prefill_size = chunk},
              make_hooks(watch)) {}

EngineHooks BatchServer::make_hooks(FirstWrongBit* watch) {
  EngineHooks hooks;
  if (watch)
    hooks.before_run = [watch](const EngineRequest& r, std::size_t num_tokens) {
      watch->before_step("request " + std::to_string(r.id), r.at_desk, num_tokens);
    };
  hooks.after_run = [this](const EngineRequest& r, std::size_t first, std::span<const float> hidden) {
    after_run(r, first, hidden);
  };
  return hooks;
}

void BatchServer::serve(const Act& act) {
  for (const Prompt& prompt : act.requests) {
    engine_.add_request(prompt.tokens, {.max_tokens = 3}, prompt.cache_salt);
    result_.served.push_back({.tokens = prompt.tokens, .start = SIZE_MAX});
  }
  while (engine_.has_unfinished_requests()) {
    for (const RequestOutput& output : engine_.step()) {
      if (output.finish_reason == FinishReason::failed) throw BrokenNumbers(output.error);
      Served& served = result_.served[output.id];
      if (output.finish_reason == FinishReason::none)
        served.tokens.push_back(*output.token);
      else
        served.last = *output.token;
    }
    result_.pages_moved += engine_.compact();
  }
}

// One that was preempted computes some rows once more, or finds what it would have computed.
void BatchServer::after_run(const EngineRequest& r, std::size_t first, std::span<const float> hidden) {
  const ModelConfig& config = engine_.device().config();
  Served& served = result_.served[r.id];
  const std::size_t rows = hidden.size() / config.hidden_size;
  if (served.start == SIZE_MAX) result_.tokens_reused += first;
  if (served.start == SIZE_MAX || first > served.start + served.logits.size() / config.vocab_size ||
      first < served.start)
    served.start = first, served.logits.clear();
  served.logits.resize((first - served.start + rows) * config.vocab_size);
  engine_.device().logits(hidden, std::span(served.logits).last(rows * config.vocab_size));
}

}  // namespace radixlab
