#include <numbers>

#include "kernels/cpu/isa_table.hpp"
#include "kernels_fixture.hpp"
#include "reference.hpp"

namespace radixlab {
namespace {

template <typename Where>
using Exp = KernelsOn<Where>;
TYPED_TEST_SUITE(Exp, EveryIsa, NameOf);

template <typename Where>
class Elementwise : public KernelsOn<Where> {
 protected:
  using Type = typename Where::Type;
  static std::vector<float> random(std::size_t n, std::uint32_t seed, float scale = 1) {
    return only<Type>(random_floats(n, seed, scale));
  }
  /// How far a result of Type may lie from one that was rounded to float32 alone, relative to its size.
  static constexpr double kRounding = std::is_same_v<Type, float> ? 0 : 0x1p-8;
  ThreadPool pool_{2};
  Kernels kernels_{isa_supported(Where::kIsa) ? Where::kIsa : Isa::scalar, pool_};
};
TYPED_TEST_SUITE(Elementwise, EveryIsaAndType, NameOf);

TYPED_TEST(Exp, HasOneResultForEveryKindOfInput) {
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
  isa_table(this->kIsa).exp(x.data(), x.size(), y.data());
  for (const float v : x) expected.push_back(reference::exp(v));
  EXPECT_TRUE(same_bits(y, expected));
}

TYPED_TEST(Exp, IsWithinOneUnitInTheLastPlace) {
  std::vector<float> x;
  for (float v = -87.0f; v <= 88.0f; v += 0x1p-13f + std::abs(v) * 0x1p-14f) x.push_back(v);
  std::vector<float> y(x.size());
  isa_table(this->kIsa).exp(x.data(), x.size(), y.data());
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double exact = std::exp(double{x[i]});
    const double unit = std::exp2(std::floor(std::log2(exact)) - 23);
    worst = std::max(worst, std::abs(y[i] - exact) / unit);
  }
  EXPECT_LE(worst, 1.0);
  this->RecordProperty("worst_ulp", std::to_string(worst));
}

TYPED_TEST(Elementwise, RmsNormEqualsTheFormula) {
  using T = typename TypeParam::Type;
  for (const std::size_t d : {1, 5, 16, 17, 31, 64, 101, 769}) {
    for (const float scale : {1.0f, 1e-20f, 1e18f}) {
      const std::size_t rows = 37;
      const auto values = this->random(rows * d, 21, scale), weight = random_floats(d, 22);
      auto x = narrow<T>(values);
      this->kernels_.rms_norm(x.data(), rows, weight, 1e-5f, x.data());  // in place
      ASSERT_TRUE(same_bits(widen(x), reference::rms_norm<T>(values, weight, 1e-5f))) << "d " << d << ' ' << scale;
    }
  }
}

TYPED_TEST(Elementwise, RmsNormIsCloseToTheFormulaInDouble) {
  using T = typename TypeParam::Type;
  const std::size_t d = 769;
  const auto x = this->random(d, 23), weight = random_floats(d, 24);
  std::vector<T> y(d);
  this->kernels_.rms_norm(narrow<T>(x).data(), 1, weight, 1e-5f, y.data());
  double squares = 0;
  for (const float v : x) squares += double{v} * v;
  for (std::size_t i = 0; i < d; ++i) {
    const double exact = x[i] / std::sqrt(squares / static_cast<double>(d) + 1e-5) * weight[i];
    ASSERT_NEAR(widened(y[i]), exact, 0x1p-20 * 16 + this->kRounding * std::abs(exact)) << i;
  }
}

TYPED_TEST(Elementwise, ResultsAreRoundedToTheNearestTiesToEven) {
  using T = typename TypeParam::Type;
  // Ones have the mean square 1, so the norm's result is its weight: every upper half with every kind of lower half.
  std::vector<float> weight;
  for (std::uint32_t upper = 0; upper <= 0xffff; ++upper) {
    for (const std::uint32_t lower : {0x0000u, 0x0001u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu}) {
      weight.push_back(std::bit_cast<float>(upper << 16 | lower));
    }
  }
  const std::vector<float> ones(weight.size(), 1.0f);
  std::vector<T> y(weight.size());
  this->kernels_.rms_norm(narrow<T>(ones).data(), 1, weight, 0.0f, y.data());
  EXPECT_TRUE(same_bits(widen(y), reference::rms_norm<T>(ones, weight, 0.0f)));
  if constexpr (std::is_same_v<T, BFloat16>) {
    const auto at = [&](std::uint32_t bits) { return y[(bits >> 16) * 6 + (bits & 0xffff ? 3 : 0)].bits; };
    EXPECT_EQ(at(0x3f80'8000), 0x3f80) << "a tie, and down is even";
    EXPECT_EQ(at(0x3f81'8000), 0x3f82) << "a tie, and up is even";
    EXPECT_EQ(at(0x7f7f'8000), 0x7f80) << "half a step beyond the largest is infinity";
    EXPECT_EQ(at(0x8040'0000), 0x8000) << "a denormal is a zero of its sign";
  }
}

TYPED_TEST(Elementwise, RotaryEqualsTheFormulaAndTurnsByTheAngle) {
  using T = typename TypeParam::Type;
  for (const std::size_t dim : {2, 6, 20, 32, 34, 64, 80, 128}) {
    const std::size_t rows = 19, heads = 3, half = dim / 2;
    const auto before = this->random(rows * heads * dim, 25), angles = random_floats(rows * half, 26, 3);
    std::vector<float> cos, sin;
    for (const float a : angles) {
      cos.push_back(std::cos(a));
      sin.push_back(std::sin(a));
    }
    auto turned = narrow<T>(before);
    this->kernels_.rotary(turned.data(), rows, heads, dim, cos.data(), sin.data());
    const auto x = widen(turned);
    ASSERT_TRUE(same_bits(x, reference::rotary<T>(before, rows, heads, dim, cos, sin))) << "head_dim " << dim;
    for (std::size_t i = 0; i < half; ++i) {  // the first head of row 1
      const std::size_t lo = heads * dim + i, hi = lo + half;
      const double length = std::hypot(before[lo], before[hi]);
      ASSERT_NEAR(std::hypot(x[lo], x[hi]), length, 1e-5 + this->kRounding * length);
      ASSERT_NEAR(std::remainder(std::atan2(x[hi], x[lo]) - std::atan2(before[hi], before[lo]) - angles[half + i],
                                 2 * std::numbers::pi),
                  0, 1e-4 + this->kRounding);
    }
  }
}

TYPED_TEST(Elementwise, SiluGateEqualsTheFormula) {
  using T = typename TypeParam::Type;
  for (const std::size_t n : {1, 15, 16, 17, 257, 50021}) {
    auto gate = this->random(n, 27, 9);
    const auto up = this->random(n, 28);
    constexpr float kSpecial[] = {100.0f, -100.0f, 0x1p100f, -0x1p100f, kInfinity, -kInfinity,
                                  kNaN,   0.0f,    -0.0f,    0x1p-133f, -87.5f,    88.5f};
    if (n > std::size(kSpecial)) std::copy(std::begin(kSpecial), std::end(kSpecial), gate.begin());
    std::vector<T> result(n);
    this->kernels_.silu_gate(narrow<T>(gate).data(), narrow<T>(up).data(), n, result.data());
    const auto out = widen(result);
    ASSERT_TRUE(same_bits(out, reference::silu_gate<T>(gate, up))) << n;
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isnan(gate[i]) || std::isinf(gate[i])) continue;
      const double exact = gate[i] / (1 + std::exp(-double{gate[i]})) * up[i];
      ASSERT_LE(std::abs(out[i] - exact), (0x1p-20 + this->kRounding) * (1e-10 + std::abs(exact))) << gate[i];
    }
  }
}

TYPED_TEST(Elementwise, TinyAndHugeValuesEndAlike) {
  using T = typename TypeParam::Type;
  const std::size_t n = 40009;
  for (const auto& [x, y] : {std::pair{tiny_floats(n, 29), tiny_floats(n, 30)},
                             {huge_floats(n, 31), huge_floats(n, 32)},
                             {huge_floats(n, 33), tiny_floats(n, 34)}}) {
    const auto a = only<T>(x), b = only<T>(y);
    auto sum = narrow<T>(a);
    std::vector<T> silu(n), norm(n), turned = narrow<T>({a.begin(), a.begin() + n / 74 * 74});
    this->kernels_.add(sum.data(), narrow<T>(b).data(), n);
    EXPECT_TRUE(same_bits(widen(sum), reference::add<T>(a, b)));
    this->kernels_.silu_gate(narrow<T>(a).data(), narrow<T>(b).data(), n, silu.data());
    EXPECT_TRUE(same_bits(widen(silu), reference::silu_gate<T>(a, b)));
    this->kernels_.rms_norm(narrow<T>(a).data(), 1, b, 1e-5f, norm.data());
    EXPECT_TRUE(same_bits(widen(norm), reference::rms_norm<T>(a, b, 1e-5f)));
    this->kernels_.rotary(turned.data(), n / 74, 1, 74, y.data(), x.data());
    EXPECT_TRUE(
        same_bits(widen(turned), reference::rotary<T>({a.begin(), a.begin() + n / 74 * 74}, n / 74, 1, 74, y, x)));
  }
}

}  // namespace
}  // namespace radixlab
