#include "faulty_device.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace radixlab {

// Requests are served alone here, one sequence a call.
std::vector<std::size_t> FaultyDevice::do_run(std::span<const Sequence> batch, const Asked& asked) {
  const Sequence& sequence = batch.front();
  const bool goes_on =
      sequence.start == 0 && sequence.tokens.size() > Forward::kBlockRows && Forward::kBlockRows % page_size() == 0;
  second_blocks_ += goes_on;
  if (goes_on && fault_ == Fault::block) return run_misplaced(sequence, asked);
  const std::vector<std::size_t> broken = DeviceWrapper::do_run(batch, asked);
  if (fault_ == Fault::head) turn_bits(asked.logits);
  return broken;
}

void FaultyDevice::do_logits(std::span<const float> hidden, std::span<float> logits) {
  DeviceWrapper::do_logits(hidden, logits);
  if (fault_ == Fault::head) turn_bits(logits);
}

// The keys and values lie where they belong, so that what comes later reads numbers.
std::vector<std::size_t> FaultyDevice::run_misplaced(const Sequence& sequence, const Asked& asked) {
  const std::size_t width = config().hidden_size, vocab = config().vocab_size, rows = Forward::kBlockRows;
  const Sequence first{sequence.tokens.first(rows), 0, sequence.pages};
  const Sequence rest{sequence.tokens.subspan(rows), 0, sequence.pages.subspan(rows / page_size())};
  std::vector<float> hidden(sequence.tokens.size() * width);
  std::vector<std::size_t> broken =
      DeviceWrapper::do_run({&first, 1}, {.hidden = std::span(hidden).first(rows * width)});
  for (const std::size_t row : DeviceWrapper::do_run({&rest, 1}, {.hidden = std::span(hidden).subspan(rows * width)}))
    if (broken.empty()) broken = {rows + row};
  for (std::size_t i = 0; i < asked.rows.size(); ++i)
    DeviceWrapper::do_logits(std::span(hidden).subspan(asked.rows[i] * width, width),
                             asked.logits.subspan(i * vocab, vocab));
  std::ranges::copy(std::span(hidden).first(asked.hidden.size()), asked.hidden.begin());
  return broken;
}

void FaultyDevice::turn_bits(std::span<float> logits) const {
  for (std::size_t i = 0; i < logits.size(); i += config().vocab_size)
    logits[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(logits[i]) ^ 1u);
}

}  // namespace radixlab
