#include "script.hpp"

#include <algorithm>
#include <random>

namespace radixlab {

std::vector<Act> make_script(std::size_t page_size, std::size_t vocab_size, std::size_t long_text) {
  const std::size_t P = page_size;
  std::mt19937 random(
      static_cast<unsigned>(2026 + P));  // its numbers are the same everywhere, a distribution's are not
  const auto text = [&](std::size_t length) {
    std::vector<TokenId> tokens(length);
    for (TokenId& token : tokens) token = static_cast<TokenId>(random() % vocab_size);
    return tokens;
  };
  const auto and_then = [&](std::vector<TokenId> tokens, std::size_t more) {
    std::ranges::copy(text(more), std::back_inserter(tokens));
    return tokens;
  };
  const std::vector<TokenId> document = text(3 * P + 1);
  const auto beginning = [&](std::size_t length) {
    return std::vector<TokenId>(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(length));
  };
  const std::vector<TokenId> branch = and_then(beginning(P + (P + 1) / 2), P + 2), twin = text(2 * P + 2);

  std::vector<Act> script;
  const auto act = [&](std::vector<Prompt> requests) -> Act& {
    script.push_back({std::move(requests)});
    return script.back();
  };
  act({{document}});
  for (const std::size_t length : {2 * P - 1, 2 * P, 2 * P + 1}) act({{beginning(length)}});
  act({{document}});
  act({{branch}});
  act({{twin}, {twin}});
  act({{document, 1}});
  for (const bool at_once : {true, false}) act({{text(3 * P + 2)}}).evict_at_once = at_once;
  act({{document}});
  const std::vector<TokenId> fresh = text(2 * P);
  act({{fresh}});
  act({{document}, {text(P + 2)}, {and_then(fresh, P + 3)}, {text(2 * P + 2)}});
  if (long_text > 0) act({{text(long_text)}});
  return script;
}

std::size_t script_pages(std::size_t page_size) { return page_size == 1 ? 12 : 9; }

}  // namespace radixlab
