#include <stdexcept>
#include <string>

#include "08-engine/attention_executor.hpp"
#include "contract/todo.hpp"

namespace radixlab {

Batch build_batch(std::span<const Scheduled> scheduled) {
  todo("8.3",
       "A request has 11 tokens, and 8 have keys and values. Which is the first position of its "
       "sequence, and which row gives its next token?",
       scheduled);
}

}  // namespace radixlab
