#include <stdexcept>

#include "07-eviction/clairvoyant.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void NextUses::add(std::span<const std::uint64_t> pages) {
  todo("7.6",
       "The trace is read from its begin to its end. When you meet a page for the second time, of "
       "which earlier entry do you now know its next use?",
       pages);
}

std::uint32_t NextUses::next(std::size_t request, std::size_t page) const {
  todo("7.6", "The hint stands above.", request, page);
}

std::uint64_t ClairvoyantPolicy::score(const Node& leaf, std::uint64_t) { todo("7.6", "The hint stands above.", leaf); }

void ClairvoyantPolicy::request_ended(EndedRequest& request) { todo("7.6", "The hint stands above.", request); }

}  // namespace radixlab
