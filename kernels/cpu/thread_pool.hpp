/// \file
/// A thread pool for loops: no queue, no futures, one loop at a time.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace radixlab {

/// Runs the iterations of a loop on `threads` threads, the calling one among them. All of them flush denormals to zero.
/// Iterations are handed out one by one, in ascending order, so which thread runs which is not known: a body's result
/// must not depend on it. Workers spin for some microseconds between loops, then sleep; a loop never waits for a worker
/// that has not woken up yet, so a busy machine slows it down by no more than what it takes away.
class ThreadPool {
 public:
  /// Throws std::invalid_argument for 0 threads.
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  std::size_t threads() const { return workers_.size() + 1; }

  /// Calls body(i) once for each i in 0 .. count-1 and returns when all are done. If bodies throw, iterations not yet
  /// begun are dropped and the first exception is rethrown here. Throws std::logic_error when called from a body or
  /// from two threads at a time, std::length_error for 2^32 iterations or more.
  template <typename Body>
  void parallel_for(std::size_t count, Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    run({[](void* context, std::size_t index) { (*static_cast<Plain*>(context))(index); },
         const_cast<void*>(static_cast<const void*>(std::addressof(body))), count});
  }

 private:
  struct Loop {
    void (*call)(void*, std::size_t) = nullptr;
    void* body = nullptr;
    std::size_t count = 0;
  };
  void run(const Loop& loop);
  void work();
  void stop();
  void take_iterations();
  void wait_while_equal(std::atomic<std::uint32_t>& value, std::uint32_t old) const;

  // A thread reads loop_ only while it has an iteration to finish, and the caller writes it only when none has.
  Loop loop_;
  std::atomic<bool> in_use_{false};
  std::atomic<std::uint32_t> to_begin_{0};   // iterations that nobody has taken
  std::atomic<std::uint32_t> to_finish_{0};  // iterations that are not done: what the caller waits for
  std::atomic<std::uint32_t> round_{0};      // rises by one a loop: what workers wait for
  std::atomic<bool> stop_{false};
  std::mutex error_mutex_;
  std::exception_ptr error_;
  std::size_t spins_;
  std::vector<std::thread> workers_;
};

}  // namespace radixlab
