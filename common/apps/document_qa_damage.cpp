#include "apps/document_qa_damage.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "io/error.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {

Damage choose_damage(const Snapshot& cache, const std::string& manager, PageId page) {
  std::vector<PageId> cached;
  for (const NodeView& node : cache.nodes) cached.insert(cached.end(), node.pages.begin(), node.pages.end());
  std::ranges::sort(cached);
  const auto found = std::ranges::find(cached, page);
  if (found == cached.end()) {
    constexpr std::size_t kRuns = 8;
    throw InputError(fmt::format("--damage {}: after the first question about each document {} caches {}", page,
                                 manager, cached.empty() ? "nothing" : "the pages " + page_ranges(cached, kRuns)));
  }
  if (cached.size() < 2)
    throw InputError(fmt::format("--damage {}: no other page is cached by {} to take the KV from", page, manager));
  const auto half = static_cast<std::ptrdiff_t>(cached.size() / 2);
  return {page, found - cached.begin() < half ? found[half] : found[-half]};
}

std::size_t put_first_questions_first(std::vector<Ask>& asks) {
  const auto first = [](const Ask& ask) { return ask.first_of_document; };
  return static_cast<std::size_t>(std::stable_partition(asks.begin(), asks.end(), first) - asks.begin());
}

}  // namespace radixlab
