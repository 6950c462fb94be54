// With chapter 08: all requests in one batch.
#include <chrono>
#include <fmt/format.h>

#include "08-engine/timeline_of.hpp"
#include "apps/generate_setup.hpp"
#include "apps/progress.hpp"

namespace radixlab {
namespace {

// As people count, and the table does.
TimelineStep counted_from_1(TimelineStep step) {
  for (auto& ran : step.ran) ++ran.id;
  for (auto& ended : step.ended) ++ended.id;
  for (auto* const ids : {&step.generated, &step.preempted, &step.waiting})
    for (auto& id : *ids) ++id;
  return step;
}

class BatchRun {
 public:
  BatchRun(const GenerateArguments& arguments, GenerateSetup& setup)
      : arguments_(arguments),
        setup_(setup),
        engine_(*setup.device, std::move(setup.cache), arguments.config, hooks(),
                [&setup](TokenId id) { return setup.tokenizer->token_bytes(id); }) {}

  Served run(const std::function<void(const Answer&)>& told);

 private:
  EngineHooks hooks();
  void add_all();
  void keep(const EngineRequest& r, std::size_t first, std::span<const float> hidden);
  void take(const RequestOutput& output);
  std::size_t tokens_of(const Answer& answer) const;  // at most
  std::size_t tokens_done();
  double elapsed_ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin_).count();
  }

  const GenerateArguments& arguments_;
  GenerateSetup& setup_;
  std::vector<Answer> answers_;  // by RequestId: an engine's first one is 0, and they follow each other
  std::vector<TimelineStep> timeline_;
  std::size_t tokens_of_ended_ = 0;
  std::chrono::steady_clock::time_point begin_;
  Engine engine_;
};

EngineHooks BatchRun::hooks() {
  EngineHooks hooks;
  if (!arguments_.logits_out.empty())
    hooks.after_run = [this](const EngineRequest& r, std::size_t first, std::span<const float> hidden) {
      keep(r, first, hidden);
    };
  if (!arguments_.timeline.empty())
    hooks.step = [this](const EngineHooks::Step& step) { timeline_.push_back(counted_from_1(timeline_of(step))); };
  return hooks;
}

void BatchRun::add_all() {
  SamplingParams params = arguments_.sampling;
  params.stop_token_ids = setup_.model.config().eos_token_ids;
  for (std::size_t request = 0; request < setup_.prompts.size(); ++request) {
    engine_.add_request(setup_.prompts[request], params);
    for (std::size_t number = 0; number < params.n; ++number)
      answers_.push_back({.request = request, .number = number});
  }
}

void BatchRun::keep(const EngineRequest& r, std::size_t first, std::span<const float> hidden) {
  Generation& g = answers_[r.id].generation;
  if (g.hidden.empty()) g.cached_tokens = first;
  g.keep(first, hidden, setup_.model.config().hidden_size);
}

void BatchRun::take(const RequestOutput& output) {
  Answer& answer = answers_[output.id];
  Generation& g = answer.generation;
  answer.figures = output.figures;
  g.total_ms = elapsed_ms();
  if (output.token) {
    if (g.output.empty()) g.first_token_ms = g.total_ms;
    g.output.push_back(*output.token);
  }
  if (output.finish_reason == FinishReason::none) return;
  answer.finish_reason = output.finish_reason;
  answer.text = output.text;
  answer.error = output.error;
  const std::string called = fmt::format("request {}", output.id);
  if (answer.error.starts_with(called))  // people count from 1, and their requests
    answer.error.replace(0, called.size(), fmt::format("request {}", answer.request + 1));
  tokens_of_ended_ += tokens_of(answer);
}

std::size_t BatchRun::tokens_of(const Answer& answer) const {
  return setup_.prompts[answer.request].size() + arguments_.sampling.max_tokens;
}

std::size_t BatchRun::tokens_done() {
  std::size_t tokens = tokens_of_ended_;
  for (const EngineRequest* const r : engine_.router().running()) tokens += r->at_desk.computed;
  return tokens;
}

Served BatchRun::run(const std::function<void(const Answer&)>& told) {
  add_all();
  begin_ = std::chrono::steady_clock::now();
  std::size_t tokens = 0, next = 0;
  for (const Answer& answer : answers_) tokens += tokens_of(answer);
  std::optional<Progress> progress;
  if (!arguments_.prompts_file.empty()) progress.emplace("generating", tokens);
  while (engine_.has_unfinished_requests()) {
    for (const RequestOutput& output : engine_.step()) take(output);
    if (const auto words = setup_.device->ended()) throw DeviceError(*words);
    if (progress) progress->advance_to(tokens_done());
    for (; next < answers_.size() && answers_[next].finish_reason != FinishReason::none; ++next) told(answers_[next]);
  }
  const double total_ms = elapsed_ms();
  return {std::move(answers_), engine_.pages().cache().snapshot(), total_ms, std::move(timeline_)};
}

}  // namespace

Served serve_in_batch(const GenerateArguments& o, GenerateSetup& setup,
                      const std::function<void(const Answer&)>& told) {
  return BatchRun(o, setup).run(told);
}

}  // namespace radixlab
