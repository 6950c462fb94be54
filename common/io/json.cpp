#include "io/json.hpp"

#include <fmt/format.h>
#include <set>
#include <string>
#include <vector>

#include "io/mapped_file.hpp"
#include "io/text.hpp"

namespace radixlab {
namespace {

/// Watches the parser: counts values and levels, and remembers the keys of each object that is still open.
class Watch {
 public:
  Watch(std::string_view where, const JsonLimits& limits) : where_(where), limits_(limits) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    const bool opens = event == Event::object_start || event == Event::array_start;
    if (opens && depth >= limits_.depth)
      refuse(fmt::format("lists and objects are nested more than {} deep", limits_.depth));
    if ((opens || event == Event::value) && ++values_ > limits_.values)
      refuse(fmt::format("more than {} values", grouped(limits_.values)));
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(parsed.get_ref<const std::string&>()).second)
      refuse(fmt::format("key {} stands twice in one object", quote(parsed.get_ref<const std::string&>())));
    return true;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const { throw InputError(fmt::format("{}: {}", where_, what)); }

  std::string where_;
  JsonLimits limits_;
  std::size_t values_ = 0;
  std::vector<std::set<std::string>> keys_;
};

/// The library's message without its own number, short enough for a line.
std::string reason(const Json::exception& error) {
  std::string_view text = error.what();
  if (const auto end = text.find("] "); end != text.npos) text.remove_prefix(end + 2);
  std::string line;
  for (const char c : text.substr(0, 200)) line += (c >= ' ' && c <= '~') ? c : '?';
  return line;
}

}  // namespace

Json parse_json(std::string_view text, std::string_view where, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    throw InputError(fmt::format("{}: {} bytes of JSON, and at most {} are read", where, grouped(text.size()),
                                 grouped(limits.bytes)));
  text = utf8_text(text, where);
  try {
    Watch watch(where, limits);
    return Json::parse(
        text, [&watch](int depth, Json::parse_event_t event, Json& parsed) { return watch(depth, event, parsed); });
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("{}: not JSON: {}", where, reason(error)));
  }
}

Json read_json_file(const std::filesystem::path& file, const JsonLimits& limits) {
  const MappedFile map(file);
  return parse_json(map.text(), file.filename().string(), limits);
}

std::string shown(const Json& value) {
  if (value.is_string()) return quote(value.get_ref<const std::string&>());
  if (value.is_array()) return "a list";
  if (value.is_object()) return "an object";
  return value.dump();
}

}  // namespace radixlab
