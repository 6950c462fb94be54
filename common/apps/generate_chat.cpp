// With chapter 08: turns of a chat.
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include "08-engine/engine.hpp"
#include "apps/generate_setup.hpp"
#include "io/jsonl.hpp"

namespace radixlab {
namespace {

// Prints an answer as it comes. Bytes that may begin a stop text are held back.
class Stream {
 public:
  explicit Stream(const std::vector<std::string>& stop) : stop_(stop) {}

  void add(std::string_view piece) {
    text_ += piece;
    print(std::string_view(text_).substr(0, text_.size() - held()));
  }

  // `whole`: the answer, where a stop text may have cut it.
  void end(const std::optional<std::string>& whole) {
    print(whole ? *whole : text_);
    std::fputc('\n', stdout);
    std::fflush(stdout);
  }

 private:
  void print(std::string_view so_far) {
    if (printed_ == 0 && so_far.starts_with(' ')) printed_ = 1;  // in front of a first word
    if (so_far.size() <= printed_) return;
    std::fwrite(so_far.data() + printed_, 1, so_far.size() - printed_, stdout);
    std::fflush(stdout);
    printed_ = so_far.size();
  }

  std::size_t held() const {
    std::size_t most = 0;
    for (const std::string& stop : stop_)
      for (std::size_t n = std::min(stop.size() - 1, text_.size()); n > most; --n)
        if (stop.starts_with(std::string_view(text_).substr(text_.size() - n))) most = n;
    return most;
  }

  const std::vector<std::string>& stop_;
  std::string text_;
  std::size_t printed_ = 0;
};

struct TurnAnswer {
  std::vector<TokenId> ids;
  RequestFigures figures;
};

TurnAnswer answer_turn(Engine& engine, const Tokenizer& tokenizer, std::span<const TokenId> prompt,
                       const SamplingParams& params) {
  engine.add_request(prompt, params);
  Stream stream(params.stop);
  TurnAnswer answer;
  while (engine.has_unfinished_requests()) {
    for (const RequestOutput& output : engine.step()) {
      if (const auto words = engine.device().ended()) throw DeviceError(*words);
      if (output.finish_reason == FinishReason::failed) throw BrokenNumbers(output.error);
      answer.figures = output.figures;
      answer.ids.push_back(*output.token);
      if (output.finish_reason != FinishReason::stop) stream.add(tokenizer.token_bytes(*output.token));
      if (output.finish_reason != FinishReason::none) stream.end(output.text);
    }
  }
  return answer;
}

}  // namespace

ChatEnd chat(const GenerateArguments& o, GenerateSetup& setup) {
  const Tokenizer& tokenizer = *setup.tokenizer;
  Chat& turns = *setup.turns;
  SamplingParams params = o.sampling;
  params.stop_token_ids = setup.model.config().eos_token_ids;
  std::ranges::copy(turns.stop_token_ids(), std::back_inserter(params.stop_token_ids));
  Engine engine(*setup.device, std::move(setup.cache), o.config, {},
                [&](TokenId id) { return tokenizer.token_bytes(id); });
  const bool for_a_person = ::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO);
  LineReader lines(std::cin, "standard input");
  ChatEnd end;
  while (true) {
    if (for_a_person) fmt::print(stderr, "> ");
    const auto line = lines.next();
    if (!line) break;
    turns.user_turn(*line);
    const TurnAnswer answer = answer_turn(engine, tokenizer, turns.tokens(), params);
    turns.answer(answer.ids);
    const RequestFigures& f = answer.figures;
    fmt::print(stderr, "turn {}: {} tokens, {} found, {} computed; then {} generated\n", ++end.turns,
               grouped(f.num_prompt_tokens), grouped(f.num_cached_tokens), grouped(f.num_computed_tokens),
               grouped(answer.ids.size()));
  }
  if (for_a_person) fmt::print(stderr, "\n");
  end.cache = engine.pages().cache().snapshot();
  return end;
}

}  // namespace radixlab
