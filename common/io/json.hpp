/// \file
/// JSON with limits: text from a file is not trusted until it is parsed.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "io/error.hpp"

namespace radixlab {

using Json = nlohmann::json;

struct JsonLimits {
  std::size_t bytes = std::size_t{1} << 20;  ///< of text
  std::size_t values = 1'000'000;            ///< numbers, strings, lists, objects: each costs memory
  int depth = 32;                            ///< lists in lists
};

/// Parses one JSON text, which may begin with a byte order mark. Throws InputError "where: ..." on malformed text, on text beyond the limits and on a key that
/// stands twice in one object (which JSON leaves open, and of which a silent reader would take the last). O(n).
Json parse_json(std::string_view text, std::string_view where, const JsonLimits& limits = {});

/// Reads and parses a small file; messages name it.
Json read_json_file(const std::filesystem::path& file, const JsonLimits& limits = {});

/// A value in a message: 7, "gelu", true, [list], {object}. Never long.
std::string shown(const Json& value);

}  // namespace radixlab
