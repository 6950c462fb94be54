#include "io/special_tokens.hpp"

namespace radixlab {

void SpecialTokens::add(const std::string& text, TokenId id) {
  if (text.empty()) return;
  ids_.insert_or_assign(text, id);
  sizes_.insert(text.size());
  begins_.set(static_cast<unsigned char>(text.front()));
}

std::optional<SpecialTokens::Place> SpecialTokens::first_in(std::string_view text) const {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!begins_.test(static_cast<unsigned char>(text[at]))) continue;
    for (const std::size_t size : sizes_)
      if (const auto found = ids_.find(text.substr(at, size)); found != ids_.end())
        return Place{at, found->first.size(), found->second};
  }
  return std::nullopt;
}

}  // namespace radixlab
