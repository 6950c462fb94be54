/// \file
/// The launch that runs, block by block and fibre by fibre. Of the emulator's inside.
#pragma once
#include <boost/context/fiber.hpp>
#include <memory>
#include <string>
#include <vector>

#include "kernels/emulator/emulator.hpp"
#include "kernels/emulator/language.hpp"
#include "kernels/emulator/shadow.hpp"

namespace radixlab::emulator {

inline constexpr unsigned kWarp = 32;
inline constexpr unsigned kMaxThreads = 1024;
inline constexpr std::size_t kStackBytes = std::size_t{64} * 1024;

enum class WarpCall { synchronise, shuffle, vote };

/// What a thread brings to a meeting of its warp.
struct Meeting {
  WarpCall call;
  unsigned mask;
  std::uint64_t value;  ///< or predicate
  Shuffle way;
  unsigned operand, width;
};

/// A copy that is on its way into shared memory.
struct AsyncCopy {
  Address to;
  unsigned bytes;
  const void* place;
};

enum class State { ready, at_barrier, at_meeting, returned };

/// A thread of a block, and of the next block again.
struct Thread {
  unsigned number;  ///< in its block
  uint3 index;
  char* stack;  ///< its begin
  State state;
  const void* place;  ///< where it waits
  bool predicate;     ///< of a barrier that counts
  Meeting meeting;
  std::uint64_t result;                        ///< of a meeting
  std::vector<std::vector<AsyncCopy>> copies;  ///< by group; the last is not committed yet
  std::size_t groups_let_go = 0;               ///< how many groups the last wait left on their way
  boost::context::fiber fibre;                 ///< while it waits

  unsigned warp() const { return number / kWarp; }
  unsigned lane() const { return number % kWarp; }
};

enum class Action { reads, writes, updates, copies };  // updates: an atomic; copies: into shared memory, asynchronously

/// What a fault is known by, before it is put in words.
struct Fault {
  FaultKind kind;
  const Thread* thread;
  const void* place;
  Action action = Action::reads;
  Address address = 0;
  unsigned bytes = 0;
  Region* region = nullptr;
  Access other = {};  ///< of a race or conflict
  bool other_writes = false;
  std::string words = {};  ///< of faults that are no accesses
};

/// The launch that runs. Not a class: the hooks read it at every access.
struct Running {
  Thread* thread = nullptr;  ///< whose code runs now; null: the host's
  dim3 grid, block;
  uint3 block_index;
  void* dynamic_shared = nullptr;
  const void* parameters = nullptr;
  std::size_t parameter_bytes = 0;
  const void* kernel = nullptr;

  std::uint32_t instant = 0;
  std::uint32_t launch_begin = 0, block_begin = 0, barrier = 0;  ///< instants; of the last barrier
  std::vector<std::pair<std::uint32_t, uint3>> blocks;           ///< begun, with their instants
  std::vector<std::unique_ptr<Thread>> threads;                  ///< at least as many as a block has
  unsigned num_threads = 0;                                      ///< of a block
  int barrier_result[3] = {};                                    ///< of the last barrier, by Count
  /// [warp][lane][other lane] up to which instant the lane knows what the other did; less than `barrier` means `barrier`.
  std::vector<std::uint32_t> known;
  std::uint32_t at_meetings[kMaxThreads / kWarp] = {};  ///< lanes of each warp that wait there
  std::unique_ptr<Fault> fault;
  /// A read of what no one has written. Perhaps its writer comes late, for want of a barrier: so it is told at the next
  /// barrier, if no race is found until then.
  std::unique_ptr<Fault> suspicion;
  unsigned patience = 0;  ///< accesses until it is told in any case: a loop may run by what was read

  std::uint32_t& known_of(unsigned warp, unsigned lane, unsigned other) {
    return known[(warp * kWarp + lane) * kWarp + other];
  }
};
extern Running running;

/// Leaves the running thread's fibre until its state is ready again.
void wait_as(State state, const void* place);
/// Ends the launch; does not return.
[[noreturn]] void fail(Fault fault);
/// Goes on until the next barrier, and ends the launch there.
void suspect(Fault fault);
/// Puts a fault in words. \throws KernelFault always
[[noreturn]] void explain(const Fault& fault);
std::string text_of(uint3 index);         ///< "(3,0,0)"
std::string text_of_mask(unsigned mask);  ///< "0x0000ffff"
/// The lanes of the running thread's warp that the block has.
unsigned present_lanes();

/// What a hook does: the checks of one load or store of the running thread.
void access(const void* p, std::size_t bytes, Action action, bool aligned, const void* place);
/// A barrier or a meeting that no one completes.
[[noreturn]] void explain_standstill();
/// Opens the barrier, if all threads wait at it. \returns whether it did
bool open_barrier();

}  // namespace radixlab::emulator
