#include <algorithm>
#include <numeric>
#include <random>

#include "kernels_fixture.hpp"
#include "reference.hpp"

namespace radixlab {
namespace {

using reference::AttentionShape;

template <typename T>
std::vector<T> no_numbers(std::size_t n) {
  return narrow<T>(std::vector<float>(n, kNaN));
}

/// A sequence in a pool of one layer: pages in random order, and NaN wherever nothing was written.
template <typename T>
struct PagedSequence {
  PagedSequence(const AttentionShape& shape, std::size_t positions, std::size_t page_size, std::uint32_t order)
      : pages((positions + page_size - 1) / page_size),
        stride(KvLayer<T>::elements_per_page(shape.kv_heads, shape.head_dim, page_size) + 96),
        buffer((pages.size() + 3) * stride),
        layer{buffer.data(), stride, shape.kv_heads, shape.head_dim, page_size} {
    std::vector<std::uint32_t> all(pages.size() + 3);
    std::iota(all.begin(), all.end(), 0u);
    if (order > 0) std::shuffle(all.begin(), all.end(), std::mt19937(order));
    std::copy_n(all.begin(), pages.size(), pages.begin());
    std::ranges::copy(no_numbers<T>(buffer.size()), buffer.data());
  }
  std::vector<std::uint32_t> pages;
  std::size_t stride;
  HugeBuffer<T> buffer;
  KvLayer<T> layer;
};

template <typename T>
struct Input {
  Input(const AttentionShape& s, std::size_t positions)
      : shape(s),
        q(only<T>(random_floats(positions * s.heads * s.head_dim, 41, 2))),
        k(only<T>(random_floats(positions * s.kv_heads * s.head_dim, 42))),
        v(only<T>(random_floats(positions * s.kv_heads * s.head_dim, 43))) {}
  std::size_t positions() const { return q.size() / (shape.heads * shape.head_dim); }
  std::vector<float> reference() const { return reference::attention<T>(q, k, v, shape); }
  AttentionShape shape;
  std::vector<float> q, k, v;
};

template <typename Where>
class Attention : public KernelsOn<Where> {
 protected:
  using Type = typename Where::Type;

