/// \file
/// A progress bar for work that takes a while.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace radixlab {

/// Draws `what [#####-----]  48%` on standard error once two seconds have passed, and removes it when it is destroyed.
/// Draws nothing if standard error is no terminal.
class Progress {
 public:
  Progress(std::string what, std::uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::uint64_t amount) { advance_to(done_ + amount); }
  void advance_to(std::uint64_t done);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  std::uint64_t total_, done_ = 0;
  bool on_terminal_, drawn_ = false;
  Clock::time_point next_draw_;
};

}  // namespace radixlab
