// Given: the way to the device.
#include "08-engine/attention_executor.hpp"

#include <algorithm>

namespace radixlab {

ExecutorOutput AttentionExecutor::execute(const Batch& batch, bool keep_hidden) {
  slot_mapping(batch, pages_.page_size());  // refuses pages that one request writes and another one uses
  const ModelConfig& config = device_.config();
  ExecutorOutput output{.vocab_size = config.vocab_size};
  output.logits.resize(batch.sampled.size() * config.vocab_size);
  if (keep_hidden) output.hidden.resize(batch.num_rows * config.hidden_size);
  output.broken.resize(batch.requests.size());
  const std::vector<std::size_t> broken =
      device_.run(batch.sequences, {.rows = batch.sampled, .logits = output.logits, .hidden = output.hidden});
  std::size_t first = 0;  // row of the request in the batch
  for (std::size_t i = 0; i < batch.requests.size(); ++i) {
    const std::size_t rows = batch.requests[i].num_tokens;
    const auto row = std::ranges::find_if(broken, [&](std::size_t r) { return r >= first && r < first + rows; });
    if (row != broken.end()) output.broken[i] = batch.sequences[i].start + (*row - first);
    first += rows;
  }
  return output;
}

}  // namespace radixlab
