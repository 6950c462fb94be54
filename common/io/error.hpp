/// \file
/// What every reader and writer of files throws, and how their messages print what they found.
///
/// A message is one line that names what, where (file and line or key) and what was expected; a program puts its own
/// name in front, prints it and ends with exit code 2. Bytes of a hostile file reach a message only through quote().
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace radixlab {

/// The input is wrong, the program is not: a file missing, malformed, or of a kind that is not read here.
/// A fuzzer takes this for an answer and anything else for a find.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// InputError of "file: what", with the file's name without its folders.
InputError file_error(const std::filesystem::path& file, std::string_view what);

/// `text` in double quotes for a message: control characters and bytes outside ASCII as `\xNN`, at most 100 characters.
std::string quote(std::string_view text);

/// 1310720 as "1,310,720".
std::string grouped(std::uint64_t number);

/// 4,400,000,000 as "4.4 GB": decimal units, two digits or more.
std::string readable_bytes(std::uint64_t bytes);

}  // namespace radixlab
