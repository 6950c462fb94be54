/// \file
/// A device that computes wrong numbers on purpose. The row above, on such a device too, computes the same ones, so that
/// the scalar reference alone tells.
///
///   block  of a text that is computed in one call, the rows behind the first block start at position 0, and see no others
///                                                                            chance: such a text, of more rows
///   head   one bit of each row's first logit is turned       chance: a row that is compared with the reference too
#pragma once
#include <vector>

#include "fault.hpp"
#include "llm/device_wrapper.hpp"

namespace radixlab {

class FaultyDevice : public DeviceWrapper {
 public:
  FaultyDevice(Device& inner, Fault fault) : DeviceWrapper(inner), fault_(fault) {}  ///< `inner` must outlive it

  std::size_t second_blocks() const { return second_blocks_; }  ///< calls of more rows than a block has

 private:
  std::vector<std::size_t> do_run(std::span<const Sequence> batch, const Asked& asked) override;
  void do_logits(std::span<const float> hidden, std::span<float> logits) override;
  std::vector<std::size_t> run_misplaced(const Sequence& sequence, const Asked& asked);
  void turn_bits(std::span<float> logits) const;  // [rows, vocab_size]

  Fault fault_;
  std::size_t second_blocks_ = 0;
};

}  // namespace radixlab
