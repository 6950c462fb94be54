/// \file
/// The engine's note of one request, and what it tells of it. There is no phase "prefill" and no phase "decode": a request has
/// tokens whose keys and values are not written yet, and a step computes some of them.
///
///   tokens    p p p p p p p p g g        8 of the prompt, 2 generated
///   computed  ^---------------^ 9        the last token has no keys and values yet: it is what the next step computes
#pragma once
#include <optional>
#include <string>

#include "01-naive-manager/scheduler_cache.hpp"
#include "llm/sampling.hpp"
#include "llm/stop_texts.hpp"

namespace radixlab {

/// Requests are numbered as they arrive: a smaller number came first.
using RequestId = std::uint64_t;

enum class FinishReason {
  none,     ///< it goes on
  length,   ///< max_tokens
  stop,     ///< a stop token or a stop text
  aborted,  ///< abort_request
  failed,   ///< its numbers are not finite, or the device has ended
};

/// Where each position of a prompt came from, counted once, when the request had it for the first time.
/// I35: num_cached_tokens + num_computed_tokens = num_prompt_tokens, once the prompt is done.
struct RequestFigures {
  std::size_t num_prompt_tokens = 0;
  std::size_t num_cached_tokens = 0;      ///< of the prompt, found
  std::size_t num_computed_tokens = 0;    ///< of the prompt, by the model
  std::size_t num_recomputed_tokens = 0;  ///< by the model once more, after a preemption: neither of the two above
  std::size_t num_preemptions = 0;
  std::size_t num_bypassed = 0;  ///< requests that came later and started before it did
  bool operator==(const RequestFigures&) const = default;
};

struct EngineRequest {
  RequestId id = 0;
  SamplingParams params;
  std::size_t answer = 0;         ///< 0 .. params.n-1: which of the answers to its prompt
  Request at_desk;                ///< its pages are empty while it waits
  std::size_t furthest = 0;       ///< [tokens] that it has had so far, found or computed
  std::optional<StopTexts> stop;  ///< where params.stop has texts
  RequestFigures figures;

  std::size_t num_prompt_tokens() const { return figures.num_prompt_tokens; }
  std::size_t num_generated() const { return at_desk.tokens.size() - num_prompt_tokens(); }
  std::size_t num_left() const { return at_desk.tokens.size() - at_desk.computed; }  ///< [tokens] still to be computed
  bool is_running() const { return !at_desk.pages.empty(); }
};

/// What a step tells of a request: a token, or its end, or both.
struct RequestOutput {
  RequestId id = 0;
  std::size_t answer = 0;
  std::optional<TokenId> token;
  FinishReason finish_reason = FinishReason::none;
  std::string error;                ///< where it failed: why
  std::optional<std::string> text;  ///< at the end, where params.stop has texts: the answer, cut before the stop text
  RequestFigures figures;           ///< so far
};

}  // namespace radixlab
