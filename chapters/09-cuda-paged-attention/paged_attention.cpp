#include "09-cuda-paged-attention/paged_attention.hpp"

namespace radixlab {

template <class T>
void attention(PagedAttention<T> call, float* scratch) {
  call.scores = scratch;
  call.inverse_sums = scratch + std::size_t(call.rows.count) * call.heads * call.max_length;
  if (has_whole_chunks(call.pages)) {
    scores_shared_heads(call);
    softmax_by_half_warps(call);
    mix_shared_heads(call);
  } else {
    scores_shared(call);
    softmax_by_half_warps(call);
    mix_paged(call);
  }
}

template void attention(PagedAttention<float>, float*);
template void attention(PagedAttention<BFloat16>, float*);

}  // namespace radixlab
