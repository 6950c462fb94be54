/// \file
/// What must be known of a tokenizer.model before SentencePiece reads it.
#pragma once

#include <filesystem>
#include <string_view>

namespace radixlab {

/// Throws InputError, with `name` in front, on a model that SentencePiece would follow out of its bounds. The library
/// trusts three things that a file can say:
///   - the length of a piece: its trie is built with a call a character, and 100 KB of them overflow the stack
///   - the number of pieces and settings: an empty one costs 2 bytes in the file and 100 in memory
///   - the rules of normalisation: a double array whose units say where to read next, and where in a text to begin
/// The rest of the format is the library's to refuse. O(bytes).
void check_tokenizer_model(std::string_view model, const std::filesystem::path& name);

}  // namespace radixlab
