#include "01-tiny/greeting.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::string greet(const std::string& name) { todo("1.3", "Whom do you greet?", name); }

}  // namespace radixlab
