/// \file
/// One JSON object a line, as traces, stories and questions are written. Errors name file and line.
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "io/json.hpp"

namespace radixlab {

/// Lines of a stream, one at a time: of no use of memory beyond the longest line. Blank lines are skipped but counted.
class LineReader {
 public:
  /// `name` stands in messages. `in` must outlive the reader.
  LineReader(std::istream& in, std::string name, std::size_t longest_line = std::size_t{16} << 20);

  /// The next line without its end (\n or \r\n), good until the next call; nothing at the end of the stream.
  /// Throws InputError on a line that is too long and on a stream that fails.
  std::optional<std::string_view> next();

  std::string where() const;  ///< "questions.jsonl:12", for messages about the line last given

 private:
  std::istream& in_;
  std::string name_, line_;
  std::size_t longest_, number_ = 0;
};

/// The same for lines that are JSON objects.
class JsonlReader {
 public:
  JsonlReader(std::istream& in, std::string name, const JsonLimits& limits = {.bytes = std::size_t{16} << 20});

  /// Throws InputError on what is no JSON object.
  std::optional<Json> next();
  std::string where() const { return lines_.where(); }

 private:
  LineReader lines_;
  JsonLimits limits_;
};

/// One line, parsed: for readers that take plain lines too. `where` stands in messages.
Json parse_json_object(std::string_view line, std::string_view where, const JsonLimits& limits = {});

/// The text under `key`, or nothing if it is absent. Throws InputError if it is something else.
std::optional<std::string> optional_text(const Json& object, const char* key, std::string_view where);

/// The text under `key`. Throws InputError if it is absent or something else.
std::string needed_text(const Json& object, const char* key, std::string_view where);

}  // namespace radixlab
