/// \file
/// Chapter 08, given: the engine. A step is: the router decides, the executor computes, the router publishes, tokens are drawn.
/// After seed 001's RadixAttentionModelWrapperV2; calls are named as vLLM's LLMEngine names them.
///
/// A request's tokens depend on its prompt, its parameters and the model alone: not on the batch, on the cache, on other requests, on
/// preemptions (I32). If the device fails, all requests end with its words. If one comes to numbers that are not finite, it alone ends.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "08-engine/router.hpp"

namespace radixlab {

/// Where others look into a run. Each may be empty, and then costs nothing.
struct EngineHooks {
  /// Before the device runs: this request is about to compute so many tokens.
  std::function<void(const EngineRequest&, std::size_t num_tokens)> before_run;
  /// After it: the hidden states [rows, hidden_size] of the request's positions from `first` on.
  std::function<void(const EngineRequest&, std::size_t first, std::span<const float> hidden)> after_run;
  /// After it, for rows that are sampled: the logits [vocab_size] that follow all tokens of the request.
  std::function<void(const EngineRequest&, std::span<const float> logits)> sampled;
  /// At the end of each step: what was scheduled, who was preempted or ended in it, and who waits now. Of those that ended only
  /// the numbers are good.
  struct Step {
    std::size_t number = 0;  ///< from 0
    struct Ran {
      RequestId id;
      std::size_t num_tokens, num_generated;  ///< computed in this step; generated before it
    };
    std::vector<Ran> ran;
    std::vector<RequestId> preempted, waiting;
    std::vector<RequestOutput> outputs;
  };
  std::function<void(const Step&)> step;
};

/// Since the beginning. Times are of the steps.
struct EngineStats {
  std::size_t steps = 0, tokens_run = 0, tokens_generated = 0, preemptions = 0;
  std::chrono::nanoseconds total{}, device{}, sampling{};  ///< what is left is bookkeeping
};

class Engine {
 public:
  /// `device`, which has its pool, must outlive it; `pool` names the pool's pages. `token_bytes` gives what a token adds to a text,
  /// for stop texts. Reserves scratch for the largest step. Throws std::invalid_argument as check_config does.
  Engine(Device& device, ManagedPool pool, EngineConfig config, EngineHooks hooks = {},
         std::function<std::string(TokenId)> token_bytes = {});
  ~Engine();  ///< aborts what is left

  /// The number of the first of params.n answers; the others have the numbers that follow. Throws std::invalid_argument, with
  /// nothing changed: as check_params and Device::check_fits do, for an unknown token, for stop texts without token_bytes; DeviceError if the
  /// device has ended.
  RequestId add_request(std::span<const TokenId> prompt, const SamplingParams& params, std::uint32_t cache_salt = 0);
  /// Ends one answer at any time, between two steps. What it computed stays cached. False if there is no such request (any more).
  bool abort_request(RequestId id);
  /// One step. Returns what it led to, request by request in order of arrival. Nothing to do: nothing happens. Throws
  /// std::runtime_error if requests wait, none runs, and no room can be made: someone else holds the pages. If memory runs out before
  /// the device runs, then nothing is lost, and the step may be made again; behind it, tokens of this step may be lost.
  std::vector<RequestOutput> step();
  bool has_unfinished_requests() const { return !requests_.empty(); }

  /// Moves pages so that the free ones are neighbours; returns how many were moved.
  std::size_t compact();

  Router& router() { return router_; }
  PageManager& pages() { return pages_; }
  Device& device() { return device_; }
  const EngineStats& stats() const { return stats_; }
  std::uint32_t salt(std::span<const SaltField> fields) { return pages_.desk().salt(fields); }

 private:
  void advance(EngineHooks::Step& told, std::vector<RequestOutput>& outputs);
  const ExecutorOutput& run(const Batch& batch);
  void publish(const Batch& batch, const ExecutorOutput& output);
  void generate(EngineRequest& r, std::span<const float> logits, std::vector<RequestOutput>& outputs);
  std::optional<TokenId> draw(const EngineRequest& r, std::span<const float> logits);
  void accept(EngineRequest& r, TokenId token, std::span<const float> logits, std::vector<RequestOutput>& outputs);
  void refuse_row(EngineRequest& r, std::size_t position, std::vector<RequestOutput>& outputs);
  void fail(EngineRequest& r, const std::string& words, std::vector<RequestOutput>& outputs);
  void fail_all(const std::string& words, std::vector<RequestOutput>& outputs);
  void end(EngineRequest& r, RequestOutput output, std::vector<RequestOutput>& outputs);

  Device& device_;
  PageManager pages_;
  Router router_;
  AttentionExecutor executor_;
  EngineHooks hooks_;
  std::function<std::string(TokenId)> token_bytes_;
  std::map<RequestId, EngineRequest> requests_;
  std::size_t max_positions_ = 0;  // of a request, so far
  RequestId next_id_ = 0;
  EngineStats stats_;
};

}  // namespace radixlab
