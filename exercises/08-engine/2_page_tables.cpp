#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "08-engine/attention_executor.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::size_t slot_of(std::span<const PageId> page_table, std::size_t position, std::size_t page_size) {
  todo("8.2",
       "Position 37, pages of 16: which entry of the page table is it, and which place of that page? And if two "
       "requests have one page in their tables, when is that wrong?",
       page_table, position, page_size);
}

std::vector<std::size_t> slot_mapping(const Batch& batch, std::size_t page_size) {
  todo("8.2", "The hint stands above.", batch, page_size);
}

}  // namespace radixlab
