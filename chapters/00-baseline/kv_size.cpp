#include "00-baseline/kv_size.hpp"

#include <algorithm>
#include <stdexcept>

#include "storage/match_len.hpp"

namespace radixlab {

std::vector<std::size_t> shared_with_earlier(std::span<const std::vector<TokenId>> sequences) {
  std::vector<std::size_t> shared(sequences.size());
  for (std::size_t i = 0; i < sequences.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) shared[i] = std::max(shared[i], get_match_len(sequences[i], sequences[j]));
  return shared;
}

PagesNeeded pages_needed(std::span<const std::vector<TokenId>> sequences, std::size_t page_size) {
  if (page_size == 0) throw std::invalid_argument("pages_needed: page_size is 0, expected at least 1 token");
  const std::vector<std::size_t> known = shared_with_earlier(sequences);
  PagesNeeded pages;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const std::size_t own = (sequences[i].size() + page_size - 1) / page_size;
    pages.apart += own;
    pages.shared += own - known[i] / page_size;
  }
  return pages;
}

}  // namespace radixlab
