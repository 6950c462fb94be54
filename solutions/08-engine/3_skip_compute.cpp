#include <stdexcept>
#include <string>

#include "08-engine/attention_executor.hpp"

namespace radixlab {

Batch build_batch(std::span<const Scheduled> scheduled) {
  Batch batch;
  for (const auto& [request, num_tokens] : scheduled) {
    const Request& r = request->at_desk;
    const std::size_t left = request->num_left();
    if (num_tokens == 0 || num_tokens > left)
      throw std::logic_error("request " + std::to_string(request->id) + ": " + std::to_string(num_tokens) +
                             " tokens are scheduled, expected 1 .. " + std::to_string(left));
    batch.requests.push_back({request, num_tokens});
    batch.sequences.push_back({std::span(r.tokens).subspan(r.computed, num_tokens), r.computed, r.pages});
    batch.num_rows += num_tokens;
    if (num_tokens < left) continue;
    batch.sampled.push_back(batch.num_rows - 1);
    batch.sampled_from.push_back(batch.requests.size() - 1);
  }
  return batch;
}

}  // namespace radixlab
