// Chapter 09: what the passes of tasks 9.3 to 9.5 move. Only the emulator counts it.
#include "traffic_words.hpp"

namespace radixlab::lab09 {
namespace {

const Pass kSharedScores{"scores_shared", [](const auto& call) { scores_shared(call); }, {}};
const Pass kChunkedScores{"scores_shared_heads", [](const auto& call) { scores_shared_heads(call); }, {}};
const Pass kChunkedMix{"mix_shared_heads", [](const auto& call) { mix_shared_heads(call); }, {}};

TEST(Lab09SharedMemory, T3_TrafficASectorOnce) {
  in_both_types([](auto zero) {
    Batch<decltype(zero)> b({{1, 127}}, {2, 1, 64}, 16);
    const auto keys = sectors<decltype(zero)>(b.max_length * b.dim);
    expect_traffic(b, kSharedScores, 2, {"the keys, once a head", b.heads * keys});
  });
}

TEST(Lab09SharedMemory, T3_TrafficOverAllBanks) {
  in_both_types([](auto zero) {
    for (const std::size_t dim : {32, 64}) {
      Batch<decltype(zero)> b({{1, 63}}, {2, 1, dim}, 16);
      expect_few_conflicts(b, kSharedScores);
    }
  });
}

TEST(Lab09SharedHeads, T4_TrafficOfKeysOnceAGroup) {
  in_both_types([](auto zero) {
    Batch<decltype(zero)> b({{1, 127}}, {8, 2, 128}, 16);
    const auto keys = sectors<decltype(zero)>(b.max_length * b.dim);
    expect_traffic(b, kChunkedScores, 1.3, {"the keys, once a KV head", b.kv_heads * keys});
  });
}

TEST(Lab09SharedHeads, T4_TrafficOfValuesOnceAGroup) {
  in_both_types([](auto zero) {
    Batch<decltype(zero)> b({{1, 127}}, {8, 2, 128}, 16);
    const auto values = sectors<decltype(zero)>(b.max_length * b.dim);
    expect_traffic(b, kChunkedMix, 1.3, {"the values, once a KV head", b.kv_heads * values});
  });
}

TEST(Lab09Split, T5_TrafficOfKeysAndValuesOnceAHead) {
  in_both_types([](auto zero) {
    Batch<decltype(zero)> b(decode({160}), {1, 1, 128}, 16);
    const DeviceArray<float> scratch("scratch", split_scratch(b.rows(), b.heads, b.max_length, b.dim));
    const Pass pass{"attention_split",
                    [&](const PagedAttention<decltype(zero)>& call) { attention_split(call, scratch.data()); },
                    {}};
    const auto each = sectors<decltype(zero)>(b.max_length * b.dim);
    expect_traffic(b, pass, 1.3, {"keys and values, once a head", 2 * b.heads * each});
  });
}

}  // namespace
}  // namespace radixlab::lab09
