#include "io/text.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <utility>

#include "io/error.hpp"

namespace radixlab {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

/// The encoding that a text's first bytes tell: by its mark, or where the zero bytes of an ASCII character lie. UTF-32
/// comes first: its little-endian mark begins as that of UTF-16 does.
const char* other_encoding(std::string_view bytes) {
  const auto zeros = [&](std::string_view pattern) {  // '0' stands for a zero byte, 'x' for any other
    return bytes.size() >= pattern.size() && std::ranges::equal(bytes.substr(0, pattern.size()), pattern, {},
                                                                [](char c) { return c == '\0' ? '0' : 'x'; });
  };
  if (bytes.starts_with("\xff\xfe\0\0"sv) || zeros("x000")) return "UTF-32 (little endian)";
  if (bytes.starts_with("\0\0\xfe\xff"sv) || zeros("000x")) return "UTF-32 (big endian)";
  if (bytes.starts_with("\xff\xfe") || zeros("x0")) return "UTF-16 (little endian)";
  if (bytes.starts_with("\xfe\xff") || zeros("0x")) return "UTF-16 (big endian)";
  return nullptr;
}

/// Bytes of the character that `text` begins with; 0 if that is none.
std::size_t character_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return first != 0;
  const std::size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size == 0 || text.size() < size) return 0;
  std::uint32_t code = first & (0x7fU >> size);
  for (const char c : text.substr(1, size - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte & 0x3fU);
  }
  const bool too_long = code < (size == 2 ? 0x80U : size == 3 ? 0x800U : 0x10000U);
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return too_long || surrogate || code > 0x10ffff ? 0 : size;
}

}  // namespace

std::string_view utf8_text(std::string_view bytes, std::string_view where) {
  if (const char* const other = other_encoding(bytes))
    throw InputError(fmt::format("{}: looks like {}, expected UTF-8", where, other));
  for (std::size_t at = 0, size = 0; at < bytes.size(); at += size) {
    size = character_size(bytes.substr(at));
    if (size == 0)
      throw InputError(fmt::format("{}: byte {} is {:#04x}, expected UTF-8 text", where, grouped(at),
                                   static_cast<unsigned char>(bytes[at])));
  }
  return bytes.substr(bytes.starts_with(utf8_mark) ? utf8_mark.size() : 0);
}

std::string read_text_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);  // a pipe is a file too, which cannot be mapped
  if (!in || std::filesystem::is_directory(file)) throw InputError(file.string() + ": cannot be read");
  std::ostringstream bytes;
  bytes << in.rdbuf();
  const std::string all = std::move(bytes).str();
  std::string text;
  for (const char c : utf8_text(all, file.string())) {
    if (c == '\n' && text.ends_with('\r')) text.pop_back();
    text += c;
  }
  return text;
}

}  // namespace radixlab
