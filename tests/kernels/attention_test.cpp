#include <algorithm>
#include <numeric>

#include "kernels_fixture.hpp"
#include "reference.hpp"

namespace radixlab {
namespace {

using reference::AttentionShape;

/// A sequence in a pool of one layer: pages in random order, and NaN wherever nothing was written.
struct PagedSequence {
  PagedSequence(const AttentionShape& shape, std::size_t positions, std::size_t page_size, std::uint32_t order)
      : pages((positions + page_size - 1) / page_size),
        stride(KvLayer::floats_per_page(shape.kv_heads, shape.head_dim, page_size) + 48),
        buffer((pages.size() + 3) * stride),
        layer{buffer.data(), stride, shape.kv_heads, shape.head_dim, page_size} {
    std::vector<std::uint32_t> all(pages.size() + 3);
    std::iota(all.begin(), all.end(), 0u);
    if (order > 0) std::shuffle(all.begin(), all.end(), std::mt19937(order));
    std::copy_n(all.begin(), pages.size(), pages.begin());
    std::fill_n(buffer.data(), buffer.size(), kNaN);
  }
  std::vector<std::uint32_t> pages;
  std::size_t stride;
  HugeBuffer<float> buffer;
  KvLayer layer;
};

struct Input {
  Input(const AttentionShape& s, std::size_t positions)
      : shape(s),
        q(random_floats(positions * s.heads * s.head_dim, 41, 2)),
        k(random_floats(positions * s.kv_heads * s.head_dim, 42)),
        v(random_floats(positions * s.kv_heads * s.head_dim, 43)) {}
  std::size_t positions() const { return q.size() / (shape.heads * shape.head_dim); }
  std::vector<float> reference() const { return reference::attention(q, k, v, shape); }
  AttentionShape shape;
  std::vector<float> q, k, v;
};

class Attention : public KernelsOf {
 protected:
  /// Writes and attends chunk by chunk, as a prefill does.
  std::vector<float> run(const Input& in, std::size_t page_size, std::size_t chunk, std::size_t threads = 1,
                         std::uint32_t order = 1) {
    ThreadPool pool(threads);
    const Kernels kernels(GetParam(), pool);
    PagedSequence kv(in.shape, in.positions(), page_size, order);
    const std::size_t q_row = in.shape.heads * in.shape.head_dim, k_row = in.shape.kv_heads * in.shape.head_dim;
    std::vector<float> out(in.q.size());
    for (std::size_t start = 0; start < in.positions(); start += chunk) {
      const std::size_t rows = std::min(chunk, in.positions() - start);
      kernels.write_kv(&in.k[start * k_row], &in.v[start * k_row], rows, start, kv.layer, kv.pages);
      kernels.attention(&in.q[start * q_row], rows, start, in.shape.heads, kv.layer, kv.pages, &out[start * q_row]);
    }
    return out;
  }
};
RADIXLAB_FOR_EVERY_ISA(Attention);

TEST_P(Attention, EqualsTheFormulaForEveryGroupAndHeadSize) {
  for (const std::size_t group : {1, 2, 3, 5, 8}) {
    for (const std::size_t dim : {2, 20, 32, 64, 80, 128}) {
      const Input in({3 * group, 3, dim}, 37);
      const auto expected = in.reference();
      for (const std::size_t page_size : {3, 16}) {
        ASSERT_TRUE(same_bits(run(in, page_size, 37), expected)) << group << " heads a KV head, head_dim " << dim;
        ASSERT_TRUE(same_bits(run(in, page_size, 5), expected)) << group << " heads a KV head, head_dim " << dim;
      }
    }
  }
}

TEST_P(Attention, EqualsTheFormulaForEveryPageSizeChunkThreadAndOrder) {
  const Input in({6, 2, 20}, 150);
  const auto expected = in.reference();
  for (const std::size_t page_size : {1, 3, 8, 16, 24, 48, 64}) {
    for (const std::size_t chunk : {1, 7, 30, 64, 150}) {
      for (const std::size_t threads : {1, 2, 3}) {
        ASSERT_TRUE(same_bits(run(in, page_size, chunk, threads, static_cast<std::uint32_t>(threads)), expected))
            << "page size " << page_size << ", chunk " << chunk << ", threads " << threads;
      }
    }
  }
}

TEST_P(Attention, LongSequencesInSmallBlocksOfRows) {
  const Input in({2, 1, 6}, 1100);  // so many positions that a block of rows shrinks
  const auto expected = in.reference();
  EXPECT_TRUE(same_bits(run(in, 16, 1100, 2), expected));
  EXPECT_TRUE(same_bits(run(in, 1, 367, 2), expected));
}

TEST_P(Attention, TinyValuesFlushAlike) {
  Input in({4, 2, 20}, 45);
  in.q = tiny_floats(in.q.size(), 44);
  in.k = tiny_floats(in.k.size(), 45);
  in.v = tiny_floats(in.v.size(), 46);
  EXPECT_TRUE(same_bits(run(in, 16, 45), in.reference()));
  EXPECT_TRUE(same_bits(run(in, 3, 7), in.reference()));
}

TEST_P(Attention, NaNThatIsReadReachesWhoReadsIt) {
  const std::size_t at = 21, dim = 32;
  const Input clean({4, 2, dim}, 40);
  for (const std::size_t page_size : {3, 16}) {
    Input key = clean, value = clean;
    key.k[(at * 2 + 1) * dim + 5] = kNaN;  // KV head 1
    value.v[(at * 2 + 1) * dim + 5] = kNaN;
    const auto expected = clean.reference(), with_key = run(key, page_size, 40), with_value = run(value, page_size, 40);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const bool reads = i / (4 * dim) >= at && i / dim % 4 >= 2;
      ASSERT_EQ(std::isnan(with_key[i]), reads) << i;
      ASSERT_EQ(std::isnan(with_value[i]), reads && i % dim == 5) << i;
      if (reads) continue;
      ASSERT_TRUE(same_bits({&with_key[i], 1}, {&expected[i], 1})) << i;
    }
  }
}

TEST_P(Attention, AMaskedKeyTakesNoPartEvenAsZeroTimesInfinity) {
  Input in({2, 1, 4}, 12);
  const auto clean = in.reference();
  for (std::size_t d = 0; d < 4; ++d) in.v[11 * 4 + d] = kInfinity;  // only the last row sees position 11
  const auto out = run(in, 16, 12);
  EXPECT_TRUE(same_bits(std::span(out).first(11 * 8), std::span(clean).first(11 * 8)));
  EXPECT_EQ(out.back(), kInfinity);
}

TEST_P(Attention, MinusZeroSurvives) {
  Input in({1, 1, 4}, 3);
  std::fill(in.v.begin(), in.v.end(), -0.0f);
  const auto out = run(in, 16, 3);  // fma(p, -0, +0) is +0: the chain begins at +0
  EXPECT_TRUE(same_bits(out, in.reference()));
  EXPECT_FALSE(std::signbit(out[0]));
}

TEST_P(Attention, IsCloseToSoftmaxInDouble) {
  const Input in({6, 2, 64}, 300);
  const auto exact = reference::exact_attention(in.q, in.k, in.v, in.shape);
  const auto out = run(in, 16, 300);
  const float largest =
      std::abs(*std::max_element(in.v.begin(), in.v.end(), [](float a, float b) { return std::abs(a) < std::abs(b); }));
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], exact[i], 0x1p-18 * largest) << i;
}

