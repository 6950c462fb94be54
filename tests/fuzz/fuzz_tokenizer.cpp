// tokenizer.model. First check: it is loaded; then it encodes and decodes.
#include "io/error.hpp"
#include "io/tokenizer.hpp"
#include "target.hpp"

namespace radixlab {

bool fuzz::run(std::string_view input, std::ostream*) try {
  const std::string exact(input);
  const Tokenizer tokenizer(exact, "tokenizer.model");
  constexpr std::string_view texts[] = {"", "a", "ab abba  \n<s>", std::string_view("\0b\xff\xc3", 4),
                                        "\xe2\x96\x81\xef\xac\x81 \xc3\xa9"};
  for (const std::string_view text : texts)
    for (const auto bos : {Tokenizer::Bos::no, Tokenizer::Bos::yes}) try {
        const auto ids = tokenizer.encode(text, bos);
        for (const TokenId id : ids) {
          if (id < 0 || static_cast<std::size_t>(id) >= tokenizer.vocab_size())
            throw std::logic_error("id " + std::to_string(id) + " is beyond the vocabulary");
          tokenizer.piece_text(id);
        }
        tokenizer.decode(ids);
      } catch (const InputError&) {
      }
  for (TokenId id = -1; id <= static_cast<TokenId>(tokenizer.vocab_size()); ++id) {
    tokenizer.piece_text(id);
    tokenizer.decode({&id, 1});
  }
  return true;
} catch (const InputError&) {
  return false;
}

}  // namespace radixlab
