#include "io/jsonl.hpp"

#include <fmt/format.h>
#include <utility>

#include "io/text.hpp"

namespace radixlab {
namespace {

constexpr const char* blanks = " \t";

}  // namespace

LineReader::LineReader(std::istream& in, std::string name, std::size_t longest_line)
    : in_(in), name_(std::move(name)), longest_(longest_line) {}

std::optional<std::string_view> LineReader::next() try {
  std::streambuf& buffer = *in_.rdbuf();
  constexpr auto end = std::char_traits<char>::eof();
  for (;;) {
    if (buffer.sgetc() == end) return std::nullopt;
    line_.clear();
    ++number_;
    for (auto c = buffer.sbumpc(); c != end && c != '\n'; c = buffer.sbumpc()) {
      if (line_.size() == longest_)
        throw InputError(fmt::format("{}: line longer than {} bytes", where(), grouped(longest_)));
      line_ += std::char_traits<char>::to_char_type(c);
    }
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    const std::string_view text = utf8_text(line_, where());
    if (text.find_first_not_of(blanks) != text.npos) return text;
  }
} catch (const std::ios_base::failure&) {
  throw InputError(fmt::format("{}: cannot be read: is it a folder?", name_));
}

std::string LineReader::where() const { return fmt::format("{}:{}", name_, number_); }

JsonlReader::JsonlReader(std::istream& in, std::string name, const JsonLimits& limits)
    : lines_(in, std::move(name), limits.bytes), limits_(limits) {}

std::optional<Json> JsonlReader::next() {
  const auto line = lines_.next();
  if (!line) return std::nullopt;
  return std::make_optional(parse_json_object(*line, where(), limits_));
}

bool begins_json(std::string_view line) {
  const auto at = line.find_first_not_of(blanks);
  return at != line.npos && (line[at] == '{' || line[at] == '[');
}

Json parse_json_object(std::string_view line, std::string_view where, const JsonLimits& limits) {
  const auto begin = line.find_first_not_of(blanks), end = line.find_last_not_of(blanks);
  if (begin != line.npos && line[begin] == '[')
    throw InputError(fmt::format("{}: begins a list: expected an object a line, and no list around them", where));
  if (begin != line.npos && line[begin] == '{' && line[end] != '}')
    throw InputError(fmt::format("{}: begins an object that does not end here: expected a whole one a line", where));
  Json json = parse_json(line, where, limits);
  if (!json.is_object()) throw InputError(fmt::format("{}: is {}: expected an object", where, shown(json)));
  return json;
}

std::optional<std::string> optional_text(const Json& object, const char* key, std::string_view where) {
  const auto at = object.find(key);
  if (at == object.end() || at->is_null()) return std::nullopt;
  if (!at->is_string()) throw InputError(fmt::format("{}: \"{}\" is {}; expected a text", where, key, shown(*at)));
  return at->get<std::string>();
}

std::string needed_text(const Json& object, const char* key, std::string_view where) {
  auto text = optional_text(object, key, where);
  if (!text) throw InputError(fmt::format("{}: has no \"{}\"", where, key));
  return *std::move(text);
}

const Json& needed_value(const Json& object, const char* key, std::string_view where) {
  const auto at = object.find(key);
  if (at == object.end()) throw InputError(fmt::format("{}: has no \"{}\"", where, key));
  return *at;
}

void refuse_number(const Json& value, const char* key, std::string_view where, const std::string& range) {
  throw InputError(fmt::format("{}: \"{}\" is {}; expected a whole number from {}", where, key, shown(value), range));
}

}  // namespace radixlab
