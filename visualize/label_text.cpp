#include "visualize/label_text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>

#include "io/error.hpp"

namespace radixlab {
namespace {

constexpr char32_t kReplacement = U'\uFFFD';
constexpr char32_t kReturnArrow = U'\u21B5';

/// Takes one character off the front of `bytes`; one byte and the replacement character where it is not valid UTF-8.
char32_t take_character(std::string_view& bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  char32_t c = length == 1 ? lead : length == 2 ? lead & 0x1F : length == 3 ? lead & 0x0F : lead & 0x07;
  bool valid = length > 0 && length <= bytes.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (byte(i) & 0xC0) == 0x80;
    c = (c << 6) | (byte(i) & 0x3F);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};  // by length: shorter forms exist below
  valid = valid && c >= kSmallest[length] && c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
  bytes.remove_prefix(valid ? length : 1);
  return valid ? c : kReplacement;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t bits) { out += static_cast<char>(bits); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      put(0xE0 | (c >> 12));
    } else {
      put(0xF0 | (c >> 18));
      put(0x80 | ((c >> 12) & 0x3F));
    }
    put(0x80 | ((c >> 6) & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

/// XML has no place for control characters nor for the two that end each plane.
bool is_printable(char32_t c) { return c >= 0x20 && !(c >= 0x7F && c < 0xA0) && (c & 0xFFFE) != 0xFFFE; }

std::u32string_view trimmed(std::u32string_view text) {
  while (text.starts_with(U' ')) text.remove_prefix(1);
  while (text.ends_with(U' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::u32string visible_text(std::string_view utf8) {
  std::u32string out;
  while (!utf8.empty()) {
    char32_t c = take_character(utf8);
    if (c == U'\n') out += kReturnArrow;
    if (c == U'\n' || c == U'\t' || c == U'\r') c = U' ';
    if (c == U' ' && out.ends_with(U' ')) continue;
    out += is_printable(c) ? c : kReplacement;
  }
  return std::u32string(trimmed(out));
}

std::u32string shorten_middle(std::u32string_view text, std::size_t max_chars) {
  static constexpr std::u32string_view kGap = U" ... ";
  if (text.size() <= max_chars) return std::u32string(text);
  const std::size_t room = max_chars > kGap.size() ? max_chars - kGap.size() : 0;
  std::size_t head = (room + 1) / 2, tail = text.size() - room / 2;
  // A word that would be cut is left out, unless it is so long that too little would be left.
  if (head > 0 && text[head] != U' ') {
    const std::size_t blank = text.substr(0, head).rfind(U' ');
    if (blank != std::u32string_view::npos && blank >= head / 2) head = blank;
  }
  if (tail < text.size() && text[tail - 1] != U' ') {
    const std::size_t blank = text.find(U' ', tail);
    if (blank != std::u32string_view::npos && blank - tail <= (text.size() - tail) / 2) tail = blank;
  }
  std::u32string out(trimmed(text.substr(0, head)));
  out.append(kGap).append(trimmed(text.substr(tail)));
  return out;
}

std::vector<std::u32string> wrap_words(std::u32string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::u32string> lines;
  for (text = trimmed(text); text.size() > width; text = trimmed(text)) {
    const std::size_t blank = text.rfind(U' ', width);
    const std::size_t cut = blank == std::u32string_view::npos ? width : blank;
    lines.emplace_back(trimmed(text.substr(0, cut)));
    text.remove_prefix(cut);
  }
  if (!text.empty()) lines.emplace_back(text);
  return lines;
}

std::string escape_label(std::u32string_view text) {
  static constexpr std::u32string_view kMarkup = U"&<>\"'{}|[]";
  std::string out;
  for (const char32_t c : text) {
    if (c == U'\\') {
      out += "&#92;&#92;";  // Graphviz first reads &#92;, then puts a name in the place of \G or \N: two stand for one
    } else if (kMarkup.find(c) != std::u32string_view::npos) {
      out += fmt::format("&#{};", static_cast<std::uint32_t>(c));
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

std::string held_words(std::string_view name, const NodeView& view, bool in_tree, std::size_t max_page_runs) {
  std::string words = fmt::format("{} \u00B7 ", name);
  if (!in_tree && view.cache_salt != 0) words += fmt::format("salt {} \u00B7 ", view.cache_salt);
  words += fmt::format("{} \u00B7 {}", counted(view.tokens.size(), "token"), counted(view.pages.size(), "page"));
  return view.pages.empty() ? words : words + ": " + page_ranges(view.pages, max_page_runs);
}

std::string page_ranges(std::span<const PageId> pages, std::size_t max_runs) {
  std::string out;
  std::size_t runs = 0;
  for (std::size_t i = 0, end = 0; i < pages.size(); i = end) {
    // A run goes up or down by one: pages taken from a stack of free ones often come in falling order.
    const auto step = [&](std::size_t at) { return std::int64_t{pages[at]} - std::int64_t{pages[at - 1]}; };
    end = i + 1;
    while (end < pages.size() && std::abs(step(end)) == 1 && step(end) == step(i + 1)) ++end;
    if (++runs > max_runs) continue;
    if (runs > 1) out += ", ";
    out += fmt::format("{}", pages[i]);
    if (end - i > 1) out += fmt::format("{}{}", end - i > 2 ? "-" : ", ", pages[end - 1]);
  }
  if (runs > max_runs) out += fmt::format("{}+{} more", max_runs > 0 ? ", " : "", grouped(runs - max_runs));
  return out;
}

}  // namespace radixlab
