// Chapter 09, task 9.5: splits of 256 positions, online softmax in each, merged in order. Near the exact ones, and the same bits
// whatever lies beside a row.
#include "passes.hpp"

namespace radixlab::lab09 {
namespace {

/// Outputs; empty where the kernel has a fault.
template <class T>
std::vector<float> split(Batch<T>& b) {
  OnDevice<T> device(b);
  const DeviceArray<float> scratch("scratch", split_scratch(b.rows(), b.heads, b.max_length, b.dim));
  PagedAttention<T> call = device.call();
  call.scores = call.inverse_sums = nullptr;  // it reads neither
  return ran(b.name(), [&] { attention_split(call, scratch.data()); }) ? device.out() : std::vector<float>();
}

/// The largest value that a row and head reads.
template <class T>
float largest_value(const Batch<T>& b, int row, int head) {
  const Sight of = b.sight(row, head);
  float largest = 0;
  for (int j = 0; j < of.length; ++j)
    for (int d = 0; d < b.dim; ++d) largest = std::max(largest, std::fabs(b.value(of.sequence, of.kv_head, j, d)));
  return largest;
}

/// What can be left as it is when a larger maximum comes: the sum of weights, their mix or both, at a tile or when splits are merged.
struct Forgotten {
  bool at_tiles, sum, mix;
};
constexpr Forgotten kForgotten[] = {{true, true, false},  {true, false, true},  {true, true, true},
                                    {false, true, false}, {false, false, true}, {false, true, true}};

/// Coordinate d of a row and head, if that is forgotten.
template <class T>
float forgetting(const Batch<T>& b, int row, int head, int d, const Forgotten& what) {
  const Sight of = b.sight(row, head);
  const std::vector<float> s = b.scores(row, head, of);
  const float all = *std::ranges::max_element(s);
  double sum = 0, mix = 0;
  for (int begin = 0; begin < of.length; begin += kSplit) {
    const int end = std::min(begin + kSplit, of.length);
    const float split = *std::max_element(&s[begin], &s[begin] + (end - begin));
    float running = -kInfinity;
    for (int j = begin; j < end; ++j) {
      if (j % 32 == 0) running = std::max(running, *std::max_element(&s[j], &s[j] + std::min(32, end - j)));
      const double right = std::exp(s[j] - all),
                   wrong = std::exp(s[j] - (what.at_tiles ? running - split + all : split));
      sum += what.sum ? wrong : right;
      mix += (what.mix ? wrong : right) * b.value(of.sequence, of.kv_head, j, d);
    }
  }
  return static_cast<float>(mix / sum);
}

/// Coordinate d of a row and head, if each lane that has no key in the last tile has a weight of 1 there, or a score of 0.
template <class T>
float with_missing_keys(const Batch<T>& b, int row, int head, int d, bool weigh_one) {
  const Sight of = b.sight(row, head);
  const std::vector<float> s = b.scores(row, head, of);
  const float all = *std::ranges::max_element(s),
              last = *std::max_element(s.end() - (of.length - 1) % kSplit - 1, s.end());
  const int missing = (32 - of.length % 32) % 32;
  double sum = missing * std::exp(double(weigh_one ? last : 0) - all), mix = 0;
  for (int j = 0; j < of.length; ++j) {
    sum += std::exp(double(s[j]) - all);
    mix += std::exp(double(s[j]) - all) * b.value(of.sequence, of.kv_head, j, d);
  }
  return static_cast<float>(mix / sum);
}

/// Why an output of float32 may be `got`. In bfloat16 the bound is too wide to tell.
template <class T>
std::string why_split(const Batch<T>& b, int r, int h, int d, float got, float bound) {
  const bool tell = sizeof(T) == 4 && b.length[r] > 0;
  for (const Forgotten& what : kForgotten)
    if (tell && std::fabs(got - forgetting(b, r, h, d, what)) <= bound)
      return std::string("; that is what comes if the ") +
             (!what.mix   ? "sum of weights is"
              : !what.sum ? "mix is"
                          : "sum of weights and the mix are") +
             " not scaled down " +
             (what.at_tiles ? "when a tile has a larger score" : "to the largest score of all when splits are merged");
  for (const bool weigh_one : {true, false})
    if (tell && std::fabs(got - with_missing_keys(b, r, h, d, weigh_one)) <= bound)
      return std::string("; that is what comes if a lane without a key has ") +
             (weigh_one ? "a weight of 1" : "a score of 0: exp(0 - maximum) is not 0");
  for (Sight first = {b.sequence[r], b.kv_head_of(h), kSplit}; sizeof(T) == 4 && first.length < b.length[r];
       first.length += kSplit)
    if (std::fabs(got - b.attention(r, h, first, d)) <= bound)
      return "; that is what the first " + std::to_string(first.length) + " keys give: what of the other splits?";
  return InWords<T>(b, sizeof(T) == 4 ? bound : 0).why_mix(r, h, got, [&](const Sight& of) {
    return b.attention(r, h, of, d);
  });
}

template <class T>
void expect_within_the_bound(Batch<T>& b) {
  if (testing::Test::HasFailure()) return;
  const std::vector<float> got = split(b), exact = b.on_cpu();
  if (got.size() != exact.size()) return;
  const float part = sizeof(T) == 4 ? 0x1p-18f : 0x1p-7f;
  const InWords<T> words(b);
  for (int r = 0; r < b.rows(); ++r)
    for (int h = 0; h < b.heads; ++h) {
      const float bound = part * largest_value(b, r, h);
      for (int d = 0; d < b.dim; ++d) {
        const std::size_t i = b.item(r, h) * b.dim + d;
        ASSERT_LE(std::fabs(got[i] - exact[i]), bound)
            << words.differs(r, h, ", coordinate " + std::to_string(d), got[i], exact[i]) << " within " << number(bound)
            << why_split(b, r, h, d, got[i], bound) << " [attention_split: " << b.name() << ", splits of " << kSplit
            << "]";
      }
    }
}

TEST(Lab09Split, T5_OfAnyLength) {
  in_both_types([](auto zero) {
    Batch<decltype(zero)> b(decode({1, 2, 31, 32, 33, 63, 64, 65, 255, 256, 257, 513}), {1, 1, 10}, 16);
    expect_within_the_bound(b);
  });
}

TEST(Lab09Split, T5_OfAnyPageSize) {
  in_both_types([](auto zero) {
    for (const std::size_t page : {1, 3, 16}) {
      Batch<decltype(zero)> b(kRagged, {4, 2, 10}, page);
      expect_within_the_bound(b);
    }
  });
}

TEST(Lab09Split, T5_OfAnyHeadDim) {
  in_both_types([](auto zero) {
    for (const std::size_t dim : {2, 32, 34, 64, 66}) {
      Batch<decltype(zero)> b({{1, 40}, {1, 2}}, {2, 1, dim}, 3);
      expect_within_the_bound(b);
    }
  });
}

TEST(Lab09Split, T5_OfAnyGroup) {
  in_both_types([](auto zero) {
    for (const Heads& heads : {Heads{2, 2, 10}, {6, 2, 10}, {8, 1, 10}, {18, 2, 10}}) {
      Batch<decltype(zero)> b({{1, 34}, {1, 4}}, heads, 4);
      expect_within_the_bound(b);
    }
  });
}

// The largest score comes last or first, so that all before it, or all behind it, weigh next to nothing.
TEST(Lab09Split, T5_OfRisingAndFallingScores) {
  in_both_types([](auto zero) {
    for (const float sign : {1.0f, -1.0f}) {
      Batch<decltype(zero)> b(decode({70, 300}), {1, 1, 2}, 16);
      std::ranges::fill(b.q, 1.0f);
      for (int s = 0; s < 2; ++s)
        for (int j = 0; j < b.positions(s); ++j)
          b.key(s, 0, j, 0) = sign * static_cast<float>(j) / 16, b.key(s, 0, j, 1) = 0;
      b.k = only<decltype(zero)>(b.k);
      expect_within_the_bound(b);
    }
  });
}

/// Coordinate d of a row and head, in double.
template <class T>
double in_double(const Batch<T>& b, int row, int head, int d) {
  const Sight of = b.sight(row, head);
  const std::vector<float> scores = b.scores(row, head, of);
  const double largest = *std::ranges::max_element(scores);
  double sum = 0, mix = 0;
  for (int j = 0; j < of.length; ++j) {
    const double weight = std::exp(scores[j] - largest);
    sum += weight, mix += weight * b.value(of.sequence, of.kv_head, j, d);
  }
  return mix / sum;
}

// Only the output is rounded to T. In bfloat16 the bound on it is too wide to tell.
TEST(Lab09Split, T5_WeightsStayFloats) {
  in_both_types([]<class T>(T) {
    Batch<T> b(decode({9, 40, 300}), {2, 1, 10}, 16);
    const std::vector<float> got = split(b);
    for (int r = 0; r < b.rows() && !got.empty(); ++r)
      for (int h = 0; h < b.heads; ++h)
        for (int d = 0; d < b.dim; ++d) {
          const double right = in_double(b, r, h, d), near = 0x1p-18 * largest_value(b, r, h);
          const float x = got[b.item(r, h) * b.dim + d],
                      least = reference::rounded<T>(static_cast<float>(right - near)),
                      most = reference::rounded<T>(static_cast<float>(right + near));
          ASSERT_TRUE(least <= x && x <= most)
              << InWords(b).row(r) << ", head " << h << ", coordinate " << d << ": got " << number(x) << ", expected "
              << number(least) << " to " << number(most)
              << ": is a weight rounded to bfloat16? [attention_split: " << b.name() << "]";
        }
  });
}

// No score is near 0: a maximum that begins at 0 leaves no weight that is more than 0. Each score is one product, which no order
// changes.
TEST(Lab09Split, T5_OfLowScores) {
  in_both_types([](auto zero) {
    for (const float query : {1.0f, 32.0f}) {
      Batch<decltype(zero)> b(decode({5, 40, 300}), {1, 1, 10}, 16);
      for (std::size_t i = 0; i < b.q.size(); ++i) b.q[i] = i % 10 == 0 ? query : 0.0f;
      for (int s = 0; s < 3; ++s)
        for (int j = 0; j < b.positions(s); ++j) b.key(s, 0, j, 0) = static_cast<float>(-1024 - 8 * (j % 3));
      expect_within_the_bound(b);
    }
  });
}

TEST(Lab09Split, T5_OfWhatIsSeen) {
  in_both_types([](auto zero) {
    Batch<decltype(zero)> b({{3, 28}, {3, 254}}, {2, 1, 10}, 16);
    for (int s = 0; s < 2; ++s)
      for (int d = 0; d < b.dim; ++d)
        for (int j = b.positions(s) - 2; j < b.positions(s); ++j) b.key(s, 0, j, d) = b.value(s, 0, j, d) = kNaN;
    const std::vector<float> got = split(b), exact = b.on_cpu();
    for (const int r : {0, 3}) {  // the first row of each chunk sees none of them
      for (int i = 0; i < b.heads * b.dim && !got.empty(); ++i)
        ASSERT_FALSE(std::isnan(got[r * b.heads * b.dim + i]))
            << InWords(b).row(r) << ": is NaN, which lies behind its length (K1) [attention_split: " << b.name() << "]";
    }
  });
}

// A key scores so low that it weighs 0, and its value is NaN: 0 times NaN is NaN, and no key that a row sees is left out (K3).
TEST(Lab09Split, T5_WeightsOfZeroTakePart) {
  in_both_types([](auto zero) {
    for (const int position : {5, 38, 299}) {
      Batch<decltype(zero)> b(decode({300}), {1, 1, 10}, 16);
      std::ranges::fill(b.q, 1.0f);
      b.key(0, 0, position, 0) = -1024, b.value(0, 0, position, 3) = kNaN;
      const std::vector<float> got = split(b);
      for (int d = 0; d < b.dim && !got.empty(); ++d)
        ASSERT_EQ(std::isnan(got[d]), d == 3)
            << "key " << position << " weighs 0, and coordinate 3 of its value is NaN: coordinate " << d << " is "
            << number(got[d]) << " (K3) [attention_split: " << b.name() << "]";
    }
  });
}

TEST(Lab09Split, T5_PaddingGivesZeros) {
  in_both_types([](auto zero) {
    using Some = Batch<decltype(zero)>;
    Some b(kRagged, {4, 2, 10}, 16, Some::Padding::between);
    expect_within_the_bound(b);
    const std::vector<float> got = split(b);
    for (int r = 0; r < b.rows() && !got.empty(); ++r)
      for (int i = 0; i < b.heads * b.dim && b.length[r] == 0; ++i)
        ASSERT_TRUE(same(got[r * b.heads * b.dim + i], 0))
            << InWords(b).row(r) << ": got " << number(got[r * b.heads * b.dim + i]) << ", expected 0: 0 / 0 is NaN";
    Some nothing({{0, 0}}, {4, 2, 10}, 16), alone({{0, 3}}, {4, 2, 10}, 16, Some::Padding::between);
    expect_within_the_bound(nothing);
    expect_within_the_bound(alone);
  });
}

/// The same rows give the same bits, wherever row 0 of `b` stands in `other` (K2).
template <class T>
void expect_same_bits(const std::vector<float>& got, Batch<T>& b, int row, const std::vector<float>& expected,
                      const std::string& what) {
  if (testing::Test::HasFailure() || got.empty() || expected.empty()) return;
  for (int i = 0; i < b.heads * b.dim; ++i) {
    const float x = got[row * b.heads * b.dim + i];
    ASSERT_TRUE(same(x, expected[i])) << InWords(b).row(row) << ", head " << i / b.dim << ", coordinate " << i % b.dim
                                      << ": got " << number(x) << ", and " << number(expected[i]) << " " << what
                                      << ": the same keys, so the same bits (K2) [attention_split: " << b.name() << "]";
  }
}

constexpr std::size_t kAlone = 300;  // keys of the row that is looked at

TEST(Lab09Split, T5_SameBitsForEveryPageSize) {
  in_both_types([](auto zero) {
    using Some = Batch<decltype(zero)>;
    Some alone(decode({kAlone}), {1, 1, 10}, 16);
    const std::vector<float> expected = split(alone);
    for (const std::size_t page : {1, 3, 40, 300}) {
      Some b(decode({kAlone}), {1, 1, 10}, page);
      expect_same_bits(split(b), b, 0, expected, "with pages of 16");
    }
  });
}

TEST(Lab09Split, T5_SameBitsBesideOthers) {
  in_both_types([](auto zero) {
    using Some = Batch<decltype(zero)>;
    Some alone(decode({kAlone}), {2, 1, 10}, 16);
    const std::vector<float> expected = split(alone);
    Some batch(decode({kAlone, 600, 5}), {2, 1, 10}, 16);
    std::ranges::copy(alone.k, batch.k.begin());
    std::ranges::copy(alone.v, batch.v.begin());
    std::ranges::copy(alone.q, batch.q.begin());
    expect_same_bits(split(batch), batch, 0, expected, "alone");
  });
}

TEST(Lab09Split, T5_SameBitsInEveryChunk) {
  in_both_types([](auto zero) {
    using Some = Batch<decltype(zero)>;
    Some alone(decode({kAlone}), {2, 1, 10}, 16);
    const std::vector<float> expected = split(alone);
    for (const std::size_t rows : {2, 3}) {
      Some chunk({{rows, kAlone - rows}}, {2, 1, 10}, 16);
      std::ranges::copy(alone.q, chunk.q.end() - static_cast<std::ptrdiff_t>(alone.q.size()));
      expect_same_bits(split(chunk), chunk, static_cast<int>(rows) - 1, expected, "as a chunk of one row");
    }
  });
}

TEST(Lab09Split, T5_SameBitsInAnyOrder) {
  in_both_types([](auto zero) {
    using Some = Batch<decltype(zero)>;
    Some b(decode({kAlone}), {1, 1, 10}, 16);
    const std::vector<float> expected = split(b);
    for (const std::uint64_t seed : {1, 2, 3}) {
      const ScheduleSeed order(seed);
      expect_same_bits(split(b), b, 0, expected, "in another order of threads");
    }
  });
}

}  // namespace
}  // namespace radixlab::lab09
