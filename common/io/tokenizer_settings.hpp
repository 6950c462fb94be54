/// \file
/// What Hugging Face writes beside tokenizer.model: whether a text starts with `<s>`, and the tokens that were added.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "contract/cache_manager.hpp"

namespace radixlab {

struct TokenizerSettings {
  using Tokens = std::map<std::string, TokenId, std::less<>>;

  bool add_bos = true;  ///< whether a sequence starts with `<s>` at all
  /// Whether each stretch of text between special tokens begins with a space of its own, and not the first alone.
  bool legacy = true;
  Tokens added;  ///< texts that are one token wherever they stand, beside the model's own
};

/// Of FOLDER/tokenizer_config.json and FOLDER/added_tokens.json, each if it is there; the first holds where both name
/// tokens. Throws InputError, which names file and key, on what is malformed and on what asks for other ids than
/// Tokenizer gives.
TokenizerSettings read_tokenizer_settings(const std::filesystem::path& folder);

}  // namespace radixlab
