/// \file
/// In which order blocks and threads run. A right kernel gives the same result in any.
#pragma once
#include <cstdint>
#include <vector>

namespace radixlab::emulator {

/// The orders of one launch, by the seed of ScheduleSeed; seed 0 is as they are numbered.
class Orders {
 public:
  explicit Orders(unsigned threads);
  /// The block that runs as the i-th of n: a permutation. n: at most 2^32
  std::uint64_t block(std::uint64_t i, std::uint64_t n) const;
  /// The threads of a block, warps in some order and the lanes of each in one of its own.
  const std::vector<unsigned>& threads() const { return threads_; }

 private:
  std::uint64_t factor_, first_;
  std::vector<unsigned> threads_;
};

}  // namespace radixlab::emulator
