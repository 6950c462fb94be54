/// \file
/// Counts what launches move. A warp's load or store is one instruction of up to 32 lanes: of global memory it takes as many
/// transactions as it touches 32-byte sectors; of shared memory as many passes as the fullest of 32 banks (4 bytes wide) has
/// different words. Lanes run one after another here, so the n-th time that each lane comes by a line counts as one instruction.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/emulator/shadow.hpp"

namespace radixlab::emulator {

struct Thread;
enum class Action;

/// What moved, over all threads.
struct Traffic {
  std::uint64_t global_loads = 0, global_stores = 0, global_atomics = 0;  ///< by threads
  std::uint64_t global_bytes = 0;                                         ///< that threads asked for
  std::uint64_t transactions = 0;                                         ///< of 32 bytes
  std::uint64_t shared_loads = 0, shared_stores = 0;                      ///< by threads; atomics are both
  std::uint64_t shared_bytes = 0;
  std::uint64_t shared_passes = 0;   ///< of 128 bytes
  std::uint64_t bank_conflicts = 0;  ///< passes more than the bytes would need

  Traffic& operator+=(const Traffic& other);
  /// Bytes asked for per byte moved, 0 to 1 and more (a word that several lanes read moves once).
  double efficiency() const { return transactions ? double(global_bytes) / (32.0 * double(transactions)) : 1.0; }
};

/// What launches did while a Recorder lived.
struct Report {
  struct Line {
    std::string place;  ///< "file.cu:41"
    Traffic traffic;
  };
  Traffic total;
  std::vector<Line> lines;  ///< in the order of the file names and lines
  std::uint64_t launches = 0, blocks = 0, barriers = 0,
                meetings = 0;  ///< meetings: shuffles, votes and __syncwarp, by warps

  /// A table with a bar a line: what each line of the kernels moves.
  std::string draw() const;
};

/// While it lives, launches are counted; costs about as much time again. One at a time. \throws std::logic_error a second one
class Recorder {
 public:
  Recorder();
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  /// Up to the last launch that is done.
  Report report() const;
};

// For the emulator's own parts.
struct Recording;
extern std::unique_ptr<Recording> recording;
inline bool counting() { return recording != nullptr; }
void count_access(const Thread& thread, Address a, std::size_t bytes, Action action, Space space, const void* place);
void count_barrier();
void count_meeting();
void count_block();  ///< a block is done: its warps' accesses are put together
void count_launch();

}  // namespace radixlab::emulator
