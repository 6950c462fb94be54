/// \file
/// Text files of other people's machines: UTF-8, with or without a byte order mark, lines that end in `\n` or `\r\n`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace radixlab {

/// `bytes` without the byte order mark that may be in front. Throws InputError "where: ..." on UTF-16 and UTF-32, which
/// their mark or their zero bytes tell, and on what is not UTF-8. O(n).
std::string_view utf8_text(std::string_view bytes, std::string_view where);

/// A whole text file, its lines ended by `\n`. Throws InputError, which names the file, if it cannot be read or as
/// utf8_text does.
std::string read_text_file(const std::filesystem::path& file);

}  // namespace radixlab
