#include "kernels/cpu/thread_pool.hpp"

#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "kernels/cpu/flush_to_zero.hpp"

namespace radixlab {
namespace {

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadPool::ThreadPool(std::size_t threads) {
  if (threads == 0) throw std::invalid_argument("ThreadPool: 0 threads asked for, expected at least 1");
  // A layer's loops follow each other within microseconds: spinning that long saves a sleep and a wake-up. With more
  // threads than processors it would only keep the working ones from working.
  spins_ = threads <= std::thread::hardware_concurrency() ? 1000 : 0;
  workers_.reserve(threads - 1);
  try {
    while (workers_.size() + 1 < threads) workers_.emplace_back([this] { work(); });
  } catch (...) {  // the system has no more threads: those that exist must be joined before the error goes on
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  stop_ = true;
  ++round_;
  round_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(const Loop& loop) {
  if (loop.count > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("ThreadPool::parallel_for: " + std::to_string(loop.count) + " iterations, expected < 2^32");
  }
  if (in_use_.exchange(true)) {
    throw std::logic_error("ThreadPool::parallel_for: called while another loop of this pool runs");
  }
  loop_ = loop;
  to_finish_ = static_cast<std::uint32_t>(loop.count);
  to_begin_ = static_cast<std::uint32_t>(loop.count);
  if (loop.count > 1 && !workers_.empty()) {  // a loop of one iteration is not worth waking anybody
    ++round_;
    round_.notify_all();
  }
  {
    const FlushToZero guard;
    take_iterations();
  }
  for (std::uint32_t left = to_finish_; left != 0; left = to_finish_) wait_while_equal(to_finish_, left);
  const std::exception_ptr error = std::exchange(error_, nullptr);
  in_use_ = false;
  if (error) std::rethrow_exception(error);
}

void ThreadPool::work() {
  const FlushToZero guard;
  for (std::uint32_t seen = 0; !stop_; seen = round_) {
    take_iterations();
    wait_while_equal(round_, seen);
  }
}

void ThreadPool::take_iterations() {
  std::uint32_t left = to_begin_;
  while (left != 0) {
    if (!to_begin_.compare_exchange_weak(left, left - 1)) continue;
    std::uint32_t done = 1;
    try {
      loop_.call(loop_.body, loop_.count - left);
    } catch (...) {
      const std::scoped_lock lock(error_mutex_);
      if (!error_) error_ = std::current_exception();
      done += to_begin_.exchange(0);  // nobody begins the rest
    }
    if ((to_finish_ -= done) == 0) to_finish_.notify_one();
    left = to_begin_;
  }
}

void ThreadPool::wait_while_equal(std::atomic<std::uint32_t>& value, std::uint32_t old) const {
  for (std::size_t i = 0; i < spins_; ++i) {
    if (value != old) return;
    pause();
  }
  value.wait(old);
}

}  // namespace radixlab
