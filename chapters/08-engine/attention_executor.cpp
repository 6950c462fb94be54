// Given: the way to the device.
#include "08-engine/attention_executor.hpp"

#include <algorithm>

namespace radixlab {

const ExecutorOutput& AttentionExecutor::execute(const Batch& batch, bool keep_hidden) {
  slot_mapping(batch, pages_.page_size());  // refuses pages that one request writes and another one uses
  const ModelConfig& config = device_.config();
  output_.vocab_size = config.vocab_size;
  output_.logits.resize(batch.sampled.size() * config.vocab_size);
  output_.hidden.resize(keep_hidden ? batch.num_rows * config.hidden_size : 0);
  output_.broken.assign(batch.requests.size(), std::nullopt);
  const std::vector<std::size_t> broken =
      device_.run(batch.sequences, {.rows = batch.sampled, .logits = output_.logits, .hidden = output_.hidden});
  std::size_t first = 0;  // row of the request in the batch
  for (std::size_t i = 0; i < batch.requests.size(); ++i) {
    const std::size_t rows = batch.requests[i].num_tokens;
    const auto row = std::ranges::find_if(broken, [&](std::size_t r) { return r >= first && r < first + rows; });
    if (row != broken.end()) output_.broken[i] = batch.sequences[i].start + (*row - first);
    first += rows;
  }
  return output_;
}

}  // namespace radixlab
