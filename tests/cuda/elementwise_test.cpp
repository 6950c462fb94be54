// RMS norm, SiLU gate and add against the CPU's.
#include "exact_fixture.hpp"

namespace radixlab {
namespace {

template <class T>
class CudaElementwise : public ExactTest<T> {
 protected:
  void check_norm(const std::vector<float>& x, const std::vector<float>& weight, float eps, const std::string& what) {
    const std::size_t d = weight.size(), rows = x.size() / d;
    std::vector<T> expected = narrow<T>(x);
    const DeviceArray<T> in("x", expected), out("y", expected.size());
    const DeviceArray<float> on_device("weight", weight);
    this->cpu().rms_norm(expected.data(), rows, weight, eps, expected.data());
    const auto call = [&](T* to) {
      exact::rms_norm(in.data(), static_cast<int>(rows), static_cast<int>(d), on_device.data(), eps, to);
    };
    call(out.data());
    this->expect_same(out.values(), expected, what + ", rows of " + std::to_string(d));
    call(in.data());
    this->expect_same(in.values(), expected, what + ", in place, rows of " + std::to_string(d));
  }

  void check_gate_and_add(const std::vector<float>& a, const std::vector<float>& b, const std::string& what) {
    const std::vector<T> x = narrow<T>(a), y = narrow<T>(b);
    const std::size_t n = x.size();
    std::vector<T> gated(n), sum = x;
    this->cpu().silu_gate(x.data(), y.data(), n, gated.data());
    this->cpu().add(sum.data(), y.data(), n);
    const DeviceArray<T> left("gate", x), right("up", y), out("out", n), in_place("in place", x);
    exact::silu_gate(left.data(), right.data(), n, out.data());
    this->expect_same(out.values(), gated, "silu_gate of " + what);
    exact::silu_gate(in_place.data(), right.data(), n, in_place.data());
    this->expect_same(in_place.values(), gated, "silu_gate in place of " + what);
    exact::add(left.data(), right.data(), n);
    this->expect_same(left.values(), sum, "add of " + what);
  }
};
TYPED_TEST_SUITE(CudaElementwise, Types, TypeName);

TYPED_TEST(CudaElementwise, NormOfAnyShape) {
  for (const std::size_t d : {1, 2, 10, 15, 16, 17, 42, 48, 100, 288}) {
    for (const std::size_t rows : {1, 9, 70}) {
      const std::vector<float> weight = random_floats(d, 9);
      this->check_norm(random_floats(rows * d, 1, 3), weight, 1e-5f, "random");
      this->check_norm(tiny_floats(rows * d, 2), weight, 1e-6f, "tiny");
      this->check_norm(tiny_floats(rows * d, 3), tiny_floats(d, 4), 0, "tiny without eps");
    }
    this->check_norm(huge_floats(3 * d, 5), random_floats(d, 6), 1e-5f, "huge");
  }
}

// Rows of whole chunks have a block each, unless they are too long or begin inside a chunk.
TYPED_TEST(CudaElementwise, NormOfWholeChunks) {
  for (const std::size_t d : {8, 24, 136, 4096}) {
    const ScheduleSeed order(static_cast<unsigned>(d));
    this->check_norm(random_floats(3 * d, 1, 3), random_floats(d, 2), 1e-5f, "random");
    this->check_norm(tiny_floats(3 * d, 3), tiny_floats(d, 4), 0, "tiny");
  }
  this->check_norm(random_floats(60000, 5), random_floats(60000, 6), 1e-5f, "longer than shared memory");
  for (const float special : kSpecial)
    this->check_norm(special_at_each_place(random_floats(40, 7), special), random_floats(40, 8), 1e-5f, "special");
}

TYPED_TEST(CudaElementwise, ArraysThatAreNotAligned) {
  using T = TypeParam;
  constexpr std::size_t d = 64;
  const std::vector<T> a = narrow<T>(random_floats(d + 1, 1)), b = narrow<T>(random_floats(d, 2));
  const std::vector<float> weight = random_floats(d + 1, 3);
  const DeviceArray<T> x("x", a), y("y", b), out("out", d);
  const DeviceArray<float> on_device("weight", weight);
  std::vector<T> expected(d), sum(a.begin() + 1, a.end());
  this->cpu().rms_norm(a.data() + 1, 1, {weight.begin(), weight.end() - 1}, 1e-5f, expected.data());
  exact::rms_norm(x.data() + 1, 1, d, on_device.data(), 1e-5f, out.data());
  this->expect_same(out.values(), expected, "norm, x");
  this->cpu().rms_norm(b.data(), 1, {weight.begin() + 1, weight.end()}, 1e-5f, expected.data());
  exact::rms_norm(y.data(), 1, d, on_device.data() + 1, 1e-5f, out.data());
  this->expect_same(out.values(), expected, "norm, weight");
  this->cpu().silu_gate(b.data(), a.data() + 1, d, expected.data());
  exact::silu_gate(y.data(), x.data() + 1, d, out.data());
  this->expect_same(out.values(), expected, "silu_gate, up");
  this->cpu().silu_gate(a.data() + 1, b.data(), d, expected.data());
  exact::silu_gate(x.data() + 1, y.data(), d, out.data());
  this->expect_same(out.values(), expected, "silu_gate, gate");
  this->cpu().add(sum.data(), b.data(), d);
  exact::add(x.data() + 1, y.data(), d);
  sum.insert(sum.begin(), a[0]);
  this->expect_same(x.values(), sum, "add");
}

TYPED_TEST(CudaElementwise, NormOfSpecialNumbersInEachPlace) {
  for (const float special : kSpecial) {
    const std::string what = std::to_string(special);
    this->check_norm(special_at_each_place(random_floats(35, 1), special), random_floats(35, 2), 1e-5f, what + " in x");
    std::vector<float> weight = random_floats(35, 3);
    weight[20] = special;
    this->check_norm(random_floats(2 * 35, 4), weight, 1e-5f, what + " in the weight");
  }
}

TYPED_TEST(CudaElementwise, GateAndAddOfAnyLength) {
  for (const std::size_t n : {1, 8, 127, 128, 129, 1032, 5000})
    this->check_gate_and_add(random_floats(n, 1, 20), random_floats(n, 2, 3), std::to_string(n));
}

// Pairs of all that is special, the ends of exp among it.
TYPED_TEST(CudaElementwise, GateAndAddOfSpecialNumbers) {
  std::vector<float> special = {kNaN,     88.0f, 88.1f, 87.0f, 87.1f, 0x1.fffffep127f, 0x1p-149f, 0x1.fffffcp-127f,
                                0x1p-126f};
  const std::vector<float> tiny = tiny_floats(30, 1), huge = huge_floats(20, 2);
  special.insert(special.end(), {kInfinity, 1.0f, 0.0f, 0x1.5bf0a8p+6f, 0x1.5c0002p+6f, 86.5f});
  special.insert(special.end(), tiny.begin(), tiny.end());
  special.insert(special.end(), huge.begin(), huge.end());
  std::vector<float> a, b;
  for (const float x : special) {
    for (const float y : special) {
      for (const float sign : {1.0f, -1.0f}) a.push_back(sign * x), b.push_back(y);
    }
  }
  this->check_gate_and_add(a, b, "special numbers");
}

}  // namespace
}  // namespace radixlab
