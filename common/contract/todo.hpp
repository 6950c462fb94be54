/// \file
/// What stands in a task's file until it is written.
#pragma once
#include <stdexcept>
#include <string>

namespace radixlab {

struct Todo : std::logic_error {
  using std::logic_error::logic_error;
};

/// Body of a function that a learner has still to write. Takes the arguments so that none is reported as unused.
template <class... Unused>
[[noreturn]] void todo(const char* task, const char* hint, const Unused&...) {
  throw Todo(std::string("task ") + task + " is yours to write. " + hint);
}

}  // namespace radixlab