TEST_P(Attention, WritesKeysAndValuesBitByBitAndNothingElse) {
  ThreadPool pool(1);
  const Kernels kernels(GetParam(), pool);
  const AttentionShape shape{2, 2, 6};
  PagedSequence kv(shape, 8, 4, 1);
  const std::vector<float> before(kv.buffer.data(), kv.buffer.data() + kv.buffer.size());
  auto k = random_floats(2 * 12, 47), v = random_floats(2 * 12, 48);
  k[3] = 0x1p-149f;  // a copy flushes nothing
  kernels.write_kv(k.data(), v.data(), 2, 3, kv.layer, kv.pages);
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    changed += std::bit_cast<std::uint32_t>(before[i]) != std::bit_cast<std::uint32_t>(kv.buffer[i]);
  }
  EXPECT_EQ(changed, k.size() + v.size());
  const float* const first = kv.buffer.data() + kv.pages[0] * kv.stride;  // position 3 is place 3 of page 0
  EXPECT_EQ(std::bit_cast<std::uint32_t>(first[3 * 4 + 3]), 1u);          // head 0, d 3, place 3
  EXPECT_EQ(first[(6 + 5) * 4 + 3], k[11]);
  EXPECT_EQ(first[48 + (1 * 4 + 3) * 16 + 5], v[11]);
  const float* const second = kv.buffer.data() + kv.pages[1] * kv.stride;
  EXPECT_EQ(second[(6 + 1) * 4], k[12 + 7]);
}

TEST_P(Attention, RefusesBadShapes) {
  ThreadPool pool(1);
  const Kernels kernels(GetParam(), pool);
  PagedSequence kv({4, 2, 6}, 8, 4, 1);
  std::vector<float> rows(9 * 24), out(9 * 24);
  EXPECT_THROW(kernels.attention(rows.data(), 9, 0, 4, kv.layer, kv.pages, out.data()), std::invalid_argument);
  EXPECT_THROW(kernels.attention(rows.data(), 1, 0, 3, kv.layer, kv.pages, out.data()), std::invalid_argument);
  EXPECT_THROW(kernels.write_kv(rows.data(), rows.data(), 1, 8, kv.layer, kv.pages), std::invalid_argument);
}

}  // namespace
}  // namespace radixlab
