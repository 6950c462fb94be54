#include "apps/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

namespace radixlab {

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)),
      total_(std::max<std::uint64_t>(total, 1)),
      on_terminal_(::isatty(STDERR_FILENO) != 0),
      next_draw_(Clock::now() + std::chrono::seconds(2)) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::advance_to(std::uint64_t done) {
  done_ = std::min(done, total_);
  if (!on_terminal_ || Clock::now() < next_draw_) return;
  next_draw_ = Clock::now() + std::chrono::milliseconds(100);
  drawn_ = true;
  constexpr std::size_t width = 30;
  const double share = static_cast<double>(done_) / static_cast<double>(total_);
  const auto full = static_cast<std::size_t>(share * width);
  const auto bar = std::string(full, '#') + std::string(width - full, '-');
  std::fputs(fmt::format("\r{} [{}] {:3.0f}%\x1b[K", what_, bar, 100 * share).c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace radixlab
