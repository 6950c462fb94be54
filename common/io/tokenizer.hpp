/// \file
/// Text to token ids and back: SentencePiece's tokenizer.model.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/cache_manager.hpp"
#include "io/tokenizer_settings.hpp"

namespace radixlab {

/// Loaded once, then only read. A special token (an added one, `<unk>`, and the model's control pieces, such as `</s>`) is
/// one id wherever its text stands, the longest where several begin. What lies between two of them gets the library's own
/// ids for the whole stretch.
class Tokenizer {
 public:
  /// Reads FOLDER/tokenizer.model, and what read_tokenizer_settings finds beside it. Throws InputError if it is missing
  /// or damaged; a folder that has only tokenizer.json is told so, and what to do.
  explicit Tokenizer(const std::filesystem::path& folder);
  /// The same of a file's bytes, which are not kept; `name` stands in messages.
  Tokenizer(std::string_view model, const std::filesystem::path& name, TokenizerSettings settings = {});
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  std::size_t vocab_size() const;  ///< [tokens] of the file; a model's vocabulary may be larger

  enum class Bos { no, yes };  ///< whether the sequence starts with `<s>`, where the settings have one
  std::vector<TokenId> encode(std::string_view text, Bos bos) const;

  /// The ids of a stretch of text that stands behind a special token. The texts of special tokens in it are text as any
  /// other: who writes it can forge none. Throws InputError if the library itself, by the file, makes one of them.
  std::vector<TokenId> encode_plain(std::string_view text) const;

  /// The id of the special token with this text, if there is one.
  std::optional<TokenId> special_id(std::string_view text) const;

  /// The text of `ids` as a whole: pieces of one word join, bytes form characters. Control pieces give nothing, added
  /// tokens their text, an id beyond the vocabulary gives "<id N>".
  std::string decode(std::span<const TokenId> ids) const;

  /// The bytes that a token adds to a running text: a space where a word starts, a byte piece's one byte, otherwise as
  /// decode gives them. One after the other they are decode's text, but for two things that decode does once it sees all:
  /// it drops the space with which the text begins, or begins again behind an added token, and bytes that form no
  /// character it replaces.
  std::string token_bytes(TokenId id) const;

  /// One piece for a picture or a table: a space where a word starts, control characters and byte pieces as `\n` or
  /// `\xNN`, "<s>", "<id N>".
  std::string piece_text(TokenId id) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace radixlab
