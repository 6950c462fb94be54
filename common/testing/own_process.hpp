/// \file
/// A look that may kill who looks: it is taken in a process of its own, and the test says in its words what came of it.
#pragma once
#include <cstdlib>
#include <exception>
#include <functional>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace radixlab {

enum class End { right, wrong, killed };

/// Whether `is_right` says true or false, or its process is killed (by a sanitizer too, which exits in its own way).
inline End in_a_process_of_its_own(const std::function<bool()>& is_right) {
  constexpr int kWrong = 42;
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork() fails: the test cannot be run here");
  if (child == 0) {
    try {
      std::_Exit(is_right() ? 0 : kWrong);
    } catch (const std::exception&) {
      std::_Exit(kWrong);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status)) return End::killed;
  return WEXITSTATUS(status) == 0 ? End::right : WEXITSTATUS(status) == kWrong ? End::wrong : End::killed;
}

}  // namespace radixlab
