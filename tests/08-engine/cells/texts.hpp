/// \file
/// What every cell of the engine asks, and what must come out. A small catalogue of prompts, times a few ways to sample: each text
/// is computed once by chapter 00's scalar reference, and kept, however many cells ask for it.
#pragma once
#include <compare>
#include <map>
#include <string>
#include <vector>

#include "00-baseline/reference.hpp"
#include "apps/first_wrong_bit.hpp"
#include "llm/sampling.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {

/// A prompt with an answer of kNewTokens tokens. Shorter answers are its beginnings: what stops a request changes no token.
struct ExpectedText {
  std::vector<TokenId> tokens;
  std::size_t num_prompt_tokens = 0;
  std::vector<float> logits;  ///< [tokens.size() - 1, vocab_size]: row p is what follows token p
};

/// Which text: numbers of the prompt and of the way to sample, and which answer.
struct TextName {
  std::size_t prompt = 0, sampling = 0, answer = 0;
  auto operator<=>(const TextName&) const = default;
};

class TextCatalogue {
 public:
  static constexpr std::size_t kNewTokens = 12;

  /// `model`: as write_ladder_model.
  TextCatalogue(const std::string& model, DType type);

  /// Two documents, cut in front of, at and behind the borders of pages; and texts that leave the first one, inside pages too.
  /// The same for every model.
  static const std::vector<std::vector<TokenId>>& prompts();
  /// Greedy, temperature, top-k, top-p. Number of answers, length and stops are the request's.
  static const std::vector<SamplingParams>& samplings();

  /// Throws CheckFailed if the scalar reference does not give these tokens. O(text^2) when it is asked for the first time.
  const ExpectedText& expected(TextName name);
  void compute_all();  ///< so that later calls take no memory

  const Model& model() const { return model_; }

 private:
  ExpectedText compute(TextName name);

  TemporaryFolder folder_;
  Model model_;
  Reference reference_;
  ThreadPool threads_{1};
  CpuDevice device_;
  FreshKv fresh_;
  std::map<TextName, ExpectedText> known_;
};

}  // namespace radixlab
