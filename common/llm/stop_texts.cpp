#include "llm/stop_texts.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace radixlab {

StopTexts::StopTexts(std::vector<std::string> stop) : stop_(std::move(stop)) {
  for (const std::string& text : stop_) {
    if (text.empty()) throw std::invalid_argument("stop: expected texts that are not empty, found \"\"");
    longest_ = std::max(longest_, text.size());
  }
}

bool StopTexts::add(std::string_view piece) {
  if (stopped_) return true;
  const std::size_t again = std::min(text_.size(), longest_ - 1);  // bytes in which a text may have begun
  const std::size_t from = text_.size() - again;
  text_ += piece;
  constexpr std::size_t nowhere = std::string::npos;
  std::pair first(nowhere, nowhere);  // where it ends, where it begins
  for (const std::string& text : stop_) {
    const std::size_t at = text_.find(text, from);
    if (at != nowhere) first = std::min(first, std::pair(at + text.size(), at));
  }
  if (first.first == nowhere) return false;
  text_.resize(first.second);
  return stopped_ = true;
}

}  // namespace radixlab
