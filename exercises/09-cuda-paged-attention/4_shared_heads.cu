#include "09-cuda-paged-attention/paged_attention.hpp"
#include "contract/todo.hpp"
#include "kernels/cuda/exact/shapes.cuh"
#include "kernels/cuda/exact/vectors.cuh"

namespace radixlab {

// given
using exact::end_of_mix, exact::kVector, exact::Part, exact::rounded, exact::RunningSum, exact::widen;

// given
constexpr int kRows = 32;   // keys or values of a tile: as many as lanes, and a block of a tile sum
constexpr int kWarps = 2;   // of a block of scores, each with a tile
constexpr int kStages = 4;  // tiles in the ring of the mix
constexpr int kMostHeads = 8;

// given
/// Up to H query heads of one row that share a KV head and work together. If there are fewer, then the last one stands in for the
/// rest, so that loops over heads have a fixed end.
struct HeadSet {
  int row, kv_head, first, count;
  __device__ int head(int h) const { return first + min(h, count - 1); }
};

// given
template <int H, class T>
__device__ HeadSet head_set(const PagedAttention<T>& call, int set) {
  const int group = call.heads / call.pages.kv_heads, sets = (group + H - 1) / H;  // a KV head has `sets` of them
  const int kv_head = set / sets % call.pages.kv_heads, begin = set % sets * H;
  return {set / sets / call.pages.kv_heads, kv_head, kv_head * group + begin, min(H, group - begin)};
}

/// Sends `count` <= 32 keys or values, from position `first` on, to to[i * pitch]: two at a time, half a warp each. Of `workers`
/// warps this is number `worker`, and takes each `workers`-th pair: 0 of 1 in the scores, where each warp has a tile of its own;
/// in the mix all warps of the block share a tile. Lane i finds where position first + i lies: a division a key, not one a
/// chunk. All lanes come, also if count is 0 or less.
template <class T>
__device__ void copy_rows(const PagedAttention<T>& call, Part part, const HeadSet& set, int first, int count, T* to,
                          int pitch, int worker, int workers) {
  todo("9.4",
       "Four heads ask for the same key or value. Who fetches it, how often, and "
       "who needs to know when it has come?",
       call, part, set, first, count, to, pitch, worker, workers);
}

/// A block 64 positions of the heads of set blockIdx.x, a thread a position. Shared, by RADIXLAB_DYNAMIC_SHARED(T, keys):
/// keys [64] in rows of head_dim numbers and 16 bytes (a load of 16 bytes a lane goes in four turns of 8 lanes, which then meet all
/// 32 banks once), and behind them queries [H, head_dim] as floats.
template <class T, int H>
__global__ void __launch_bounds__(kRows* kWarps) scores_shared_heads_kernel(PagedAttention<T> call, float scale) {
  todo("9.4", "The hint stands above.", call, scale);
}

/// A block all positions of the heads of set blockIdx.x, a thread two coordinates. Shared, by
/// RADIXLAB_DYNAMIC_SHARED(unsigned char, ring): kStages tiles, each of values [32, head_dim] and behind them weights [H, 32].
template <class T, int H>
__global__ void mix_shared_heads_kernel(PagedAttention<T> call) {
  todo("9.4", "The hint stands above.", call);
}

// given
template <class T, int H>
void launch_scores(const PagedAttention<T>& call, unsigned sets) {
  constexpr int kThreads = kRows * kWarps;
  const std::size_t dim = static_cast<std::size_t>(call.pages.head_dim);
  const std::size_t bytes = kThreads * (dim + kVector<T>)*sizeof(T) + H * dim * sizeof(float);
  launch({dim3(sets, exact::blocks_for(call.max_length, kThreads)), kThreads, bytes}, scores_shared_heads_kernel<T, H>,
         call, exact::score_scale(call.pages.head_dim));
}

// given
template <class T, int H>
void launch_mix(const PagedAttention<T>& call, unsigned sets) {
  const std::size_t dim = static_cast<std::size_t>(call.pages.head_dim);
  const unsigned threads = exact::blocks_for(dim / 2, kRows) * kRows;
  launch({sets, threads, kStages * kRows * (dim * sizeof(T) + H * sizeof(float))}, mix_shared_heads_kernel<T, H>, call);
}

// given
/// Calls f<H>(number of sets), where H is the fewest of 1, 2, 4, 8 that hold a group, or 8.
template <class T, class F>
void with_heads(const PagedAttention<T>& call, const F& f) {
  const int group = call.rows.count == 0 ? 0 : call.heads / call.pages.kv_heads;
  const unsigned all = static_cast<unsigned>(call.rows.count * call.pages.kv_heads);
  if (group == 0) return;
  if (group == 1) return f(std::integral_constant<int, 1>(), all);
  if (group == 2) return f(std::integral_constant<int, 2>(), all);
  if (group <= 4) return f(std::integral_constant<int, 4>(), all);
  f(std::integral_constant<int, kMostHeads>(), all * exact::blocks_for(group, kMostHeads));
}

// given
template <class T>
void scores_shared_heads(const PagedAttention<T>& call) {
  if (call.max_length == 0) return;
  with_heads(call, [&](auto heads, unsigned sets) { launch_scores<T, heads>(call, sets); });
}

// given
template <class T>
void mix_shared_heads(const PagedAttention<T>& call) {
  with_heads(call, [&](auto heads, unsigned sets) { launch_mix<T, heads>(call, sets); });
}

template void scores_shared_heads(const PagedAttention<float>&);
template void scores_shared_heads(const PagedAttention<BFloat16>&);
template void mix_shared_heads(const PagedAttention<float>&);
template void mix_shared_heads(const PagedAttention<BFloat16>&);

}  // namespace radixlab
