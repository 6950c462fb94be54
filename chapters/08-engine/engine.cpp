#include "08-engine/engine.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace radixlab {
namespace {

// Adds what passes until it is destroyed.
class Lap {
 public:
  explicit Lap(std::chrono::nanoseconds& sum) : sum_(sum) {}
  ~Lap() { sum_ += std::chrono::steady_clock::now() - begin_; }
  Lap(const Lap&) = delete;
  Lap& operator=(const Lap&) = delete;

 private:
  std::chrono::nanoseconds& sum_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

RequestOutput output_of(const EngineRequest& r) { return {.id = r.id, .answer = r.answer, .figures = r.figures}; }

}  // namespace

Engine::Engine(Device& device, ManagedPool pool, EngineConfig config, EngineHooks hooks,
               std::function<std::string(TokenId)> token_bytes)
    : device_(device),
      pages_(device, config.enable_prefix_caching ? std::move(pool) : without_prefix_caching(std::move(pool))),
      router_(pages_, config),
      executor_(device, pages_),
      hooks_(std::move(hooks)),
      token_bytes_(std::move(token_bytes)) {}

Engine::~Engine() {
  std::vector<RequestOutput> untold;
  try {
    if (device_.ended()) fail_all("", untold);
    while (!requests_.empty()) abort_request(requests_.begin()->first);
  } catch (const std::exception&) {
    // A destructor has nobody to tell. What is left names pages of a pool that goes with it.
  }
}

RequestId Engine::add_request(std::span<const TokenId> prompt, const SamplingParams& params, std::uint32_t cache_salt) {
  if (const auto words = device_.ended()) throw DeviceError(*words);
  check_params(params);
  const std::size_t positions = device_.check_fits(prompt.size(), params.max_tokens);
  for (const TokenId token : prompt) check_token(device_.config(), token);
  if (!params.stop.empty() && !token_bytes_)
    throw std::invalid_argument("stop texts need an engine that was told what a token adds to a text");
  max_positions_ = std::max(max_positions_, positions);
  device_.reserve(router_.config().max_num_batched_tokens, max_positions_);
  EngineRequest r{.id = next_id_, .params = params};
  r.at_desk.tokens.assign(prompt.begin(), prompt.end());
  r.at_desk.cache_salt = cache_salt;
  r.figures.num_prompt_tokens = prompt.size();
  if (!params.stop.empty()) r.stop.emplace(params.stop);
  const auto at = requests_.emplace(next_id_, std::move(r)).first;
  try {
    router_.add(at->second);
  } catch (...) {
    requests_.erase(at);
    throw;
  }
  next_id_ += params.n;
  return at->first;
}

bool Engine::abort_request(RequestId id) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return false;
  router_.release(found->second);
  requests_.erase(found);
  return true;
}

std::vector<RequestOutput> Engine::step() {
  std::vector<RequestOutput> outputs;
  if (requests_.empty()) return outputs;
  EngineHooks::Step told{.number = stats_.steps};
  {
    const Lap lap(stats_.total);
    try {
      if (const auto words = device_.ended()) throw DeviceError(*words);
      advance(told, outputs);
    } catch (const DeviceError& error) {
      fail_all(error.what(), outputs);
    }
    std::ranges::sort(outputs, {}, &RequestOutput::id);  // a request has one
  }
  ++stats_.steps;
  if (!hooks_.step) return outputs;
  told.preempted.assign(router_.preempted().begin(), router_.preempted().end());
  for (const EngineRequest* const r : router_.waiting()) told.waiting.push_back(r->id);
  told.outputs = outputs;
  hooks_.step(told);
  return outputs;
}

void Engine::advance(EngineHooks::Step& told, std::vector<RequestOutput>& outputs) {
  const Batch batch = build_batch(router_.schedule());
  stats_.preemptions += router_.preempted().size();
  if (batch.requests.empty()) {
    if (!router_.preempted().empty()) return;  // the one that ran made room for itself
    throw std::runtime_error("no room for any of " + std::to_string(requests_.size()) +
                             " requests, and none runs: others hold the pages of the pool");
  }
  if (hooks_.step)
    for (const auto& [r, tokens] : batch.requests) told.ran.push_back({r->id, tokens, r->num_generated()});
  const ExecutorOutput& output = run(batch);
  publish(batch, output);
  for (std::size_t row = 0; row < batch.sampled.size(); ++row) {
    const std::size_t i = batch.sampled_from[row];
    if (!output.broken[i]) generate(*batch.requests[i].request, output.logits_of(row), outputs);
  }
  for (std::size_t i = 0; i < batch.requests.size(); ++i)
    if (output.broken[i]) refuse_row(*batch.requests[i].request, *output.broken[i], outputs);
}