  /// Writes and attends chunk by chunk, as a prefill does.
  std::vector<float> run(const Input<Type>& in, std::size_t page_size, std::size_t chunk, std::size_t threads = 1,
                         std::uint32_t order = 1) {
    ThreadPool pool(threads);
    const Kernels kernels(this->kIsa, pool);
    PagedSequence<Type> kv(in.shape, in.positions(), page_size, order);
    const std::size_t q_row = in.shape.heads * in.shape.head_dim, k_row = in.shape.kv_heads * in.shape.head_dim;
    const auto q = narrow<Type>(in.q), k = narrow<Type>(in.k), v = narrow<Type>(in.v);
    std::vector<Type> out(in.q.size());
    for (std::size_t start = 0; start < in.positions(); start += chunk) {
      const SequenceRows rows[] = {{std::min(chunk, in.positions() - start), start, kv.pages}};
      kernels.write_kv(&k[start * k_row], &v[start * k_row], rows, kv.layer);
      kernels.attention(&q[start * q_row], rows, in.shape.heads, kv.layer, &out[start * q_row]);
    }
    return widen(out);
  }
};
TYPED_TEST_SUITE(Attention, EveryIsaAndType, NameOf);

TYPED_TEST(Attention, EqualsTheFormulaForEveryGroupAndHeadSize) {
  using T = typename TypeParam::Type;
  for (const std::size_t group : sizes({1, 2, 3, 5, 8}, {1, 5})) {
    for (const std::size_t dim : sizes({2, 10, 20, 32, 48, 64, 80, 128}, {2, 10, 48})) {
      const Input<T> in({3 * group, 3, dim}, 37);
      const auto expected = in.reference();
      for (const std::size_t page_size : {3, 16}) {
        ASSERT_TRUE(same_bits(this->run(in, page_size, 37), expected)) << group << " heads a KV head, head_dim " << dim;
        ASSERT_TRUE(same_bits(this->run(in, page_size, 5), expected)) << group << " heads a KV head, head_dim " << dim;
      }
    }
  }
}

// A matrix unit takes a key in blocks of 32 coordinates and values in columns of 16; heads beyond 128 take another way.
TYPED_TEST(Attention, EqualsTheFormulaForEveryHeadSize) {
  using T = typename TypeParam::Type;
  for (std::size_t dim = 2; dim <= 144; dim += sizes({2}, {14})[0]) {
    const Input<T> in({1, 1, dim}, 18);
    ASSERT_TRUE(same_bits(this->run(in, 16, 18), in.reference())) << "head_dim " << dim;
  }
}

TYPED_TEST(Attention, EqualsTheFormulaForEveryPageSizeChunkThreadAndOrder) {
  using T = typename TypeParam::Type;
  const Input<T> in({6, 2, 20}, 150);
  const auto expected = in.reference();
  for (const std::size_t page_size : sizes({1, 3, 4, 8, 16, 24, 40, 48, 64}, {1, 8, 48})) {
    for (const std::size_t chunk : sizes({1, 7, 30, 64, 150}, {7, 64})) {
      for (const std::size_t threads : sizes({1, 2, 3}, {1, 3})) {
        ASSERT_TRUE(same_bits(this->run(in, page_size, chunk, threads, static_cast<std::uint32_t>(threads)), expected))
            << "page size " << page_size << ", chunk " << chunk << ", threads " << threads;
      }
    }
  }
}

// Bfloat16 adds up blocks of 32 positions: around each of their edges, by chunks and by single rows.
TYPED_TEST(Attention, EqualsTheFormulaAroundEachEdgeOfABlock) {
  using T = typename TypeParam::Type;
  for (std::size_t positions = sizes({1}, {30})[0]; positions <= 130; ++positions) {
    if (positions % 32 > 2 && positions % 32 < 30) continue;
    const Input<T> in({4, 2, 48}, positions);
    const auto expected = in.reference();
    for (const std::size_t page_size : {4, 16, 40}) {
      ASSERT_TRUE(same_bits(this->run(in, page_size, positions), expected)) << positions << ", page size " << page_size;
      ASSERT_TRUE(same_bits(this->run(in, page_size, 1), expected)) << positions << ", page size " << page_size;
    }
  }
}

// A last bit of a score or a mix is lost where weights and results are rounded to bfloat16, unless it is made to weigh: by
// scores so large that they are coarse, and values of which little is left.
TYPED_TEST(Attention, EqualsTheFormulaWhereTheOrderOfASumIsSeen) {
  using T = typename TypeParam::Type;
  const std::size_t positions = 100;
  for (const std::size_t dim : {20, 112}) {
    const Input<T> clean({1, 1, dim}, positions);
    Input<T> coarse = clean, cancelling = clean;
    for (std::size_t j = 0; j < positions; ++j) coarse.q[j * dim] = coarse.k[j * dim] = 256;
    std::ranges::fill(cancelling.q, 0.0f);  // all weights are 1
    for (std::size_t i = 0; i < positions / 2 * dim; ++i) {
      float& v = cancelling.v[i];
      v = std::ldexp(v, static_cast<int>(i / dim % 13));
      cancelling.v[(positions - 1 - i / dim) * dim + i % dim] = -v;
    }
    Input<T> in_blocks = cancelling;  // the second block of 32 takes the first away, and the third goes row by row
    in_blocks.v = clean.v;
    for (std::size_t i = 0; i < 32 * dim; ++i) {
      float& v = in_blocks.v[i];
      v = std::ldexp(v, 16);
      in_blocks.v[i + 32 * dim] = -v;
    }
    in_blocks.v[90 * dim + 1] = kInfinity;
    for (const Input<T>& in : {coarse, cancelling, in_blocks}) {
      const auto expected = in.reference();
      ASSERT_TRUE(same_bits(this->run(in, 16, positions), expected)) << "head_dim " << dim;
      ASSERT_TRUE(same_bits(this->run(in, 3, 30), expected)) << "head_dim " << dim;
    }
  }
}

// What a row does not see may be anything, also beside what it sees, in one block; what it sees reaches it.
TYPED_TEST(Attention, NoRowIsTouchedByWhatItDoesNotSee) {
  using T = typename TypeParam::Type;
  const std::size_t dim = 16, positions = 70;
  const Input<T> clean({2, 1, dim}, positions);
  const auto expected = clean.reference();
  for (const float bad : {kNaN, kInfinity}) {
    for (const std::size_t at : {1, 31, 32, 33, 50, 64, 69}) {
      Input<T> in = clean;
      for (std::size_t d = 0; d < dim; ++d) in.v[at * dim + d] = bad;
      for (const std::size_t page_size : {3, 16}) {
        const auto out = this->run(in, page_size, positions);
        for (std::size_t i = 0; i < out.size(); ++i) {
          if (i / (2 * dim) >= at)
            ASSERT_FALSE(std::isfinite(out[i])) << "position " << i / (2 * dim) << " sees " << at;
          else
            ASSERT_TRUE(same_bits({&out[i], 1}, {&expected[i], 1})) << "position " << i / (2 * dim) << ", not " << at;
        }
      }
    }
  }
}

// The same far behind the first position, at even and odd ones, in each column of 16 coordinates.
TYPED_TEST(Attention, ValuesThatAreNotFiniteReachWhoSeesThemAlone) {
  using T = typename TypeParam::Type;
  const std::size_t dim = 48;
  Input<T> in({1, 1, dim}, 330);
  struct Bad {
    std::size_t position, coordinate;
    float value;
  };
  for (const Bad& bad : std::vector<Bad>{{30, 1, kInfinity},
                                         {47, 20, -kInfinity},
                                         {100, 2, kNaN},
                                         {255, 33, kInfinity},
                                         {258, 47, kNaN},
                                         {301, 40, kInfinity},
                                         {328, 17, -kInfinity}})
    in.v[bad.position * dim + bad.coordinate] = bad.value;
  const auto expected = in.reference();
  EXPECT_TRUE(same_bits(this->run(in, 16, 330), expected));
  EXPECT_TRUE(same_bits(this->run(in, 3, 70), expected));
}

TYPED_TEST(Attention, LongSequencesInSmallBlocksOfRows) {
  using T = typename TypeParam::Type;
  const Input<T> in({2, 1, 6}, 1100);  // so many positions that a block of rows shrinks
  const auto expected = in.reference();
  EXPECT_TRUE(same_bits(this->run(in, 16, 1100, 2), expected));
  EXPECT_TRUE(same_bits(this->run(in, 1, 367, 2), expected));
}

TYPED_TEST(Attention, TinyAndHugeValuesEndAlike) {
  using T = typename TypeParam::Type;
  Input<T> in({4, 2, 20}, 45);
  for (const auto keys : {tiny_floats, huge_floats}) {
    for (const auto values : {tiny_floats, huge_floats}) {
      in.q = only<T>(tiny_floats(in.q.size(), 44));
      in.k = only<T>(keys(in.k.size(), 45));
      in.v = only<T>(values(in.v.size(), 46));
      EXPECT_TRUE(same_bits(this->run(in, 16, 45), in.reference()));
      EXPECT_TRUE(same_bits(this->run(in, 3, 7), in.reference()));
    }
  }
}

TYPED_TEST(Attention, NaNThatIsReadReachesWhoReadsIt) {
  using T = typename TypeParam::Type;
  const std::size_t at = 21, dim = 32;
  const Input<T> clean({4, 2, dim}, 40);
  for (const std::size_t page_size : {3, 16}) {
    Input<T> key = clean, value = clean;
    key.k[(at * 2 + 1) * dim + 5] = kNaN;  // KV head 1
    value.v[(at * 2 + 1) * dim + 5] = kNaN;
    const auto with_key = this->run(key, page_size, 40), with_value = this->run(value, page_size, 40);
    const auto expected = clean.reference();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const bool reads = i / (4 * dim) >= at && i / dim % 4 >= 2;
      ASSERT_EQ(std::isnan(with_key[i]), reads) << i;
      ASSERT_EQ(std::isnan(with_value[i]), reads && i % dim == 5) << i;
      if (reads) continue;
      ASSERT_TRUE(same_bits({&with_key[i], 1}, {&expected[i], 1})) << i;
    }
  }
}

TYPED_TEST(Attention, AMaskedKeyTakesNoPartEvenAsZeroTimesInfinity) {
  using T = typename TypeParam::Type;
  Input<T> in({2, 1, 4}, 12);
  const auto clean = in.reference();
  for (std::size_t d = 0; d < 4; ++d) in.v[11 * 4 + d] = kInfinity;  // only the last row sees position 11
  const auto out = this->run(in, 16, 12);
  EXPECT_TRUE(same_bits(std::span(out).first(11 * 8), std::span(clean).first(11 * 8)));
  EXPECT_EQ(out.back(), kInfinity);
}

// What fills a block of 32 coordinates up is +0 on both sides: it makes no NaN of an infinity that it stands beside.
TYPED_TEST(Attention, AKeyOfMinusInfinityHasNoWeight) {
  using T = typename TypeParam::Type;
  for (const std::size_t dim : {2, 6, 10, 34, 48, 50}) {
    for (const std::size_t from_last : {1, 2}) {
      Input<T> in({1, 1, dim}, 20);
      for (float& q : in.q) q = std::abs(q);
      in.k[3 * dim + dim - from_last] = -kInfinity;
      for (const std::size_t page_size : {3, 16}) {
        const auto out = this->run(in, page_size, 20);
        ASSERT_TRUE(same_bits(out, in.reference())) << "head_dim " << dim << ", " << from_last << ". from the last";
        ASSERT_TRUE(std::isfinite(out.back()));
      }
    }
  }
}

TYPED_TEST(Attention, MinusZeroSurvives) {
  using T = typename TypeParam::Type;
  Input<T> in({1, 1, 4}, 3);
  std::fill(in.v.begin(), in.v.end(), -0.0f);
  const auto out = this->run(in, 16, 3);  // fma(p, -0, +0) is +0: the chain begins at +0
  EXPECT_TRUE(same_bits(out, in.reference()));
  EXPECT_FALSE(std::signbit(out[0]));
}

TYPED_TEST(Attention, ABFloat16MixThatFlushesToMinusZeroEndsAsPlusZero) {
  using T = typename TypeParam::Type;
  const std::size_t last = 32;  // alone in its block
  Input<T> in({1, 1, 4}, last + 1);
  std::fill(in.q.begin(), in.q.end(), 0.0f);  // all weights are 1
  std::fill(in.v.begin(), in.v.end(), 0.0f);
  in.v[0] = 0x1.8p-126f;
  in.v[last * 4] = -0x1.cp-126f;
  for (const std::size_t chunk : {std::size_t{1}, last + 1}) {
    const auto out = this->run(in, 16, chunk);
    EXPECT_TRUE(same_bits(out, in.reference()));
    EXPECT_EQ(out[last * 4], 0.0f);
    EXPECT_EQ(std::signbit(out[last * 4]), (std::is_same_v<T, float>));
  }
}

TYPED_TEST(Attention, IsCloseToSoftmaxInDouble) {
  using T = typename TypeParam::Type;
  const bool is_float = std::is_same_v<T, float>;
  const Input<T> in({6, 2, 64}, 300);
  const auto exact = reference::exact_attention(in.q, in.k, in.v, in.shape);
  const auto of_rounded = reference::exact_mix<T>(in.q, in.k, in.v, in.shape);
  const auto out = this->run(in, 16, 300);
  const float largest =
      std::abs(*std::max_element(in.v.begin(), in.v.end(), [](float a, float b) { return std::abs(a) < std::abs(b); }));
  for (std::size_t i = 0; i < out.size(); ++i) {
    ASSERT_NEAR(out[i], exact[i], (is_float ? 0x1p-18 : 0x1p-8) * largest) << i;
    ASSERT_NEAR(out[i], of_rounded[i], 0x1p-18 * largest + (is_float ? 0 : 0x1p-8 * std::abs(of_rounded[i]))) << i;
  }
}

TYPED_TEST(Attention, WritesKeysAndValuesBitByBitAndNothingElse) {
  using T = typename TypeParam::Type;
  ThreadPool pool(1);
  const Kernels kernels(this->kIsa, pool);
  PagedSequence<T> kv({2, 2, 6}, 8, 4, 1);
  const std::vector<T> before(kv.buffer.data(), kv.buffer.data() + kv.buffer.size());
  auto k = narrow<T>(random_floats(2 * 12, 47)), v = narrow<T>(random_floats(2 * 12, 48));
  assign(k[3], 0x1p-133f);  // a copy flushes nothing
  const SequenceRows written[] = {{2, 3, kv.pages}};
  kernels.write_kv(k.data(), v.data(), written, kv.layer);
  const auto bits = [](T value) { return std::bit_cast<std::uint32_t>(widened(value)); };
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) changed += bits(before[i]) != bits(kv.buffer[i]);
  EXPECT_EQ(changed, k.size() + v.size());
  const T* const first = kv.buffer.data() + kv.pages[0] * kv.stride;  // position 3 is place 3 of page 0
  const T* const second = kv.buffer.data() + kv.pages[1] * kv.stride;
  EXPECT_EQ(bits(k[3]), 1u << 16);
  if constexpr (std::is_same_v<T, float>) {
    EXPECT_EQ(bits(first[3 * 4 + 3]), bits(k[3]));         // head 0, d 3, place 3
    EXPECT_EQ(bits(first[(6 + 5) * 4 + 3]), bits(k[11]));  // head 1, d 5
    EXPECT_EQ(bits(second[(6 + 1) * 4]), bits(k[12 + 7]));
    EXPECT_EQ(bits(first[48 + (1 * 4 + 3) * 16 + 5]), bits(v[11]));
  } else {
    EXPECT_EQ(bits(first[(1 * 4 + 3) * 2 + 1]), bits(k[3]));         // head 0, odd one of pair 1, place 3
    EXPECT_EQ(bits(first[((3 + 2) * 4 + 3) * 2 + 1]), bits(k[11]));  // head 1, odd one of pair 2
    EXPECT_EQ(bits(first[((3 + 2) * 4 + 3) * 2]), bits(k[10]));
    EXPECT_EQ(bits(second[(3 + 0) * 4 * 2 + 1]), bits(k[12 + 7]));
    EXPECT_EQ(bits(first[64 + (1 * 4 + 3) * 16 + 5]), bits(v[11]));  // 128 bytes: the values' section
  }
}

