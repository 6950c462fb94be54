#include "kernels_fixture.hpp"
#include "reference.hpp"

namespace radixlab {
namespace {

class Linear : public KernelsOf {
 protected:
  std::vector<float> run(const std::vector<float>& x, const std::vector<float>& w, std::size_t rows, std::size_t k,
                         std::size_t n, std::size_t threads = 1) {
    ThreadPool pool(threads);
    PackedMatrix packed(n, k);
    packed.pack(w);
    std::vector<float> y(rows * n + 16, 77.0f);
    Kernels(GetParam(), pool).linear(x.data(), rows, packed, y.data());
    for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(y[rows * n + i], 77.0f) << "wrote behind y";
    y.resize(rows * n);
    return y;
  }
};
RADIXLAB_FOR_EVERY_ISA(Linear);

TEST_P(Linear, EqualsTheChainForEveryShapeAndThreadCount) {
  for (const auto& [k, n] : {std::pair<std::size_t, std::size_t>{1, 1},
                             {7, 5},
                             {17, 33},
                             {64, 64},
                             {101, 67},
                             {127, 131},
                             {30, 331},
                             {0, 9}}) {
    for (const std::size_t rows : {1, 2, 3, 4, 5, 6, 7, 13, 31}) {
      const auto x = random_floats(rows * k, 1), w = random_floats(n * k, 2);
      const auto expected = reference::linear(x, w, rows, k, n);
      for (const std::size_t threads : {1, 2, 3}) {
        ASSERT_TRUE(same_bits(run(x, w, rows, k, n, threads), expected))
            << "rows " << rows << ", k " << k << ", n " << n << ", threads " << threads;
      }
    }
  }
}

TEST_P(Linear, ChainsGoOnAcrossBlocksOfInputsAndRows) {
  const std::size_t rows = 263, k = 2087, n = 19;  // more of both than a block
  const auto x = random_floats(rows * k, 3), w = random_floats(n * k, 4);
  EXPECT_TRUE(same_bits(run(x, w, rows, k, n, 2), reference::linear(x, w, rows, k, n)));
}

TEST_P(Linear, ARowDoesNotDependOnTheOthers) {
  const std::size_t rows = 29, k = 53, n = 71;
  const auto x = random_floats(rows * k, 5), w = random_floats(n * k, 6);
  const auto all = run(x, w, rows, k, n);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::vector<float> one(x.begin() + r * k, x.begin() + (r + 1) * k);
    ASSERT_TRUE(same_bits(run(one, w, 1, k, n), std::span(all).subspan(r * n, n))) << "row " << r;
  }
}

TEST_P(Linear, TinyValuesFlushAlike) {
  const std::size_t rows = 11, k = 37, n = 45;
  const auto x = tiny_floats(rows * k, 7), w = tiny_floats(n * k, 8);
  EXPECT_TRUE(same_bits(run(x, w, rows, k, n, 2), reference::linear(x, w, rows, k, n)));
  // One product each: results on both sides of the smallest normal number.
  EXPECT_TRUE(same_bits(run(x, w, rows * k, 1, n * k), reference::linear(x, w, rows * k, 1, n * k)));
}

TEST_P(Linear, NaNReachesItsRowAndNoOther) {
  const std::size_t rows = 9, k = 23, n = 37;
  auto x = random_floats(rows * k, 9);
  const auto w = random_floats(n * k, 10);
  const auto clean = run(x, w, rows, k, n);
  x[4 * k + 22] = kNaN;
  const auto y = run(x, w, rows, k, n);
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (i / n == 4) {
      ASSERT_TRUE(std::isnan(y[i])) << i;
    } else {
      ASSERT_TRUE(same_bits({&y[i], 1}, {&clean[i], 1})) << i;
    }
  }
}

TEST_P(Linear, IsCloseToTheSumInDouble) {
  const std::size_t rows = 5, k = 769, n = 31;
  const auto x = random_floats(rows * k, 11), w = random_floats(n * k, 12);
  const auto y = run(x, w, rows, k, n);
  for (std::size_t i = 0; i < y.size(); ++i) {
    double sum = 0, magnitude = 0;
    for (std::size_t j = 0; j < k; ++j) {
      const double term = double{x[i / n * k + j]} * w[i % n * k + j];
      sum += term;
      magnitude += std::abs(term);
    }
    ASSERT_LE(std::abs(y[i] - sum), static_cast<double>(k) * 0x1p-24 * magnitude) << i;
  }
}

}  // namespace
}  // namespace radixlab
