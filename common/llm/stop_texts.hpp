/// \file
/// Ends an answer where a text appears, however the answer's bytes come in.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace radixlab {

/// One answer. A stop text may begin in one piece and end in a later one: pieces are tokens, and the model cuts as it likes.
/// What is found hangs on the bytes alone, not on how they were cut into pieces.
class StopTexts {
 public:
  /// Throws std::invalid_argument if one of the texts is empty. Without texts nothing stops.
  explicit StopTexts(std::vector<std::string> stop);

  /// Appends a piece of the answer; whether one of the texts has appeared. From then on a call changes nothing. Of
  /// several texts the one holds whose last byte comes first, and if they end together, the longest. O(s * (piece + longest
  /// text)) for s texts, however long the answer is.
  bool add(std::string_view piece);

  bool stopped() const { return stopped_; }
  /// The bytes so far; once it stopped, those in front of the stop text. While it has not stopped, its end may be the
  /// beginning of a stop text.
  const std::string& text() const { return text_; }

 private:
  std::vector<std::string> stop_;
  std::size_t longest_ = 1;  // [bytes] of the stop texts, or 1
  std::string text_;
  bool stopped_ = false;
};

}  // namespace radixlab
