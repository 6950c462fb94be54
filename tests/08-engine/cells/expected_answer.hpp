/// \file
/// How an answer must go on and end, said without the engine.
#pragma once
#include <string>

#include "08-engine/engine_request.hpp"
#include "texts.hpp"

namespace radixlab {

/// What a token adds to a text.
inline std::string bytes_of(TokenId token) { return "<" + std::to_string(token) + ">"; }

/// One answer on its way.
struct LiveAnswer {
  const ExpectedText* text = nullptr;
  std::size_t answer = 0, num_answers = 1;
  std::size_t length = 0;  ///< [tokens] that it has when it ends
  FinishReason reason = FinishReason::length;
  std::optional<std::string> words;                              ///< where it has a stop text
  std::size_t generated = 0, rows = 0, furthest = 0, since = 0;  ///< tokens, rows computed, [tokens] ever had, step
  bool waited_for_twin = false;

  std::size_t num_prompt_tokens() const { return text->num_prompt_tokens; }
  std::span<const TokenId> new_tokens() const { return std::span(text->tokens).subspan(num_prompt_tokens()); }
};

/// Fills length, reason and words. At most one stop text.
void expect_end(LiveAnswer& answer, const SamplingParams& params);

/// Empty, or what of the output is not as expected: token, end, text, and the figures (I35).
std::string wrong_in(const RequestOutput& output, const LiveAnswer& answer);

}  // namespace radixlab
