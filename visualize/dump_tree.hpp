/// \file
/// What a cache holds, as a file: the picture of dot.hpp or the text of tree_text.hpp, as the file's ending says.
#pragma once
#include <filesystem>
#include <string>

#include "visualize/dot.hpp"

namespace radixlab {

/// Throws InputError if `file` cannot be written as text or picture: another ending than .dot, .svg, .png or .txt, a folder
/// that does not exist, or a picture where the program `dot` is missing. For telling it before the work, not after. `what` is
/// to be written, for the message.
void check_drawing_file(const std::filesystem::path& file, const std::string& what);
inline void check_tree_file(const std::filesystem::path& file) { check_drawing_file(file, "a tree"); }

/// Writes `snapshot` to `file`, a picture as large as it must be (options.fit_page is not asked). A large tree is folded:
/// at most options.max_boxes boxes or lines. A .txt begins with the title and what is cached in numbers. An older file is
/// replaced in one step; when anything fails it stays as it was, and no partial file is left. Throws InputError as
/// check_tree_file and render do. Complexity as to_dot.
void dump_tree(const Snapshot& snapshot, const std::filesystem::path& file, const DotOptions& options = {});

}  // namespace radixlab
