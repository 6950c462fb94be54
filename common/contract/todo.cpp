#include "contract/todo.hpp"

#include <string>

namespace radixlab {

void throw_todo(const char* task, const char* hint) {
  throw Todo(std::string("task ") + task + " is yours to write. " + hint);
}

}  // namespace radixlab
