#include <numbers>

#include "kernels/cpu/isa_table.hpp"
#include "kernels_fixture.hpp"
#include "reference.hpp"

namespace radixlab {
namespace {

class Elementwise : public KernelsOf {
 protected:
  ThreadPool pool_{2};
};
RADIXLAB_FOR_EVERY_ISA(Elementwise);

TEST_P(Elementwise, ExpHasOneResultForEveryKindOfInput) {
  // A prime stride through all bit patterns meets every exponent, both signs, NaN and the infinities.
  constexpr std::uint64_t kStride = 2011;
  std::vector<float> x;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += kStride) {
    x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
  for (const float edge : {88.0f, std::nextafter(88.0f, 99.0f), -87.0f, std::nextafter(-87.0f, -99.0f), kNaN, -kNaN,
                           kInfinity, -kInfinity, 0.0f, -0.0f}) {
    x.push_back(edge);
  }
  std::vector<float> y(x.size()), expected;
  isa_table(GetParam()).exp(x.data(), x.size(), y.data());
  for (const float v : x) expected.push_back(reference::exp(v));
  EXPECT_TRUE(same_bits(y, expected));
}

TEST_P(Elementwise, ExpIsWithinOneUnitInTheLastPlace) {
  std::vector<float> x;
  for (float v = -87.0f; v <= 88.0f; v += 0x1p-13f + std::abs(v) * 0x1p-14f) x.push_back(v);
  std::vector<float> y(x.size());
  isa_table(GetParam()).exp(x.data(), x.size(), y.data());
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double exact = std::exp(double{x[i]});
    const double unit = std::exp2(std::floor(std::log2(exact)) - 23);
    worst = std::max(worst, std::abs(y[i] - exact) / unit);
  }
  EXPECT_LE(worst, 1.0);
  RecordProperty("worst_ulp", std::to_string(worst));
}

TEST_P(Elementwise, RmsNormEqualsTheFormula) {
  const Kernels kernels(GetParam(), pool_);
  for (const std::size_t d : {1, 5, 16, 17, 31, 64, 101, 769}) {
    for (const float scale : {1.0f, 1e-20f, 1e18f}) {
      const std::size_t rows = 37;
      auto x = random_floats(rows * d, 21, scale);
      const auto weight = random_floats(d, 22);
      const auto expected = reference::rms_norm(x, weight, 1e-5f);
      kernels.rms_norm(x.data(), rows, weight, 1e-5f, x.data());  // in place
      ASSERT_TRUE(same_bits(x, expected)) << "d " << d << ", scale " << scale;
    }
  }
}

TEST_P(Elementwise, RmsNormIsCloseToTheFormulaInDouble) {
  const std::size_t d = 769;
  const auto x = random_floats(d, 23), weight = random_floats(d, 24);
  std::vector<float> y(d);
  Kernels(GetParam(), pool_).rms_norm(x.data(), 1, weight, 1e-5f, y.data());
  double squares = 0;
  for (const float v : x) squares += double{v} * v;
  for (std::size_t i = 0; i < d; ++i) {
    const double exact = x[i] / std::sqrt(squares / static_cast<double>(d) + 1e-5) * weight[i];
    ASSERT_NEAR(y[i], exact, 0x1p-20 * 16) << i;
  }
}

TEST_P(Elementwise, RotaryEqualsTheFormulaAndTurnsByTheAngle) {
  const Kernels kernels(GetParam(), pool_);
  for (const std::size_t dim : {2, 6, 20, 32, 34, 64, 80, 128}) {
    const std::size_t rows = 19, heads = 3, half = dim / 2;
    auto x = random_floats(rows * heads * dim, 25);
    const auto before = x, angles = random_floats(rows * half, 26, 3);
    std::vector<float> cos, sin;
    for (const float a : angles) {
      cos.push_back(std::cos(a));
      sin.push_back(std::sin(a));
    }
    kernels.rotary(x.data(), rows, heads, dim, cos.data(), sin.data());
    ASSERT_TRUE(same_bits(x, reference::rotary(before, rows, heads, dim, cos, sin))) << "head_dim " << dim;
    for (std::size_t i = 0; i < half; ++i) {  // the first head of row 1
      const std::size_t lo = heads * dim + i, hi = lo + half;
      ASSERT_NEAR(std::hypot(x[lo], x[hi]), std::hypot(before[lo], before[hi]), 1e-5);
      ASSERT_NEAR(std::remainder(std::atan2(x[hi], x[lo]) - std::atan2(before[hi], before[lo]) - angles[half + i],
                                 2 * std::numbers::pi),
                  0, 1e-4);
    }
  }
}

TEST_P(Elementwise, SiluGateEqualsTheFormula) {
  const Kernels kernels(GetParam(), pool_);
  for (const std::size_t n : {1, 15, 16, 17, 257, 50021}) {
    auto gate = random_floats(n, 27, 9);
    const auto up = random_floats(n, 28);
    constexpr float kSpecial[] = {100.0f, -100.0f, 1e30f, -1e30f,    kInfinity, -kInfinity,
                                  kNaN,   0.0f,    -0.0f, 0x1p-149f, -87.5f,    88.5f};
    if (n > std::size(kSpecial)) std::copy(std::begin(kSpecial), std::end(kSpecial), gate.begin());
    std::vector<float> out(n);
    kernels.silu_gate(gate.data(), up.data(), n, out.data());
    ASSERT_TRUE(same_bits(out, reference::silu_gate(gate, up))) << n;
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isnan(gate[i]) || std::isinf(gate[i])) continue;
      const double exact = gate[i] / (1 + std::exp(-double{gate[i]})) * up[i];
      ASSERT_LE(std::abs(out[i] - exact), 0x1p-20 * (1e-10 + std::abs(exact))) << gate[i];
    }
  }
}

TEST_P(Elementwise, AddAndTinyValues) {
  const Kernels kernels(GetParam(), pool_);
  const std::size_t n = 40009;
  auto x = tiny_floats(n, 29);
  const auto y = tiny_floats(n, 30);
  std::vector<float> expected, silu(n);
  for (std::size_t i = 0; i < n; ++i) expected.push_back(x[i] + y[i]);
  kernels.silu_gate(x.data(), y.data(), n, silu.data());
  EXPECT_TRUE(same_bits(silu, reference::silu_gate(x, y)));
  kernels.add(x.data(), y.data(), n);
  EXPECT_TRUE(same_bits(x, expected));
}

}  // namespace
}  // namespace radixlab
