// Rung 4: what several query heads read is read once. Keys and values travel in chunks of 16 bytes, past the registers, and are
// on their way while others are added up. Exact attention runs this.
//
// Cost of a row with n keys: its keys and values once a KV head, 2 n kv_heads head_dim numbers, and the scores three times. With
// four query heads a KV head, a number of a key or value takes part in four multiply-adds.
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
  const int lane = threadIdx.x % kRows, sequence = call.rows.sequence[set.row];
  const T* const own = lane < count ? exact::at(call.pages, part, sequence, set.kv_head, first + lane) : nullptr;
  for (int pair = worker; pair < kRows / 2; pair += workers) {
    const int i = pair * 2 + lane / 16;
    const auto from =
        reinterpret_cast<const T*>(__shfl_sync(0xffffffffu, reinterpret_cast<unsigned long long>(own), i));
    if (i >= count) continue;
    for (int d = lane % 16 * kVector<T>; d < call.pages.head_dim; d += 16 * kVector<T>)
      __pipeline_memcpy_async(to + i * pitch + d, from + d, 16);
  }
}

/// A block 64 positions of the heads of set blockIdx.x, a thread a position. Shared, by RADIXLAB_DYNAMIC_SHARED(T, keys):
/// keys [64] in rows of head_dim numbers and 16 bytes (a load of 16 bytes a lane goes in four turns of 8 lanes, which then meet all
/// 32 banks once), and behind them queries [H, head_dim] as floats.
template <class T, int H>
__global__ void __launch_bounds__(kRows* kWarps) scores_shared_heads_kernel(PagedAttention<T> call, float scale) {
  constexpr int kThreads = kRows * kWarps;
  RADIXLAB_DYNAMIC_SHARED(T, keys);
  const HeadSet set = head_set<H>(call, blockIdx.x);
  const int dim = call.pages.head_dim, pitch = dim + kVector<T>, length = call.rows.length[set.row];
  const int block_first = blockIdx.y * kThreads, position = block_first + threadIdx.x;
  if (block_first >= length) return;
  const int warp = threadIdx.x / kRows, first = block_first + warp * kRows;
  float* const queries = reinterpret_cast<float*>(keys + kThreads * pitch);
  copy_rows(call, Part::key, set, first, min(kRows, length - first), keys + warp * kRows * pitch, pitch, 0, 1);
  __pipeline_commit();
  for (int i = threadIdx.x; i < H * dim; i += kThreads)
    queries[i] = widen(call.q[(std::size_t(set.row) * call.heads + set.head(i / dim)) * dim + i % dim]);
  __pipeline_wait_prior(0);
  __syncthreads();
  if (position >= length) return;
  RunningSum<T> sums[H];
  for (int d = 0; d < dim; d += kVector<T>) {
    float key[kVector<T>];
    exact::load(keys + threadIdx.x * pitch + d, key);
#pragma unroll
    for (int h = 0; h < H; ++h) {
      float query[kVector<T>];
      exact::load_floats(queries + h * dim + d, query);
#pragma unroll
      for (int i = 0; i < kVector<T>; ++i) sums[h].add(i, query[i], key[i]);
      if ((d + kVector<T>) % RunningSum<T>::kBlock == 0) sums[h].end_block();
    }
  }
  float* const scores = call.scores + std::size_t(set.row) * call.heads * call.max_length + position;
#pragma unroll
  for (int h = 0; h < H; ++h)
    if (h < set.count) scores[std::size_t(set.head(h)) * call.max_length] = sums[h].value(dim) * scale;
}

/// A block all positions of the heads of set blockIdx.x, a thread two coordinates. Shared, by
/// RADIXLAB_DYNAMIC_SHARED(unsigned char, ring): kStages tiles, each of values [32, head_dim] and behind them weights [H, 32].
template <class T, int H>
__global__ void mix_shared_heads_kernel(PagedAttention<T> call) {
  RADIXLAB_DYNAMIC_SHARED(unsigned char, ring);
  const HeadSet set = head_set<H>(call, blockIdx.x);
  const int dim = call.pages.head_dim, length = call.rows.length[set.row], d = threadIdx.x * 2;
  const int warp = threadIdx.x / kRows, lane = threadIdx.x % kRows, warps = blockDim.x / kRows;
  const std::size_t first_head = std::size_t(set.row) * call.heads;
  const int tile_bytes = kRows * (dim * int(sizeof(T)) + H * int(sizeof(float)));
  const auto values = [&](int tile) { return reinterpret_cast<T*>(ring + tile % kStages * tile_bytes); };
  const auto weights = [&](int tile) { return reinterpret_cast<float*>(values(tile) + kRows * dim); };
  const auto fetch = [&](int tile) {
    const int first = tile * kRows, count = min(kRows, length - first);
    if (count > 0) copy_rows(call, Part::value, set, first, count, values(tile), dim, warp, warps);
    for (int h = warp; h < H && lane < count; h += warps)
      __pipeline_memcpy_async(weights(tile) + h * kRows + lane,
                              call.scores + (first_head + set.head(h)) * call.max_length + first + lane, sizeof(float));
    __pipeline_commit();  // with nothing to copy too: the wait below counts commits
  };
  RunningSum<T> left[H], right[H];
  for (int tile = 0; tile < kStages - 1; ++tile) fetch(tile);
  for (int tile = 0; tile * kRows < length; ++tile) {
    __pipeline_wait_prior(kStages - 2);
    __syncthreads();  // all have this tile, and none needs the one before it, whose place is filled now
    fetch(tile + kStages - 1);
    const int count = d < dim ? min(kRows, length - tile * kRows) : 0;
    for (int j = 0; j < count; ++j) {
      const float2 value = exact::load_pair(values(tile) + j * dim + d);
#pragma unroll
      for (int h = 0; h < H; ++h) {
        const float weight = weights(tile)[h * kRows + j];
        left[h].add(j, weight, value.x);
        right[h].add(j, weight, value.y);
      }
    }
#pragma unroll
    for (int h = 0; h < H && count == kRows; ++h) left[h].end_block(), right[h].end_block();
  }
#pragma unroll
  for (int h = 0; h < H; ++h) {
    if (d >= dim || h >= set.count) break;
    const std::size_t item = first_head + set.head(h);
    const float inverse = call.inverse_sums[item];
    exact::store_pair(call.out + item * dim + d, end_of_mix<T>(left[h].value(length)) * inverse,
                      end_of_mix<T>(right[h].value(length)) * inverse);
  }
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
