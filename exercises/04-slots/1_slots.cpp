#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

#include "04-slots/slot_allocator.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::int32_t SlotAllocator::alloc() {
  todo("4.1",
       "A word of 64 bits says in one instruction which of its bits is the lowest. Which 64 questions would you like "
       "to have answered in one word, if there are 4,096 slots?");
}

void SlotAllocator::free(std::int32_t slot) { todo("4.1", "The hint stands above.", slot); }

void SlotAllocator::occupy(std::int32_t slot) { todo("4.1", "The hint stands above.", slot); }

void SlotAllocator::mark(std::int32_t slot, bool is_free) { todo("4.1", "The hint stands above.", slot, is_free); }

}  // namespace radixlab
