/// \file
/// From DOT text to a picture file, by Graphviz's program `dot`.
#pragma once

#include <filesystem>
#include <string_view>

namespace radixlab {

/// Whether the program `dot` is found on PATH and starts.
bool can_render();

/// Writes the picture of `dot_text` to `path`, as its ending says: .svg, .png, or .dot for the text itself. The texts of
/// an .svg have the lengths that Graphviz measured (text_lengths.hpp). An older file there is replaced in one step; when
/// anything fails it stays as it was, and no partial file is left. Throws std::invalid_argument for another ending,
/// std::runtime_error where the folder cannot be written, where `dot` is missing (it says which package has it), and
/// where `dot` refuses the text (with what it said).
void render(std::string_view dot_text, const std::filesystem::path& path);

}  // namespace radixlab
