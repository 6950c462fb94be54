// Where the test kernels' lines are that a fault must name.
#pragma once
#include <string>
#include <vector>

namespace radixlab {

/// "bounds.cu:11" of the line with the comment "word: ..., name"; empty if there is none.
std::string marked_line(const std::string& word, const std::string& name);
/// All names so marked.
std::vector<std::string> all_marks(const std::string& word);

}  // namespace radixlab
