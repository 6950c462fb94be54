/// \file
/// One device, one cache manager: serves one request at a time (chapter 08 serves many).
///
///   start   the desk matches the prompt, locks the hit and takes pages                    CacheManager::start
///   step    a chunk of the prompt is computed and published, or one token is generated    Device::run, chunk_done, grow
///   end     what is computed is published, the rest given back                            CacheManager::finish
///
/// Several LiveRequests may be alive at once and be stepped in turn; each computes only what its hit lacks (I35). A full
/// pool is an answer: the request waits, and holds nothing meanwhile (I38). If the device fails, its requests end with
/// the device's words: they publish nothing more, for their KV is gone, and leave no page and no lock behind (I4, I18).
/// If a request comes to numbers that are not finite, then it alone ends, in the same way.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "01-naive-manager/factory.hpp"
#include "01-naive-manager/scheduler_cache.hpp"
#include "apps/cli.hpp"
#include "llm/device.hpp"

namespace radixlab {

struct GenerateOptions {
  std::string name = "the request";  ///< for messages
  std::size_t max_new_tokens = 16;
  std::size_t chunk = 0;             ///< prompt tokens a step; 0: all at once
  std::vector<TokenId> stop_tokens;  ///< generation ends after one of them
  std::uint32_t cache_salt = 0;
  bool keep_hidden = false;  ///< keep the hidden state of every computed row, for comparing afterwards
  /// Told before each forward step how many tokens it computes: for looking into a run that went wrong.
  std::function<void(const Request&, std::size_t tokens)> before_step;
};

/// A request came to numbers that are not finite: there is no next token. The message names request, position and cause.
struct BrokenNumbers : CheckFailed {
  using CheckFailed::CheckFailed;
};

/// What came of a request. Times count the cache, the forward pass and the logits of the rows that generation needs.
struct Generation {
  std::vector<TokenId> output;  ///< generated tokens, the stop token included
  std::size_t prompt_tokens = 0;
  std::size_t cached_tokens = 0;  ///< of the prompt; prompt_tokens - cached_tokens were computed (I35)
  /// [rows, hidden_size] of positions cached_tokens .. prompt + output - 2; up to the first row that was not computed,
  /// where a request that was queued again found more in the cache.
  std::vector<float> hidden;
  double first_token_ms = 0;  ///< from the request's arrival
  double total_ms = 0;

  /// Puts behind `hidden` what is new of `rows` [n, width], whose first position is `first`: a request that was queued again
  /// may compute rows a second time. If it has not computed the row behind `hidden`, then nothing.
  void keep(std::size_t first, std::span<const float> rows, std::size_t width);
};

/// Computes all of `tokens` [n] as if nothing had ever been cached, in a pool made for it: what the device's pool held
/// is gone. Returns the hidden state [n, hidden_size].
std::vector<float> recompute(Device& device, std::span<const TokenId> tokens);

class SingleRunner {
 public:
  /// `device` must outlive it, and `cache` name the pages of its pool.
  SingleRunner(Device& device, ManagedPool cache);

  /// Serves one request from start to end, greedily. Throws as LiveRequest does, and std::runtime_error if it finds no
  /// room: nobody else would make any.
  Generation generate(std::span<const TokenId> prompt, const GenerateOptions& options);

  Device& device() { return device_; }
  BaseCacheManager& cache() { return *cache_.manager; }
  CacheManager& desk() { return *desk_; }
  std::size_t peak_pages() const { return peak_pages_; }  ///< most pages that were not free at once

 private:
  friend class LiveRequest;
  void note_use();

  Device& device_;
  ManagedPool cache_;
  std::unique_ptr<CacheManager> desk_;
  std::size_t peak_pages_ = 0;
};

/// What a step came to.
enum class StepResult {
  more,     ///< it went on, and is not done
  waiting,  ///< there is no room now; it holds no page and no lock, and may be stepped again later
  done,
};

/// A request between its arrival and its end. Destroying it early aborts it: what is computed is published, the rest
/// given back.
class LiveRequest {
 public:
  /// Starts at once if there is room, else waits. Throws std::invalid_argument, with nothing changed, as Device::check_fits does
  /// and for an unknown token; DeviceError if the device has ended.
  LiveRequest(SingleRunner& runner, std::span<const TokenId> prompt, GenerateOptions options);
  ~LiveRequest() { let_go(); }
  LiveRequest(const LiveRequest&) = delete;
  LiveRequest& operator=(const LiveRequest&) = delete;

  /// Computes a chunk of the prompt, or generates a token. Throws, and the request has ended: DeviceError if the device
  /// failed, now or before; BrokenNumbers if a row of hidden states or logits is not finite.
  StepResult step();
  /// A step where nobody else would make room. True if there is more to do; throws std::runtime_error if it waits.
  bool step_alone();
  Generation take() { return std::move(result_); }
  /// What the desk knows of it: for who moves pages (CacheManager::compact). Without pages while it waits, and when done.
  Request& at_the_desk() { return request_; }

 private:
  using Clock = std::chrono::steady_clock;
  bool start();
  bool queue_again();
  StepResult advance(Clock::time_point begin);
  void compute(std::size_t tokens);
  [[noreturn]] void refuse_row(std::size_t position);
  void let_go() noexcept;

  SingleRunner& runner_;
  GenerateOptions options_;
  Request request_;  // its pages are empty while it waits
  Generation result_;
  std::vector<float> hidden_, logits_;  // [rows of a step, hidden_size], [vocab_size]
  Clock::duration spent_{};
  bool started_ = false, done_ = false;
  std::optional<std::string> broken_;  // what was said when it came to numbers that are not finite
};

}  // namespace radixlab