const ExecutorOutput& Engine::run(const Batch& batch) {
  if (hooks_.before_run)
    for (const auto& [r, tokens] : batch.requests) hooks_.before_run(*r, tokens);
  stats_.tokens_run += batch.num_rows;
  const Lap lap(stats_.device);
  return executor_.execute(batch, static_cast<bool>(hooks_.after_run));
}

// Of a request that came to numbers that are not finite nothing is counted and nothing is published.
void Engine::publish(const Batch& batch, const ExecutorOutput& output) {
  const std::size_t width = device_.config().hidden_size;
  std::size_t first = 0;  // row of the request in the batch
  for (std::size_t i = 0; i < batch.requests.size(); ++i) {
    const auto& [r, tokens] = batch.requests[i];
    if (!output.broken[i]) {
      if (hooks_.after_run)
        hooks_.after_run(*r, r->at_desk.computed, std::span(output.hidden).subspan(first * width, tokens * width));
      router_.insert_prefix(*r, tokens);
    }
    first += tokens;
  }
}

void Engine::generate(EngineRequest& r, std::span<const float> logits, std::vector<RequestOutput>& outputs) {
  const std::optional<TokenId> token = draw(r, logits);
  if (!token) return refuse_row(r, r.at_desk.computed - 1, outputs);
  const bool begins = r.num_generated() == 0 && r.answer == 0;
  for (std::size_t i = 1; begins && i < r.params.n; ++i) {
    EngineRequest child{.id = r.id + i, .params = r.params, .answer = i, .stop = r.stop};
    child.figures.num_prompt_tokens = r.num_prompt_tokens();
    const auto at = requests_.emplace(child.id, std::move(child)).first;
    try {
      router_.fork(r, at->second);
    } catch (...) {
      requests_.erase(at);
      throw;
    }
  }
  const std::size_t answers = begins ? r.params.n : 1;
  const RequestId first = r.id;  // `r` may end with its first token
  accept(r, *token, logits, outputs);
  for (std::size_t i = 1; i < answers; ++i) {
    EngineRequest& child = requests_.at(first + i);
    accept(child, draw(child, logits).value(), logits, outputs);
  }
}

std::optional<TokenId> Engine::draw(const EngineRequest& r, std::span<const float> logits) {
  const Lap lap(stats_.sampling);
  return sample(logits, r.params, r.answer, r.num_generated());
}

void Engine::accept(EngineRequest& r, TokenId token, std::span<const float> logits,
                    std::vector<RequestOutput>& outputs) {
  if (hooks_.sampled) hooks_.sampled(r, logits);
  r.at_desk.tokens.push_back(token);
  ++stats_.tokens_generated;
  RequestOutput output = output_of(r);
  output.token = token;
  const bool stops = std::ranges::count(r.params.stop_token_ids, token) > 0;
  if (stops || (r.stop && r.stop->add(token_bytes_(token))))
    output.finish_reason = FinishReason::stop;
  else if (r.num_generated() == r.params.max_tokens)
    output.finish_reason = FinishReason::length;
  if (output.finish_reason != FinishReason::none) return end(r, std::move(output), outputs);
  outputs.push_back(std::move(output));
}

// All before `position` is finite, so that its row alone tells the cause.
void Engine::refuse_row(EngineRequest& r, std::size_t position, std::vector<RequestOutput>& outputs) {
  const auto row = std::span(r.at_desk.tokens).subspan(position, 1);
  fail(r,
       "request " + std::to_string(r.id) + ": the numbers at position " + std::to_string(position) +
           " are not finite, and nothing follows from them; the first ones come from " +
           device_.cause_of_broken({row, position, r.at_desk.pages}),
       outputs);
}

// What it computed and did not publish yet is gone with the device, or broken.
void Engine::fail(EngineRequest& r, const std::string& words, std::vector<RequestOutput>& outputs) {
  r.at_desk.computed = r.at_desk.handle.cached_len;
  RequestOutput output = output_of(r);
  output.finish_reason = FinishReason::failed;
  output.error = words;
  end(r, std::move(output), outputs);
}

void Engine::fail_all(const std::string& words, std::vector<RequestOutput>& outputs) {
  while (!requests_.empty()) fail(requests_.begin()->second, words, outputs);
}

// The other answers of a request that ends before its first token end with it.
void Engine::end(EngineRequest& r, RequestOutput output, std::vector<RequestOutput>& outputs) {
  if (r.stop) output.text = r.stop->text();
  const std::size_t answers = r.answer == 0 && r.num_generated() == 0 ? r.params.n : 1;
  for (std::size_t i = 0; i < answers; ++i) {
    outputs.push_back(output);
    ++output.id, ++output.answer;
  }
  router_.release(r);
  requests_.erase(r.id);
}

std::size_t Engine::compact() {
  std::vector<Request*> running;
  for (EngineRequest* const r : router_.running()) running.push_back(&r->at_desk);
  return pages_.desk().compact(running);
}

}  // namespace radixlab
