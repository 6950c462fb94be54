/// \file
/// The prompts that generate reads.
#pragma once
#include <string>
#include <vector>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// A request a line: token ids. Throws InputError, which names file and line, for what is no token id, and for no request.
std::vector<std::vector<TokenId>> read_token_lines(const std::string& file);

/// A request a line: a text, or an object {"prompt"}; "-" is standard input. Throws InputError, which names file and line, for what is meant as
/// JSON and is no such object, and for no request.
std::vector<std::string> read_prompt_lines(const std::string& file);

}  // namespace radixlab
