#include "visualize/text_lengths.hpp"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <optional>

#include "io/json.hpp"

namespace radixlab {
namespace {

constexpr double kSamePlace = 0.5;  // [points]: the two formats round differently, and no two texts stand closer

/// The width of each text, by its place. Faces and sizes need not be compared: a place has one text.
class Widths {
 public:
  explicit Widths(const Json& layout) { add(layout); }

  std::optional<double> at(double x, double y) const {
    const auto end = by_x_.upper_bound(x + kSamePlace);
    for (auto text = by_x_.lower_bound(x - kSamePlace); text != end; ++text)
      if (std::abs(text->second.y - y) <= kSamePlace) return text->second.width;
    return std::nullopt;
  }

 private:
  struct Text {
    double y, width;
  };

  void add(const Json& value) {
    if (value.is_object() && value.contains("width") && value.value("op", Json()) == "T") {
      const Json& place = value.at("pt");
      by_x_.insert({place.at(0), {-place.at(1).get<double>(), value.at("width")}});  // in SVG y grows downwards
    } else if (value.is_structured()) {
      for (const Json& part : value) add(part);
    }
  }

  std::multimap<double, Text> by_x_;
};

std::optional<double> number_behind(std::string_view tag, std::string_view name) {
  const std::size_t begin = tag.find(name);
  double number = 0;
  if (begin == tag.npos) return std::nullopt;
  const char* const from = tag.data() + begin + name.size();
  if (std::from_chars(from, tag.data() + tag.size(), number).ec != std::errc()) return std::nullopt;
  return number;
}

/// What is put into the tag of a text: nothing, or attributes with a space before each.
std::string attributes(std::string_view tag, std::string_view words, const Widths& widths) {
  const auto x = number_behind(tag, " x=\""), y = number_behind(tag, " y=\"");
  const auto width = x && y ? widths.at(*x, *y) : std::nullopt;
  if (!width || *width <= 0) return {};
  const bool at_ends = words.starts_with(' ') || words.ends_with(' ');
  return fmt::format("{} textLength=\"{:.2f}\" lengthAdjust=\"spacingAndGlyphs\"",
                     at_ends && tag.find(" xml:space=") == tag.npos ? " xml:space=\"preserve\"" : "", *width);
}

}  // namespace

std::string with_text_lengths(std::string_view svg, std::string_view layout, std::string_view where) {
  constexpr std::string_view kText = "<text";
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();  // large pictures have large layouts
  const Widths widths(parse_json(layout, where, {.bytes = kMost, .values = kMost}));
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = svg.find(kText); at != svg.npos; at = svg.find(kText, at + 1)) {
    const std::size_t closes = svg.find('>', at), ends = svg.find('<', closes);
    if (ends == svg.npos) break;
    const std::size_t name_ends = at + kText.size();
    out += svg.substr(done, name_ends - done);
    out += attributes(svg.substr(at, closes - at), svg.substr(closes + 1, ends - closes - 1), widths);
    done = name_ends;
  }
  out += svg.substr(done);
  return out;
}

}  // namespace radixlab
