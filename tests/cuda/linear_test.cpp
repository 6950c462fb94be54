// Linear, head and embedding against the CPU's.
#include "exact_fixture.hpp"

namespace radixlab {
namespace {

template <class T>
class CudaLinear : public ExactTest<T> {
 protected:
  /// x [rows, k], w [n, k].
  void check(const std::vector<float>& x, const std::vector<float>& w, std::size_t k, const std::string& what) {
    const std::size_t rows = x.size() / k, n = w.size() / k;
    const BothMatrices<T> matrix(w, n, k);
    const std::vector<T> in = narrow<T>(x);
    const DeviceArray<T> on_device("x", in), y("y", rows * n);
    const DeviceArray<float> logits("logits", rows * n);
    std::vector<T> expected(rows * n);
    std::vector<float> expected_logits(rows * n);
    this->cpu().linear(in.data(), rows, matrix.cpu(), expected.data());
    this->cpu().head(in.data(), rows, matrix.cpu(), expected_logits.data());
    exact::linear(on_device.data(), static_cast<int>(rows), matrix.device(), y.data());
    exact::head(on_device.data(), static_cast<int>(rows), matrix.device(), logits.data());
    const std::string shape =
        what + ", " + std::to_string(rows) + " x " + std::to_string(k) + " x " + std::to_string(n);
    this->expect_same(y.values(), expected, "linear of " + shape);
    this->expect_same(logits.values(), expected_logits, "head of " + shape);
  }
};
TYPED_TEST_SUITE(CudaLinear, Types, TypeName);

TYPED_TEST(CudaLinear, AnyShape) {
  struct Shape {
    std::size_t rows, k, n;
  };
  for (const auto [rows, k, n] : {Shape{1, 1, 1},
                                  {3, 2, 5},
                                  {2, 15, 16},
                                  {7, 16, 17},
                                  {1, 31, 70},
                                  {70, 32, 3},
                                  {5, 33, 37},
                                  {2, 47, 65},
                                  {4, 63, 31},
                                  {3, 64, 64},
                                  {6, 65, 18},
                                  {19, 96, 21},
                                  {2, 333, 150},
                                  {1, 770, 9}}) {
    this->check(random_floats(rows * k, 1), random_floats(n * k, 2), k, "random");
    this->check(tiny_floats(rows * k, 3), tiny_floats(n * k, 4), k, "tiny");
    this->check(huge_floats(rows * k, 5), huge_floats(n * k, 6), k, "huge");
  }
}

TYPED_TEST(CudaLinear, SpecialNumbersInEachPlace) {
  constexpr std::size_t k = 35;
  for (const float special : kSpecial) {
    const std::string what = std::to_string(special);
    for (const std::vector<float>& usual : {random_floats(k, 1), tiny_floats(k, 2)}) {
      this->check(special_at_each_place(usual, special), random_floats(3 * k, 3), k, what + " in x");
      this->check(random_floats(2 * k, 4), special_at_each_place(usual, special), k, what + " in w");
    }
  }
}

// The sum so far is -0, since a negative denormal was flushed, and both chains of the last block are, too. What fills that
// block up makes +0 of it.
TYPED_TEST(CudaLinear, TheLastBlockIsFilledUp) {
  for (const std::size_t k : {65, 66, 67, 96}) {
    std::vector<float> x(k, 0.0f), w(k, 0.0f);
    x[0] = 0x1.8p-63f, x[32] = -0x1.cp-63f, w[0] = w[32] = 0x1p-63f;
    for (std::size_t i = 64; i < k; ++i) x[i] = -0x1p-100f, w[i] = 0x1p-100f;
    this->check(x, w, k, "sums of -0");
  }
}

TYPED_TEST(CudaLinear, NoRowsAreNoLaunch) {
  const BothMatrices<TypeParam> matrix(random_floats(6, 1), 2, 3);
  const DeviceArray<TypeParam> y("y", narrow<TypeParam>({1.5f, 2.5f}));
  exact::linear(y.data(), 0, matrix.device(), y.data());
  exact::embedding<TypeParam>(nullptr, 0, matrix.device(), y.data());
  this->expect_same(y.values(), narrow<TypeParam>({1.5f, 2.5f}), "what stood there");
}

// A copy: every pattern of bits gets through, denormal numbers too.
TYPED_TEST(CudaLinear, EmbeddingCopiesRows) {
  using T = TypeParam;
  for (const std::size_t d : {1, 10, 33, 42, 64}) {
    constexpr std::size_t kVocab = 37;
    std::vector<float> table = tiny_floats(kVocab * d, 1);
    table[5 * d] = kNaN, table[6 * d] = -kInfinity;
    const BothMatrices<T> matrix(table, kVocab, d);
    const std::vector<std::int32_t> tokens = {36, 0, 5, 6, 17, 5, 16, 15};
    std::vector<T> expected;
    for (const std::int32_t token : tokens) {
      const auto row = narrow<T>(std::vector<float>(table.begin() + token * d, table.begin() + (token + 1) * d));
      expected.insert(expected.end(), row.begin(), row.end());
    }
    const DeviceArray<std::int32_t> on_device("tokens", tokens);
    const DeviceArray<T> y("y", expected.size());
    exact::embedding(on_device.data(), static_cast<int>(tokens.size()), matrix.device(), y.data());
    this->expect_same(y.values(), expected, "rows of " + std::to_string(d));
  }
}

}  // namespace
}  // namespace radixlab
