#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "08-engine/attention_executor.hpp"

namespace radixlab {

std::size_t slot_of(std::span<const PageId> page_table, std::size_t position, std::size_t page_size) {
  if (position / page_size >= page_table.size())
    throw std::out_of_range("position " + std::to_string(position) + " is beyond a page table of " +
                            std::to_string(page_table.size()) + " pages of " + std::to_string(page_size));
  return page_table[position / page_size] * page_size + position % page_size;
}

std::vector<std::size_t> slot_mapping(const Batch& batch, std::size_t page_size) {
  std::vector<std::size_t> slots;
  std::vector<std::pair<PageId, std::size_t>> written;  // page, which request of the batch writes in it
  for (std::size_t i = 0; i < batch.sequences.size(); ++i) {
    const Sequence& s = batch.sequences[i];
    for (std::size_t position = s.start; position < s.start + s.tokens.size(); ++position) {
      slots.push_back(slot_of(s.pages, position, page_size));
      const std::pair page(s.pages[position / page_size], i);
      if (written.empty() || written.back() != page) written.push_back(page);
    }
  }
  std::ranges::sort(written);
  for (std::size_t i = 0; i < batch.sequences.size(); ++i) {
    const Sequence& s = batch.sequences[i];
    const std::size_t used = (s.start + s.tokens.size() - 1) / page_size + 1;  // [pages] that it reads or writes
    for (const PageId page : s.pages.first(used)) {
      const auto writer = std::ranges::lower_bound(written, std::pair(page, std::size_t{0}));
      for (auto at = writer; at != written.end() && at->first == page; ++at)
        if (at->second != i)
          throw std::logic_error("I22: request " + std::to_string(batch.requests[at->second].request->id) +
                                 " writes in page " + std::to_string(page) + ", which request " +
                                 std::to_string(batch.requests[i].request->id) + " uses in the same step");
    }
  }
  return slots;
}

}  // namespace radixlab
