// The device's single operations around the smallest normal number, where two processors with IEEE's arithmetic may still
// differ: x86 flushes what is too small after it has rounded, others before. On the emulator this is the CPU's own
// arithmetic; on a GPU it is the first thing to look at if a kernel's bits differ.
#include "edges.hpp"

#include "exact_fixture.hpp"

namespace radixlab {
namespace {

using edges::Operation;

struct Operands {
  std::vector<float> a, b, c;
  void add(float x, float y = 0, float z = 0) { a.push_back(x), b.push_back(y), c.push_back(z); }
};

/// x and its neighbours, `reach` steps to either side, with both signs.
void add_around(std::vector<float>& to, float x, int reach) {
  for (int step = -reach; step <= reach; ++step) {
    const float y = std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) + step);
    to.insert(to.end(), {y, -y});
  }
}

/// Numbers at which something begins or ends.
std::vector<float> border_numbers(int reach) {
  std::vector<float> numbers = {0.0f, -0.0f, kInfinity, -kInfinity, kNaN};
  for (const float x :
       {0x1p-126f, 0x1p-125f, 0x1p-140f, 0x1p-102f, 0x1p-63f, 0x1.8p-64f, 1.0f, 1.5f, 0x1p63f, 0x1p126f})
    add_around(numbers, x, reach);
  return numbers;
}

class CudaEdges : public ExactTest<float> {
 protected:
  /// `on_cpu` is called with floats for what is expected, and with doubles for what lies close to the border.
  template <class OnCpu>
  void check(Operation operation, const Operands& in, const OnCpu& on_cpu) {
    const DeviceArray<float> a("a", in.a), b("b", in.b), c("c", in.c), out("out", in.a.size());
    edges::run(operation, a.data(), b.data(), c.data(), in.a.size(), out.data());
    const std::vector<float> got = out.values();
    std::vector<float> expected;
    std::size_t differ = 0;
    border_ = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
      expected.push_back(on_cpu(in.a[i], in.b[i], in.c[i]));
      const double exact = std::abs(double{on_cpu(double{in.a[i]}, double{in.b[i]}, double{in.c[i]})});
      if (!(exact < 0x1p-126 && exact >= 0x1p-126 - 0x1p-151)) continue;
      ++border_;
      differ += got[i] != expected[i];
    }
    std::printf("%zu results below the smallest normal number round to it, %zu of them differ\n", border_, differ);
    EXPECT_EQ(differ, 0u) << "this device flushes before it rounds or the CPU does; docs/numerics.md must say so";
    this->expect_same(got, expected, "single operations");
  }

  std::size_t border_ = 0;  // results of the last check that depend on when a processor flushes
};

// Products of 2^-63 and its like lie around 2^-126, at less than a rounding's distance too.
TEST_F(CudaEdges, FusedMultiplyAdd) {
  Operands in;
  std::vector<float> factors, summands = {0.0f, -0.0f};
  add_around(factors, 0x1p-63f, 12);
  add_around(factors, 0x1.6a09e6p-63f, 3);
  add_around(factors, 0x1p-76f, 1);  // products are half a last bit of 2^-126, a little more, a little less
  add_around(factors, 0x1p-75f, 1);
  add_around(summands, 0x1p-126f, 2);
  add_around(summands, 0x1p-149f, 0);
  add_around(summands, 0x1p-125f, 1);
  for (const float a : factors) {
    for (const float b : factors) {
      for (const float c : summands) in.add(a, b, c);
    }
  }
  check(Operation::fma, in, [](auto a, auto b, auto c) { return std::fma(a, b, c); });
  EXPECT_GT(border_, 0u);
}

// Products come as close to the border. Sums and quotients of two floats never do: a sum is a multiple of the smallest
// denormal number, and a quotient below 1 is 2^-24 away from it or more.
TEST_F(CudaEdges, PairsOfBorderNumbers) {
  Operands in;
  for (const float a : border_numbers(6)) {
    for (const float b : border_numbers(6)) in.add(a, b);
  }
  check(Operation::multiply, in, [](auto a, auto b, auto) { return a * b; });
  EXPECT_GT(border_, 0u);
  check(Operation::add, in, [](auto a, auto b, auto) { return a + b; });
  check(Operation::divide, in, [](auto a, auto b, auto) { return a / b; });
}

TEST_F(CudaEdges, Root) {
  Operands in;
  for (const float a : border_numbers(200)) in.add(a);
  for (const float a : random_floats(2000, 1)) in.add(std::abs(a));
  check(Operation::root, in, [](auto a, auto, auto) { return std::sqrt(a); });
}

TEST_F(CudaEdges, Exp) {
  Operands in;
  std::vector<float> around = border_numbers(50);
  for (const float x : {87.0f, 88.0f, 0x1.62e43p-1f, 0x1.62e43p+2f, 10.5f}) add_around(around, x, 300);
  for (const float x : random_floats(5000, 2, 40)) around.push_back(x);
  for (const float a : around) in.add(a);
  check(Operation::exp, in, [](auto a, auto, auto) {
    const float x = static_cast<float>(a);
    float result = 0;
    isa_table(best_isa()).exp(&x, 1, &result);
    return result;
  });
}

}  // namespace
}  // namespace radixlab