// A sanitizer sees no tile load.
TYPED_TEST(Attention, ReadsAndWritesNothingBesideItsOperands) {
  using T = typename TypeParam::Type;
  ThreadPool pool(1);
  const Kernels kernels(this->kIsa, pool);
  const std::size_t positions = 40;
  for (const std::size_t dim : {2, 48, 64}) {
    const Input<T> in({3, 1, dim}, positions);
    for (const std::size_t page_size : {4, 16}) {
      std::vector<std::uint32_t> pages((positions + page_size - 1) / page_size);
      std::iota(pages.begin(), pages.end(), 0u);
      const std::size_t stride = KvLayer<T>::elements_per_page(1, dim, page_size);
      const SequenceRows rows[] = {{positions, 0, pages}};
      for (const Guarded at : {Guarded::in_front, Guarded::behind}) {
        const GuardedArray<T> q(in.q.size(), at), out(in.q.size(), at), kv(pages.size() * stride, at);
        std::ranges::copy(narrow<T>(in.q), q.data());
        const KvLayer<T> layer{kv.data(), stride, 1, dim, page_size};
        kernels.write_kv(narrow<T>(in.k).data(), narrow<T>(in.v).data(), rows, layer);
        kernels.attention(q.data(), rows, 3, layer, out.data());
        const std::vector<T> got(out.data(), out.data() + in.q.size());
        ASSERT_TRUE(same_bits(widen(got), in.reference())) << "head_dim " << dim << ", page size " << page_size;
      }
    }
  }
}

