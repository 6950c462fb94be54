/// \file
/// One JSON object a line, as traces, stories and questions are written. Errors name file and line.
#pragma once

#include <concepts>
#include <cstddef>
#include <istream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/json.hpp"

namespace radixlab {

/// Lines of a stream, one at a time: of no use of memory beyond the longest line. Blank lines are skipped but counted,
/// and a byte order mark in front of a line (that of a file, or of one that was appended) is dropped.
class LineReader {
 public:
  /// `name` stands in messages. `in` must outlive the reader.
  LineReader(std::istream& in, std::string name, std::size_t longest_line = std::size_t{16} << 20);

  /// The next line without its end (`\n` or `\r\n`), good until the next call; nothing at the end of the stream.
  /// Throws InputError on a line that is too long, on one that is not UTF-8 and on a stream that fails.
  std::optional<std::string_view> next();

  std::string where() const;                      ///< "questions.jsonl:12", for messages about the line last given
  std::size_t number() const { return number_; }  ///< of the line last given, from 1

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
  std::size_t number() const { return lines_.number(); }

 private:
  LineReader lines_;
  JsonLimits limits_;
};

/// Whether a line is meant as JSON, well formed or not: for readers that take plain lines too.
bool begins_json(std::string_view line);

/// One line, parsed. `where` stands in messages. Throws InputError on what is no JSON object.
Json parse_json_object(std::string_view line, std::string_view where, const JsonLimits& limits = {});

/// The text under `key`, or nothing if it is absent. Throws InputError if it is something else.
std::optional<std::string> optional_text(const Json& object, const char* key, std::string_view where);

/// The text under `key`. Throws InputError if it is absent or something else.
std::string needed_text(const Json& object, const char* key, std::string_view where);

/// The value under `key`. Throws InputError if it is absent.
const Json& needed_value(const Json& object, const char* key, std::string_view where);

[[noreturn]] void refuse_number(const Json& value, const char* key, std::string_view where, const std::string& range);

/// `value` as a whole number, read under `key`. Throws InputError if it is something else or does not fit T.
template <std::integral T>
T whole_number(const Json& value, const char* key, std::string_view where) {
  const bool fits = value.is_number_unsigned()
                        ? std::in_range<T>(value.get<std::uint64_t>())
                        : value.is_number_integer() && std::in_range<T>(value.get<std::int64_t>());
  using Limits = std::numeric_limits<T>;
  if (!fits) refuse_number(value, key, where, std::to_string(Limits::min()) + " to " + std::to_string(Limits::max()));
  return value.get<T>();
}

/// The whole number under `key`. Throws InputError if it is absent, something else or does not fit T.
template <std::integral T>
T needed_number(const Json& object, const char* key, std::string_view where) {
  return whole_number<T>(needed_value(object, key, where), key, where);
}

/// The list of whole numbers under `key`. Throws likewise.
template <std::integral T>
std::vector<T> needed_numbers(const Json& object, const char* key, std::string_view where) {
  const Json& list = needed_value(object, key, where);
  if (!list.is_array())
    throw InputError(std::string(where) + ": \"" + key + "\" is " + shown(list) + "; expected a list");
  std::vector<T> numbers;
  numbers.reserve(list.size());
  for (const Json& value : list) numbers.push_back(whole_number<T>(value, key, where));
  return numbers;
}

}  // namespace radixlab
