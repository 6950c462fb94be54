#include "my_policy.hpp"

#include "contract/todo.hpp"

namespace radixlab {

std::shared_ptr<EvictionPolicy> make_open_policy() {
  todo("7.x", "What tells a text that comes again from one that does not, before it has come again?");
}

}  // namespace radixlab
