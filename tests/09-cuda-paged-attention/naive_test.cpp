// Chapter 09, task 9.1: one row of one request, whose keys and values lie in one piece.
#include "in_words.hpp"

namespace radixlab::lab09 {
namespace {

/// A batch of one row over one page, whose keys and values are copied to where rung 1 wants them.
template <class T>
void check_naive(Batch<T>& b) {
  if (testing::Test::HasFailure()) return;
  const DeviceArray<T> q("q", narrow<T>(b.q)), k("k", narrow<T>(b.k)), v("v", narrow<T>(b.v)), out("out", b.q.size());
  const DeviceArray<float> scratch("scratch", std::size_t(b.heads) * (b.max_length + 1));
  if (!ran(b.name(), [&] {
        attention_naive(q.data(), k.data(), v.data(), {b.heads, b.kv_heads, b.dim}, b.max_length, scratch.data(),
                        out.data());
      }))
    return;
  expect_out(b, widen(out.values()), b.on_cpu(), "attention_naive",
             [&](int r, int h, const Sight& of, int d) { return b.attention(r, h, of, d); });
}

template <class T>
Batch<T> one_row(std::size_t length, const Heads& heads) {
  return {{{1, length - 1}}, heads, length};
}

TEST(Lab09Naive, T1_OneKey) {
  in_both_types([](auto zero) {
    auto b = one_row<decltype(zero)>(1, {4, 2, 10});
    check_naive(b);
  });
}

TEST(Lab09Naive, T1_AnyLength) {
  in_both_types([](auto zero) {
    for (const std::size_t length : {2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130}) {
      auto b = one_row<decltype(zero)>(length, {2, 1, 6});
      check_naive(b);
    }
  });
}

TEST(Lab09Naive, T1_AnyHeadDim) {
  in_both_types([](auto zero) {
    for (const std::size_t dim : {2, 10, 32, 34, 64, 66, 130}) {
      auto b = one_row<decltype(zero)>(9, {2, 1, dim});
      check_naive(b);
    }
  });
}

TEST(Lab09Naive, T1_HeadsShareTheirKVHead) {
  in_both_types([](auto zero) {
    for (const Heads& heads : {Heads{2, 2, 10}, {6, 2, 10}, {12, 3, 10}, {8, 1, 10}, {18, 2, 10}, {70, 7, 2}}) {
      auto b = one_row<decltype(zero)>(20, heads);
      check_naive(b);
    }
  });
}

TEST(Lab09Naive, T1_NaNAndInfinityTakePart) {
  in_both_types([](auto zero) {
    for (const float special : {kNaN, kInfinity, -kInfinity})
      for (const int position : {0, 1, 16, 18}) {
        auto b = one_row<decltype(zero)>(19, {2, 1, 10});
        b.key(0, 0, position, 3) = special;
        check_naive(b);
        b.key(0, 0, position, 3) = 1;
        b.value(0, 0, position, 3) = special;
        check_naive(b);
        b.q[4] = special;
        check_naive(b);
      }
  });
}

// Two keys score so low that they weigh 0: 0 times NaN or infinity is NaN (K3).
TEST(Lab09Naive, T1_WeightsOfZeroTakePart) {
  in_both_types([](auto zero) {
    for (const float special : {kNaN, kInfinity, -kInfinity}) {
      auto b = one_row<decltype(zero)>(40, {1, 1, 10});
      std::ranges::fill(b.q, 1.0f);
      for (const int j : {5, 38}) b.key(0, 0, j, 0) = -1024, b.value(0, 0, j, j % 2) = special;
      check_naive(b);
    }
  });
}

// No score is near 0: the maximum is that of the scores alone.
TEST(Lab09Naive, T1_LowScores) {
  in_both_types([](auto zero) {
    auto b = one_row<decltype(zero)>(40, {1, 1, 10});
    std::ranges::fill(b.q, 1.0f);
    for (int j = 0; j < 40; ++j) b.key(0, 0, j, 0) = -0x1p15f;
    check_naive(b);
  });
}

TEST(Lab09Naive, T1_NoMinusZero) {  // two values leave a negative denormal, which is flushed to -0: bfloat16 adds +0
  in_both_types([](auto zero) {
    auto b = one_row<decltype(zero)>(40, {1, 1, 2});
    std::ranges::fill(b.q, 0.0f), std::ranges::fill(b.v, 0.0f);
    b.value(0, 0, 0, 0) = 0x1.8p-126f, b.value(0, 0, 32, 0) = -0x1.cp-126f;
    check_naive(b);
  });
}

TEST(Lab09Naive, T1_ThreadsInAnyOrder) {
  in_both_types([](auto zero) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      const ScheduleSeed order(seed);
      auto b = one_row<decltype(zero)>(70, {4, 2, 10});
      check_naive(b);
    }
  });
}

}  // namespace
}  // namespace radixlab::lab09
