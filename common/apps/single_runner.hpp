/// \file
/// One model, one cache manager, one KV pool: serves one request at a time (chapter 08 serves many).
///
///   start   the desk matches the prompt, locks the hit and takes pages                    CacheManager::start
///   step    a chunk of the prompt is computed and published, or one token is generated    Forward::run, chunk_done, grow
///   end     what is computed is published, the rest given back                            CacheManager::finish
///
/// Several LiveRequests may be alive at once and be stepped in turn; each computes only what its hit lacks (I35).
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "01-naive-manager/factory.hpp"
#include "01-naive-manager/scheduler_cache.hpp"
#include "llm/forward.hpp"

namespace radixlab {

struct GenerateOptions {
  std::size_t max_new_tokens = 16;
  std::size_t chunk = 0;             ///< prompt tokens a step; 0: all at once
  std::vector<TokenId> stop_tokens;  ///< generation ends after one of them
  std::uint32_t cache_salt = 0;
  bool keep_hidden = false;  ///< keep the hidden state of every computed row, for comparing afterwards
  /// Told before each forward step how many tokens it computes: for looking into a run that went wrong.
  std::function<void(const Request&, std::size_t tokens)> before_step;
};

/// What came of a request. Times count the cache, the forward pass and the logits of the rows that generation needs.
struct Generation {
  std::vector<TokenId> output;  ///< generated tokens, the stop token included
  std::size_t prompt_tokens = 0;
  std::size_t cached_tokens = 0;  ///< of the prompt; prompt_tokens - cached_tokens were computed (I35)
  std::vector<float> hidden;      ///< [rows, hidden_size] of positions cached_tokens .. prompt + output - 2
  double first_token_ms = 0;      ///< from the request's arrival
  double total_ms = 0;
};

/// Computes all of `tokens` [n] in a pool of its own, as if nothing had ever been cached. Returns the hidden state
/// [n, hidden_size], good until the next call of `forward`.
std::span<const float> recompute(Forward& forward, std::span<const TokenId> tokens);

class Engine {
 public:
  /// `forward` and `kv` must outlive it; `cache` must name the pages of `kv`.
  Engine(Forward& forward, KvPool& kv, Made cache);

  /// Serves one request from start to end, greedily. Throws std::invalid_argument, with nothing changed, if the request
  /// can never fit: the message says its tokens and the limit.
  Generation generate(std::span<const TokenId> prompt, const GenerateOptions& options);

  void check_fits(std::size_t prompt_tokens, const GenerateOptions& options) const;

  Forward& forward() { return forward_; }
  KvPool& kv() { return kv_; }
  BaseCacheManager& cache() { return *cache_.manager; }
  std::size_t peak_pages() const { return peak_pages_; }  ///< most pages that were not free at once

 private:
  friend class LiveRequest;
  void note_use();

  Forward& forward_;
  KvPool& kv_;
  Made cache_;
  CacheManager desk_;
  std::size_t peak_pages_ = 0;
};

/// A request between start and end. Destroying it early aborts it: what is computed is published, the rest given back.
class LiveRequest {
 public:
  /// Throws as Engine::generate does, and std::runtime_error if there is no room now.
  LiveRequest(Engine& engine, std::span<const TokenId> prompt, GenerateOptions options);
  ~LiveRequest();
  LiveRequest(const LiveRequest&) = delete;
  LiveRequest& operator=(const LiveRequest&) = delete;

  bool step();  ///< Computes a chunk of the prompt, or generates a token. False, and the request has ended, when all is
                ///< done.
  Generation take() { return std::move(result_); }

 private:
  using Clock = std::chrono::steady_clock;
  void compute(std::size_t tokens);
  void sample();

  Engine& engine_;
  GenerateOptions options_;
  Request request_;
  Generation result_;
  std::vector<float> last_hidden_, logits_;
  Clock::duration spent_{};
  bool live_ = false;
};

}  // namespace radixlab
