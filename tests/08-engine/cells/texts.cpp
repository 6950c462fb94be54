#include "texts.hpp"

#include <random>

#include "apps/cli.hpp"
#include "models.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kLeastVocab = 89;  // [tokens] of the ladder's models

std::filesystem::path written(const std::string& model, const std::filesystem::path& folder) {
  write_ladder_model(model, folder);
  return folder;
}

std::vector<std::vector<TokenId>> make_prompts() {
  std::mt19937 random(50);
  const auto text = [&](std::size_t length) {
    std::vector<TokenId> tokens(length);
    for (TokenId& token : tokens) token = static_cast<TokenId>(random() % kLeastVocab);
    return tokens;
  };
  std::vector<std::vector<TokenId>> prompts;
  const auto begin_of = [](const std::vector<TokenId>& whole, std::size_t length) {
    return std::vector<TokenId>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
  };
  const std::vector<TokenId> first = text(129), second = text(65);
  for (const std::size_t length : {1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 63, 64, 65, 96, 127, 128, 129})
    prompts.push_back(begin_of(first, length));
  for (const std::size_t length : {5, 8, 17, 33, 65}) prompts.push_back(begin_of(second, length));
  for (const std::size_t shared : {4, 8, 12, 16, 25, 64, 100}) {
    prompts.push_back(begin_of(first, shared));
    for (const TokenId token : text(3 + shared % 11)) prompts.back().push_back(token);
  }
  return prompts;
}

}  // namespace

TextCatalogue::TextCatalogue(const std::string& model, DType type)
    : model_(written(model, folder_ / model), type),
      reference_(folder_ / model, type),
      device_(model_, best_isa(), threads_),
      fresh_(device_) {}

const std::vector<std::vector<TokenId>>& TextCatalogue::prompts() {
  static const std::vector<std::vector<TokenId>> all = make_prompts();
  return all;
}

const std::vector<SamplingParams>& TextCatalogue::samplings() {
  static const std::vector<SamplingParams> all = {{},
                                                  {.temperature = 1, .seed = 7},
                                                  {.temperature = 0.8f, .top_k = 8, .seed = 3},
                                                  {.temperature = 1.2f, .top_p = 0.8f, .seed = 11}};
  return all;
}

const ExpectedText& TextCatalogue::expected(TextName name) {
  if (samplings()[name.sampling].temperature == 0) name.answer = 0;  // all are equal
  const auto known = known_.find(name);
  return known != known_.end() ? known->second : known_.emplace(name, compute(name)).first->second;
}

void TextCatalogue::compute_all() {
  for (std::size_t prompt = 0; prompt < prompts().size(); ++prompt)
    for (std::size_t sampling = 0; sampling < samplings().size(); ++sampling)
      for (std::size_t answer = 0; answer < 3; ++answer) expected({prompt, sampling, answer});
}

// A device proposes token after token, which the reference would do in ten times the time; the reference then computes the whole
// text at once, and must choose the same ones.
ExpectedText TextCatalogue::compute(TextName name) {
  const SamplingParams& sampling = samplings()[name.sampling];
  const std::size_t vocab = model_.config().vocab_size;
  ExpectedText text{.tokens = prompts()[name.prompt], .num_prompt_tokens = prompts()[name.prompt].size()};
  std::vector<float> logits(vocab);
  for (std::size_t i = 0; i < kNewTokens; ++i) {
    fresh_.compute(text.tokens);
    device_.logits(fresh_.hidden_from(text.tokens.size() - 1), logits);
    text.tokens.push_back(sample(logits, sampling, name.answer, i).value());
  }
  text.logits = reference_.logits(std::span(text.tokens).first(text.tokens.size() - 1));
  for (std::size_t i = 0; i < kNewTokens; ++i) {
    const std::size_t at = text.num_prompt_tokens + i;
    const auto row = std::span(text.logits).subspan((at - 1) * vocab, vocab);
    if (sample(row, sampling, name.answer, i) != text.tokens[at])
      throw CheckFailed("prompt " + std::to_string(name.prompt) + ", new token " + std::to_string(i) +
                        ": the scalar reference chooses another one than the device");
  }
  return text;
}

}  // namespace radixlab
