#include <stdexcept>

#include "07-eviction/clairvoyant.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void NextUses::add(std::span<const std::uint64_t> pages) {
  todo("7.6",
       "When you meet a page of the trace for the second time, of which earlier entry do you now know its next use? "
       "And of two leaves, which goes first: the one that is asked for soon, or the one that is asked for late?",
       pages);
}

std::uint32_t NextUses::next(std::size_t request, std::size_t page) const {
  todo("7.6", "The hint stands above.", request, page);
}

std::uint64_t ClairvoyantPolicy::score(const Node& leaf, std::uint64_t) { todo("7.6", "The hint stands above.", leaf); }

void ClairvoyantPolicy::request_ended(EndedRequest& request) { todo("7.6", "The hint stands above.", request); }

}  // namespace radixlab
