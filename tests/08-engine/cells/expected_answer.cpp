#include "expected_answer.hpp"

#include <algorithm>

namespace radixlab {

void expect_end(LiveAnswer& answer, const SamplingParams& params) {
  std::string words;
  const auto ends = [&](FinishReason reason, std::size_t length) {
    answer.reason = reason, answer.length = length;
    if (!params.stop.empty()) answer.words = words.substr(0, words.find(params.stop.front()));
  };
  for (std::size_t i = 0; i < params.max_tokens; ++i) {
    const TokenId token = answer.new_tokens()[i];
    words += bytes_of(token);
    const bool stops = std::ranges::count(params.stop_token_ids, token) > 0 ||
                       (!params.stop.empty() && words.find(params.stop.front()) != words.npos);
    if (stops) return ends(FinishReason::stop, i + 1);
  }
  ends(FinishReason::length, params.max_tokens);
}

std::string wrong_in(const RequestOutput& output, const LiveAnswer& answer) {
  const std::string who = "request " + std::to_string(output.id) + ": ";
  if (output.finish_reason == FinishReason::failed) return who + "failed: " + output.error;
  if (!output.token) return who + "an output without a token";
  const std::size_t generated = answer.generated + 1;  // with this one
  if (*output.token != answer.new_tokens()[answer.generated])
    return who + "generated token " + std::to_string(answer.generated) + " differs";
  const bool ends = generated == answer.length;
  if (output.finish_reason != (ends ? answer.reason : FinishReason::none))
    return who + "ends after " + std::to_string(generated) + " tokens, expected " + std::to_string(answer.length) +
           ", or for another reason";
  if (output.text != (ends ? answer.words : std::nullopt)) return who + "its text at the end is another one";
  const RequestFigures& f = output.figures;
  const std::size_t prompt = answer.num_prompt_tokens();
  // A fork that waits for room has had nothing of its prompt yet.
  const bool had_prompt = answer.answer == 0 || generated > 1;
  if (f.num_prompt_tokens != prompt || (had_prompt && f.num_cached_tokens + f.num_computed_tokens != prompt))
    return who + "I35: " + std::to_string(f.num_cached_tokens) + " cached + " + std::to_string(f.num_computed_tokens) +
           " computed, expected " + std::to_string(prompt);
  const std::size_t new_rows = std::max(answer.furthest, prompt) - prompt;  // of generated tokens, for the first time
  if (had_prompt && f.num_computed_tokens + f.num_recomputed_tokens + new_rows != answer.rows)
    return who + "I35: " + std::to_string(f.num_computed_tokens) + " computed + " +
           std::to_string(f.num_recomputed_tokens) + " recomputed + " + std::to_string(new_rows) +
           " generated, but the model computed " + std::to_string(answer.rows) + " rows";
  return "";
}

}  // namespace radixlab