TYPED_TEST(Attention, TheScratchThatItAsksForIsEnoughAndMayHoldAnything) {
  using T = typename TypeParam::Type;
  const TypeTable<T>& table = type_table<T>(this->kIsa);
  const std::size_t positions = 300, start = 280, rows = positions - start, heads = 2, page_size = 16;
  for (const std::size_t dim : {20, 48, 144}) {
    const Input<T> in({heads, 1, dim}, positions);
    const auto expected = this->run(in, page_size, positions);
    PagedSequence<T> kv(in.shape, positions, page_size, 1);
    ThreadPool pool(1);
    const SequenceRows all[] = {{positions, 0, kv.pages}};
    Kernels(this->kIsa, pool).write_kv(narrow<T>(in.k).data(), narrow<T>(in.v).data(), all, kv.layer);
    const auto q = narrow<T>({in.q.begin() + static_cast<std::ptrdiff_t>(start * heads * dim), in.q.end()});
    std::vector<T> out(q.size());
    const AttentionArgs<T> args{q.data(),
                                out.data(),
                                rows,
                                start,
                                heads,
                                kv.layer,
                                kv.pages.data(),
                                nullptr,
                                (positions + 15) / 16,
                                1.0f / std::sqrt(static_cast<float>(dim))};
    for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, 21}, {21, 39}, {39, 40}}) {
      const NoNumbers scratch(table.attention_scratch(args, end - begin));
      table.attention(args, 0, begin, end, scratch.data());
    }
    ASSERT_TRUE(same_bits(widen(out), std::span(expected).subspan(start * heads * dim))) << "head_dim " << dim;
  }
}

TYPED_TEST(Attention, RefusesBadShapes) {
  using T = typename TypeParam::Type;
  ThreadPool pool(1);
  const Kernels kernels(this->kIsa, pool);
  PagedSequence<T> kv({4, 2, 6}, 8, 4, 1);
  const std::vector<T> in(9 * 24);
  std::vector<T> out(9 * 24);
  const SequenceRows nine[] = {{9, 0, kv.pages}}, first[] = {{1, 0, kv.pages}}, ninth[] = {{1, 8, kv.pages}};
  EXPECT_THROW(kernels.attention(in.data(), nine, 4, kv.layer, out.data()), std::invalid_argument);
  EXPECT_THROW(kernels.attention(in.data(), first, 3, kv.layer, out.data()), std::invalid_argument);
  EXPECT_THROW(kernels.write_kv(in.data(), in.data(), ninth, kv.layer), std::invalid_argument);
}

}  // namespace
}  // namespace radixlab
