#include <algorithm>
#include <cmath>
#include <numeric>

#include "08-engine/attention_executor.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void OnlineSoftmax::add(float score, std::span<const float> value) {
  todo("8.4",
       "The largest score so far was 1, and now 3 comes. By which factor are all weights "
       "too large that you have summed up so far?",
       score, value);
}

void OnlineSoftmax::merge(const OnlineSoftmax& other) { todo("8.4", "The hint stands above.", other); }

std::vector<float> OnlineSoftmax::result() const { todo("8.4", "The hint stands above."); }

std::vector<float> AttentionExecutor::compute_attention_with_cached_kv(std::span<const float> query, std::size_t layer,
                                                                       std::span<const PageId> page_table,
                                                                       std::size_t position) const {
  todo("8.4", "The hint stands above.", query, layer, page_table, position);
}

}  // namespace radixlab
