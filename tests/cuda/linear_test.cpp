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
    std::vector<T> expected(rows * n);
    this->cpu().linear(in.data(), rows, matrix.cpu(), expected.data());
    exact::linear(on_device.data(), static_cast<int>(rows), matrix.device(), y.data());
    this->expect_same(y.values(), expected, "linear of " + what + shape(rows, k, n));
    check_head(x, w, k, what);
  }

  void check_head(const std::vector<float>& x, const std::vector<float>& w, std::size_t k, const std::string& what) {
    const std::size_t rows = x.size() / k, n = w.size() / k;
    const BothMatrices<T> matrix(w, n, k);
    const std::vector<T> in = narrow<T>(x);
    const DeviceArray<T> on_device("x", in);
    const DeviceArray<float> logits("logits", rows * n);
    std::vector<float> expected(rows * n);
    this->cpu().head(in.data(), rows, matrix.cpu(), expected.data());
    exact::head(on_device.data(), static_cast<int>(rows), matrix.device(), logits.data());
    this->expect_same(logits.values(), expected, "head of " + what + shape(rows, k, n));
  }

  /// Random matrices of ns outputs, in one launch.
  void check_all_at_once(const std::vector<float>& x, const std::vector<std::size_t>& ns, std::size_t k) {
    const std::size_t rows = x.size() / k;
    const std::vector<T> in = narrow<T>(x);
    const DeviceArray<T> on_device("x", in);
    std::vector<BothMatrices<T>> matrices;
    std::vector<DeviceArray<T>> outputs;
    std::vector<exact::Product<T>> p;
    for (const std::size_t n : ns) {
      matrices.emplace_back(random_floats(n * k, static_cast<std::uint32_t>(n)), n, k);
      outputs.emplace_back("y" + std::to_string(n), rows * n);
      p.push_back({matrices.back().device(), outputs.back().data()});
    }
    const int count = static_cast<int>(rows);
    if (p.size() == 1) exact::linear(on_device.data(), count, {p[0]});
    if (p.size() == 2) exact::linear(on_device.data(), count, {p[0], p[1]});
    if (p.size() == 3) exact::linear(on_device.data(), count, {p[0], p[1], p[2]});
    for (std::size_t i = 0; i < ns.size(); ++i) {
      std::vector<T> expected(rows * ns[i]);
      this->cpu().linear(in.data(), rows, matrices[i].cpu(), expected.data());
      this->expect_same(outputs[i].values(), expected, "matrix " + std::to_string(i) + shape(rows, k, ns[i]));
    }
  }

 private:
  static std::string shape(std::size_t rows, std::size_t k, std::size_t n) {
    return ", " + std::to_string(rows) + " x " + std::to_string(k) + " x " + std::to_string(n);
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

// Sums of whole blocks, rows of whole chunks: the fast kernels. 32 rows are the last of few; 704 numbers more than the ring takes.
TYPED_TEST(CudaLinear, WholeBlocksOfAnyShape) {
  struct Shape {
    std::size_t rows, k, n;
  };
  for (const auto [rows, k, n] : {Shape{1, 32, 1},
                                  {1, 704, 49},
                                  {2, 64, 16},
                                  {3, 96, 31},
                                  {4, 160, 33},
                                  {5, 320, 20},
                                  {9, 448, 64},
                                  {32, 32, 40},
                                  {33, 32, 40},
                                  {65, 224, 35},
                                  {130, 64, 18}}) {
    this->check(random_floats(rows * k, 1), random_floats(n * k, 2), k, "random");
    this->check(tiny_floats(rows * k, 3), tiny_floats(n * k, 4), k, "tiny");
    this->check(huge_floats(rows * k, 5), huge_floats(n * k, 6), k, "huge");
  }
}

// 128 tiles of 128 x 128: for fewer the kernel for many rows takes smaller ones. Most have few outputs, for the time.
TYPED_TEST(CudaLinear, LargeTiles) {
  constexpr std::size_t k = 32;
  this->check_all_at_once(random_floats(4200 * k, 1), {130, 1, 4}, k);
  this->check_head(random_floats(16300 * k, 2), random_floats(5 * k, 3), k, "random");
}

TYPED_TEST(CudaLinear, SpecialNumbersInEachPlaceOfWholeBlocks) {
  constexpr std::size_t k = 64;
  for (const float special : kSpecial) {
    const std::string what = std::to_string(special);
    const std::vector<float> usual = tiny_floats(k, 2), w = random_floats(3 * k, 3);
    const std::vector<float> each = special_at_each_place(usual, special);
    const auto half = each.begin() + k * k / 2;
    this->check({each.begin(), half}, w, k, what + " in x, few rows");
    this->check({half, each.end()}, w, k, what + " in x, few rows");
    this->check(each, w, k, what + " in x, many rows");
    this->check(random_floats(2 * k, 4), each, k, what + " in w, few rows");
    this->check(random_floats(40 * k, 4), each, k, what + " in w, many rows");
  }
}

TYPED_TEST(CudaLinear, AnyOrderOfThreads) {
  for (const unsigned seed : {1, 2}) {
    const ScheduleSeed order(seed);
    for (const std::size_t rows : {1, 7, 40}) {
      this->check(random_floats(rows * 448, 1), random_floats(40 * 448, 2), 448, "order " + std::to_string(seed));
    }
  }
}

// x or y begins in the middle of a chunk.
TYPED_TEST(CudaLinear, ArraysThatAreNotAligned) {
  using T = TypeParam;
  constexpr std::size_t k = 64, n = 20;
  const BothMatrices<T> matrix(random_floats(n * k, 1), n, k);
  for (const std::size_t rows : {3, 40}) {
    const std::vector<T> in = narrow<T>(random_floats(rows * k + 1, 2));
    const DeviceArray<T> x("x", in), y("y", rows * n);
    std::vector<T> expected(rows * n);
    this->cpu().linear(in.data() + 1, rows, matrix.cpu(), expected.data());
    exact::linear(x.data() + 1, static_cast<int>(rows), matrix.device(), y.data());
    this->expect_same(y.values(), expected, std::to_string(rows) + " rows, x");
    const DeviceArray<T> aligned("x", std::vector<T>(in.begin() + 1, in.end())), one_more("y", expected.size() + 1);
    exact::linear(aligned.data(), static_cast<int>(rows), matrix.device(), one_more.data() + 1);
    const std::vector<T> got = one_more.values();
    this->expect_same({got.begin() + 1, got.end()}, expected, std::to_string(rows) + " rows, y");
  }
}

// q, k and v, or gate and up.
TYPED_TEST(CudaLinear, SeveralMatricesInOneLaunch) {
  for (const std::size_t k : {32, 42, 96}) {
    for (const std::size_t rows : {1, 6, 40}) {
      this->check_all_at_once(random_floats(rows * k, 4), {70}, k);
      this->check_all_at_once(random_floats(rows * k, 4), {70, 9}, k);
      this->check_all_at_once(random_floats(rows * k, 4), {9, 70, 33}, k);
    }
  }
}

TYPED_TEST(CudaLinear, SeveralMatricesHaveOneK) {
  using T = TypeParam;
  const BothMatrices<T> w(random_floats(12, 1), 3, 4), other(random_floats(15, 1), 3, 5);
  const DeviceArray<T> y("y", narrow<T>({1.5f}));
  const exact::Product<T> product{w.device(), y.data()};
  exact::linear(y.data(), 0, {product, product});
  EXPECT_THROW(exact::linear(y.data(), 1, {product, {other.device(), y.data()}}), std::invalid_argument);
  EXPECT_THROW(exact::linear(y.data(), 1, {product, product, product, product}), std::invalid_argument);
  EXPECT_THROW(exact::linear<T>(y.data(), 1, {}), std::invalid_argument);
  this->expect_same(y.values(), narrow<T>({1.5f}), "what stood there");
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
