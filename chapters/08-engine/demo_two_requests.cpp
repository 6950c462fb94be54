#include <fmt/format.h>

#include "08-engine/demo_steps.hpp"
#include "apps/demo_questions.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kFirst = 36, kShared = 20, kOwn = 16;  // [tokens]

}  // namespace

void show_two_requests(Demo& demo, DemoModel& model) {
  demo.step("Seed 001's two requests: 36 tokens, then a prompt that begins as the first did");
  const std::vector<TokenId> text = first_questions(model.folder, model.tokenizer, 1).front().prompt;
  const std::vector<TokenId> first(text.begin(), text.begin() + kFirst);
  std::vector<TokenId> second(text.begin(), text.begin() + kShared);
  second.insert(second.end(), text.begin() + 2 * kFirst, text.begin() + 2 * kFirst + kOwn);

  Engine engine = model.engine(64, 4, {});
  fmt::print("   {:<34}{:>8}{:>8}{:>10}{:>24}\n", "", "prompt", "found", "computed", "the seed would compute");
  const auto serve = [&](const std::string& name, const std::string& words, const std::vector<TokenId>& prompt) {
    const std::size_t before = model.device.tokens_computed();
    engine.add_request(prompt, {.max_tokens = 1});
    const RequestOutput output = engine.step().back();
    const std::size_t computed = model.device.tokens_computed() - before;
    fmt::print("   {:<34}{:>8}{:>8}{:>10}{:>24}\n", words, prompt.size(), output.figures.num_cached_tokens, computed,
               prompt.size());
    demo.figure("two." + name + ".prompt", prompt.size());
    demo.figure("two." + name + ".found", output.figures.num_cached_tokens);
    demo.figure("two." + name + ".computed", computed);
    return computed;
  };
  serve("first", "the first request", first);
  serve("second", fmt::format("a second, which shares {} tokens", kShared), second);
  demo.figure("predicted_full_hit", serve("again", "the first once more", first));
  fmt::print(
      "\n   The seed printed \"Found 1 cached prefix tokens\", and computed all of the prompt nevertheless. Here the "
      "device\n"
      "   counts what it computes. All but the last token can be found: somebody has to give the next token's "
      "logits.\n");
}

}  // namespace radixlab
