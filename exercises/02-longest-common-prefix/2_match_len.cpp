#include <algorithm>
#include <bit>

#include "contract/todo.hpp"
#include "storage/match_len.hpp"
#include "storage/vector_instructions.hpp"

namespace radixlab {

std::size_t get_match_len(std::span<const TokenId> a, std::span<const TokenId> b) {
  todo("2.2",
       "If eight tokens are compared at once, you learn that one of them differs. How do you learn which, and "
       "what do you do with the last five tokens of a run?",
       a, b);
}

}  // namespace radixlab
