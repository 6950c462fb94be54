/// \file
/// Changes that keep an input's form: bytes changed at random rarely get past a parser, and what lies behind it would
/// go untested. Each returns an empty text where the input has no such form.
#pragma once
#include <random>
#include <string>
#include <string_view>

namespace radixlab::fuzz {

using Random = std::minstd_rand;

std::string mutate_bytes(std::string_view input, Random& random);     ///< none: libFuzzer's own changes
std::string mutate_json(std::string_view input, Random& random);      ///< one value or key of a JSON text
std::string mutate_lines(std::string_view input, Random& random);     ///< lines, or the JSON of one
std::string mutate_sections(std::string_view input, Random& random);  ///< fuzz_safetensors: a header, or the index
std::string mutate_message(std::string_view input, Random& random);   ///< fields of a Protocol Buffers message

}  // namespace radixlab::fuzz
