#include "script.hpp"

#include <algorithm>
#include <random>

namespace radixlab {

std::vector<Act> make_script(std::size_t page_size, std::size_t vocab_size) {
  const std::size_t P = page_size;
  std::mt19937 random(
      static_cast<unsigned>(2026 + P));  // its numbers are the same everywhere, a distribution's are not
  const auto text = [&](std::size_t length) {
    std::vector<TokenId> tokens(length);
    for (TokenId& token : tokens) token = static_cast<TokenId>(random() % vocab_size);
    return tokens;
  };
  const std::vector<TokenId> document = text(3 * P + 1);
  const auto beginning = [&](std::size_t length) {
    return std::vector<TokenId>(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(length));
  };
  std::vector<TokenId> branch = beginning(P + (P + 1) / 2);
  std::ranges::copy(text(P + 2), std::back_inserter(branch));
  const std::vector<TokenId> twin = text(2 * P + 2);

  std::vector<Act> script = {{{document}}};
  for (const std::size_t length : {2 * P - 1, 2 * P, 2 * P + 1}) script.push_back({{beginning(length)}});
  script.push_back({{document}});
  script.push_back({{branch}});
  script.push_back({{twin}, {twin}});
  script.push_back({{document, 1}});
  for (int other = 0; other < 5; ++other) script.push_back({{text(3 * P + 2)}});
  script.push_back({{document}});
  script.push_back({{document}});
  return script;
}

std::size_t script_pages(std::size_t page_size) { return page_size == 1 ? 12 : 9; }

}  // namespace radixlab
