// Launches: block after block, each thread as a fibre that runs until it waits or returns.
#include <algorithm>
#include <mutex>
#include <new>
#include <sys/mman.h>

#include "kernels/cpu/flush_to_zero.hpp"
#include "kernels/emulator/order.hpp"
#include "kernels/emulator/running.hpp"
#include "kernels/emulator/traffic.hpp"

namespace radixlab::emulator {

Running running;

namespace {

namespace context = boost::context;

context::fiber scheduler;  // while a thread runs
void (*kernel_body)(const void*) = nullptr;
std::exception_ptr thrown;  // by the kernel's own code

/// The stack of a thread, used again by each block.
struct OwnStack {
  char* begin;
  context::stack_context allocate() const {
    // Not all from the same place in a page, or they would crowd the same lines of the cache.
    const std::size_t colour = reinterpret_cast<Address>(begin) / kStackBytes % 16 * 256;
    context::stack_context stack;
    stack.size = kStackBytes - kGuard - colour;
    stack.sp = begin + kStackBytes - colour;
    return stack;
  }
  void deallocate(context::stack_context&) const noexcept {}
  static constexpr std::size_t kGuard = 4096;  // without access: an overflow ends the program at once
};

char* all_stacks() {
  void* p = mmap(nullptr, kMaxThreads * kStackBytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  return static_cast<char*>(p);
}

void leave(Thread& me) {
  running.thread = nullptr;
  scheduler = std::move(scheduler).resume();
  running.thread = &me;
}

/// A fibre that is left for good is not unwound: g++ takes hooks for functions that never throw, and a stack that no one
/// unwinds can be used again as it is. So its handle is overwritten, not destroyed; it owns nothing outside that stack.
void start(Thread& thread) {
  new (&thread.fibre) context::fiber(std::allocator_arg, OwnStack{thread.stack}, [&thread](context::fiber&& from) {
    scheduler = std::move(from);
    for (;;) {
      running.thread = &thread;
      try {
        kernel_body(running.parameters);
      } catch (...) {
        thrown = std::current_exception();
      }
      thread.state = State::returned;
      leave(thread);
    }
    return std::move(scheduler);
  });
}

void make_threads(unsigned count) {
  static char* const stacks = all_stacks();
  for (unsigned i = static_cast<unsigned>(running.threads.size()); i < count; ++i) {
    auto thread = std::make_unique<Thread>();
    thread->number = i;
    thread->stack = stacks + i * kStackBytes;
    mprotect(thread->stack, OwnStack::kGuard, PROT_NONE);
    start(*thread);
    running.threads.push_back(std::move(thread));
  }
}

uint3 place_in(dim3 extent, std::uint64_t number) {
  const auto n = static_cast<unsigned>(number);
  return {n % extent.x, n / extent.x % extent.y, n / extent.x / extent.y};
}

/// The launch is given up: its threads' fibres stand somewhere in the kernel, and begin anew.
void abandon() {
  for (const auto& thread : running.threads) start(*thread);
  running.thread = nullptr;
}

void run_block(const std::vector<unsigned>& order) {
  running.block_begin = running.barrier = ++running.instant;
  running.blocks.emplace_back(running.instant, running.block_index);
  std::fill(std::begin(running.at_meetings), std::end(running.at_meetings), 0);
  for (const unsigned i : order) {
    running.threads[i]->state = State::ready;
    running.threads[i]->copies.clear();
    running.threads[i]->groups_let_go = 0;
  }
  for (unsigned left = running.num_threads; left > 0;) {
    bool moved = false;
    for (const unsigned i : order) {
      Thread& thread = *running.threads[i];
      if (thread.state != State::ready) continue;
      moved = true;
      thread.fibre = std::move(thread.fibre).resume();
      if (running.fault) explain(*running.fault);
      if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
      left -= thread.state == State::returned;
    }
    if (moved) continue;
    if (running.suspicion) explain(*running.suspicion);
    if (!open_barrier()) explain_standstill();
  }
  if (running.suspicion) explain(*running.suspicion);
  count_block();
}

void check_shape(dim3 grid, dim3 block) {
  const auto wrong = [](const std::string& what) { throw std::invalid_argument("launch: " + what); };
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  if (threads == 0 || threads > kMaxThreads || block.z > 64)
    wrong("a block of " + text_of({block.x, block.y, block.z}) +
          " threads; it has 1 to 1024, of them 64 at most along z");
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535)
    wrong("a grid of " + text_of({grid.x, grid.y, grid.z}) + " blocks; it has 1 to (2147483647,65535,65535)");
  if (std::uint64_t{grid.x} * grid.y * grid.z >> 32) wrong("more than 2^32 blocks, which would take the emulator days");
}

/// Makes it known what runs, for as long as it does.
class Launch {
 public:
  Launch(dim3 grid, dim3 block, const void* kernel) {
    running.grid = grid;
    running.block = block;
    running.kernel = kernel;
    running.num_threads = block.x * block.y * block.z;
    running.launch_begin = ++running.instant;
    running.blocks.clear();
    running.known.resize(std::size_t{kMaxThreads} * kWarp);
    make_threads(running.num_threads);
    for (unsigned i = 0; i < running.num_threads; ++i) running.threads[i]->index = place_in(block, i);
  }
  ~Launch() {
    if (!done) abandon();
    running.fault.reset();
    running.suspicion.reset();
  }
  bool done = false;
};

}  // namespace

void wait_as(State state, const void* place) {
  Thread& me = *running.thread;
  me.state = state;
  me.place = place;
  leave(me);
}

void fail(Fault fault) {
  Thread& me = *running.thread;
  const bool race = fault.kind == FaultKind::race || fault.kind == FaultKind::block_conflict;
  // What was read may have led here.
  running.fault = running.suspicion && !race ? std::move(running.suspicion) : std::make_unique<Fault>(std::move(fault));
  for (;;) leave(me);
}

void suspect(Fault fault) {
  if (running.suspicion) return;
  running.suspicion = std::make_unique<Fault>(std::move(fault));
  running.patience = 1'000'000;
}

void run_grid(dim3 grid, dim3 block, std::size_t shared_bytes, const void* kernel, void (*call)(const void*),
              const void* arguments, std::size_t bytes) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  check_shape(grid, block);
  if (running.instant >> 31)
    throw std::overflow_error("launch: the emulator has counted 2^31 barriers and blocks, its most");
  const FlushToZero flush;  // before the fibres are made: each keeps the mode of its making
  prepare_static_shared();
  running.dynamic_shared = prepare_dynamic_shared(shared_bytes).memory;
  running.parameters = arguments;
  running.parameter_bytes = bytes;
  kernel_body = call;
  Launch launch(grid, block, kernel);
  Orders orders(running.num_threads);
  const std::uint64_t blocks = std::uint64_t{grid.x} * grid.y * grid.z;
  for (std::uint64_t i = 0; i < blocks; ++i) {
    running.block_index = place_in(grid, orders.block(i, blocks));
    run_block(orders.threads());
  }
  count_launch();
  launch.done = true;
}

}  // namespace radixlab::emulator
