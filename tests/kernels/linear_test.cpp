#include <random>

#include "kernels_fixture.hpp"
#include "reference.hpp"

namespace radixlab {
namespace {

template <typename Where>
class Linear : public KernelsOn<Where> {
 protected:
  using Type = typename Where::Type;
  using Floats = std::vector<float>;

  Floats run(const Floats& x, const Floats& w, std::size_t rows, std::size_t k, std::size_t n,
             std::size_t threads = 1) {
    return call<Type>(&Kernels::linear<Type>, x, w, rows, k, n, threads);
  }
  Floats head(const Floats& x, const Floats& w, std::size_t rows, std::size_t k, std::size_t n,
              std::size_t threads = 1) {
    return call<float>(&Kernels::head<Type>, x, w, rows, k, n, threads);
  }

  static Floats random(std::size_t n, std::uint32_t seed) { return only<Type>(random_floats(n, seed)); }
  static Floats tiny(std::size_t n, std::uint32_t seed) { return only<Type>(tiny_floats(n, seed)); }
  static Floats huge(std::size_t n, std::uint32_t seed) { return only<Type>(huge_floats(n, seed)); }

 private:
  template <typename Y, typename Method>
  Floats call(Method method, const Floats& x, const Floats& w, std::size_t rows, std::size_t k, std::size_t n,
              std::size_t threads) {
    ThreadPool pool(threads);
    PackedMatrix<Type> packed(n, k);
    packed.pack(w);
    std::vector<Y> y = narrow<Y>(Floats(rows * n + 16, 77.0f));
    const std::vector<Type> values = narrow<Type>(x);
    (Kernels(this->kIsa, pool).*method)(values.data(), rows, packed, y.data());
    for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(widened(y[rows * n + i]), 77.0f) << "wrote behind y";
    y.resize(rows * n);
    return widen(y);
  }
};
TYPED_TEST_SUITE(Linear, EveryIsaAndType, NameOf);

TYPED_TEST(Linear, EqualsTheSumForEveryShapeAndThreadCount) {
  using T = typename TypeParam::Type;
  for (const auto& [k, n] : {std::pair<std::size_t, std::size_t>{1, 1},
                             {7, 5},
                             {17, 33},
                             {64, 64},
                             {101, 67},
                             {127, 131},
                             {30, 331},
                             {0, 9}}) {
    for (const std::size_t rows : {1, 2, 3, 4, 5, 6, 7, 13, 31}) {
      const auto x = this->random(rows * k, 1), w = this->random(n * k, 2);
      const auto expected = reference::linear<T>(x, w, rows, k, n), logits = reference::head<T>(x, w, rows, k, n);
      for (const std::size_t threads : {1, 2, 3}) {
        ASSERT_TRUE(same_bits(this->run(x, w, rows, k, n, threads), expected))
            << "rows " << rows << ", k " << k << ", n " << n << ", threads " << threads;
        ASSERT_TRUE(same_bits(this->head(x, w, rows, k, n, threads), logits))
            << "rows " << rows << ", k " << k << ", n " << n << ", threads " << threads;
      }
    }
  }
}

// A matrix unit takes 16 rows, and few of them another way.
TYPED_TEST(Linear, EqualsTheSumForEveryNumberOfRows) {
  using T = typename TypeParam::Type;
  const std::size_t most = 512, k = 75, n = 50;
  const auto x = this->random(most * k, 13), w = this->random(n * k, 14);
  const auto expected = reference::head<T>(x, w, most, k, n);
  for (std::size_t rows = 1; rows <= most; rows = rows < 64     ? rows + 1
                                                  : rows == 64  ? 100
                                                  : rows == 100 ? most
                                                                : most + 1) {
    const std::vector<float> some(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(rows * k));
    const auto y = this->head(some, w, rows, k, n, rows % 2 + 1);
    ASSERT_TRUE(same_bits(y, std::span(expected).first(rows * n))) << rows << " rows";
  }
}

// Whole blocks are read where they lie; nothing in front of x or behind it is touched. A sanitizer sees no tile load.
TYPED_TEST(Linear, ReadsAndWritesNothingBesideItsOperands) {
  using T = typename TypeParam::Type;
  ThreadPool pool(1);
  const Kernels kernels(this->kIsa, pool);
  for (const std::size_t rows : {1, 2, 15, 16, 17, 33, 48}) {
    for (const auto& [k, n] : {std::pair<std::size_t, std::size_t>{64, 48}, {32, 16}, {50, 17}}) {
      const auto x = this->random(rows * k, 15), w = this->random(n * k, 16);
      PackedMatrix<T> packed(n, k);
      packed.pack(w);
      for (const Guarded at : {Guarded::in_front, Guarded::behind}) {
        const GuardedArray<T> from(rows * k, at), to(rows * n, at);
        std::ranges::copy(narrow<T>(x), from.data());
        kernels.linear(from.data(), rows, packed, to.data());
        const std::vector<T> y(to.data(), to.data() + rows * n);
        ASSERT_TRUE(same_bits(widen(y), reference::linear<T>(x, w, rows, k, n))) << rows << " rows of " << k;
      }
    }
  }
}

TYPED_TEST(Linear, SumsGoOnAcrossBlocksOfInputsAndRows) {
  using T = typename TypeParam::Type;
  const std::size_t rows = 263, n = 19;  // more of both than a block
  for (const std::size_t k : sizes({2048, 4096, 4143}, {4143})) {
    const auto x = this->random(rows * k, 3), w = this->random(n * k, 4);
    EXPECT_TRUE(same_bits(this->run(x, w, rows, k, n, 2), reference::linear<T>(x, w, rows, k, n))) << k;
    EXPECT_TRUE(same_bits(this->head(x, w, rows, k, n, 2), reference::head<T>(x, w, rows, k, n))) << k;
  }
}

// Where x is taken in parts, the sums of many panels wait in the scratch: those of three pairs of panels, the last one
// half a pair, and of two pairs of groups of 16 rows.
TYPED_TEST(Linear, TheScratchThatItAsksForIsEnoughAndMayHoldAnything) {
  using T = typename TypeParam::Type;
  const TypeTable<T>& table = type_table<T>(this->kIsa);
  const std::size_t n = 83;
  for (const auto& [rows, k] : {std::pair<std::size_t, std::size_t>{1, 50}, {2, 50}, {33, 50}, {1, 2080}, {33, 5472}}) {
    const auto x = this->random(rows * k, 17), w = this->random(n * k, 18);
    PackedMatrix<T> packed(n, k);
    packed.pack(w);
    const auto values = narrow<T>(x);
    std::vector<float> y(rows * n);
    const LinearArgs<T, float> args{values.data(), rows, k, packed.steps(), packed.panel(0), n, y.data()};
    for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, 1}, {1, 6}}) {
      const NoNumbers scratch(table.linear_scratch(rows, args.steps, end - begin));
      table.head(args, begin, end, scratch.data());
    }
    ASSERT_TRUE(same_bits(y, reference::head<T>(x, w, rows, k, n))) << rows << " rows of " << k;
  }
}

TYPED_TEST(Linear, ARowDoesNotDependOnTheOthers) {
  const std::size_t rows = 29, k = 53, n = 71;
  const auto x = this->random(rows * k, 5), w = this->random(n * k, 6);
  const auto all = this->run(x, w, rows, k, n);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::vector<float> one(x.begin() + r * k, x.begin() + (r + 1) * k);
    ASSERT_TRUE(same_bits(this->run(one, w, 1, k, n), std::span(all).subspan(r * n, n))) << "row " << r;
  }
}

TYPED_TEST(Linear, TinyAndHugeValuesEndAlike) {
  using T = typename TypeParam::Type;
  const std::size_t rows = 61, n = 93;
  for (const std::size_t k : {1, 2, 3, 4, 37}) {  // few products: results on both sides of an edge
    for (const auto& [x, w] : {std::pair{this->tiny(rows * k, 7), this->tiny(n * k, 8)},
                               {this->huge(rows * k, 9), this->huge(n * k, 10)},
                               {this->huge(rows * k, 11), this->tiny(n * k, 12)}}) {
      EXPECT_TRUE(same_bits(this->run(x, w, rows, k, n, 2), reference::linear<T>(x, w, rows, k, n))) << k;
      EXPECT_TRUE(same_bits(this->head(x, w, rows, k, n, 2), reference::head<T>(x, w, rows, k, n))) << k;
    }
  }
}

TYPED_TEST(Linear, NaNReachesItsRowAndNoOther) {
  const std::size_t rows = 9, k = 23, n = 37;
  auto x = this->random(rows * k, 9);
  const auto w = this->random(n * k, 10);
  const auto clean = this->run(x, w, rows, k, n);
  x[4 * k + 22] = kNaN;
  const auto y = this->run(x, w, rows, k, n);
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (i / n == 4) {
      ASSERT_TRUE(std::isnan(y[i])) << i;
    } else {
      ASSERT_TRUE(same_bits({&y[i], 1}, {&clean[i], 1})) << i;
    }
  }
}

TYPED_TEST(Linear, IsCloseToTheSumInDouble) {
  const std::size_t rows = 5, k = 769, n = 31;
  const auto x = this->random(rows * k, 11), w = this->random(n * k, 12);
  const auto y = this->head(x, w, rows, k, n);
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

TYPED_TEST(Linear, OnlyTheZerosOfAnUnfinishedBlockTakePart) {
  using T = typename TypeParam::Type;
  const std::vector<float> x = {-0x1p-100f, -0.0f, -0.0f}, w = {0x1p-100f, 1, 1};  // the first product flushes to -0
  const auto y = this->run(x, w, 1, 3, 1);
  EXPECT_TRUE(same_bits(y, reference::linear<T>(x, w, 1, 3, 1)));
  EXPECT_EQ(std::signbit(y[0]), (std::is_same_v<T, float>)) << "what a block lacks is +0";
}

/// n bfloat16 of random sign and fraction, exponents from a range, every eighth a zero.
std::vector<BFloat16> with_exponents(std::size_t n, std::uint32_t lowest, std::uint32_t highest, std::uint32_t fraction,
                                     std::mt19937& generator) {
  std::vector<BFloat16> values(n);
  for (BFloat16& v : values) {
    const auto bits = static_cast<std::uint32_t>(generator()),
               exponent = lowest + (bits >> 16) % (highest - lowest + 1);
    v.bits = static_cast<std::uint16_t>((bits & 0x8000) | (generator() % 8 ? exponent << 7 | (bits & fraction) : 0));
  }
  return values;
}

// Random numbers of every kind, by an instruction set's own instruction and by fused multiply-adds: one row a call, or all.
void expect_the_sums_of_avx512(Isa isa, bool row_by_row) {
  struct Kind {
    const char* name;
    std::uint32_t x_low, x_high, w_low, w_high, fraction;
  };
  constexpr Kind kKinds[] = {
      {"all bits", 0, 255, 0, 255, 127},           {"everyday numbers", 110, 140, 110, 140, 127},
      {"denormal operands", 0, 2, 100, 254, 127},  {"sums around the smallest normal number", 50, 76, 50, 80, 127},
      {"the same, with ties", 55, 65, 55, 70, 96}, {"sums around the largest number", 185, 200, 185, 190, 127},
      {"sums that cancel", 126, 128, 126, 128, 64}};
  const std::size_t rows = 800, n = 1600;
  ThreadPool pool(2);
  std::mt19937 generator(51);
  for (const std::size_t k : {6, 40}) {  // a part of a block; more than one
    for (const Kind& kind : kKinds) {
      const auto x = with_exponents(rows * k, kind.x_low, kind.x_high, kind.fraction, generator);
      const auto w = with_exponents(n * k, kind.w_low, kind.w_high, kind.fraction, generator);
      PackedMatrix<BFloat16> packed(n, k);
      packed.pack(widen(w));
      std::vector<float> own(rows * n), fused(rows * n);
      const Kernels kernels(isa, pool);
      const std::size_t step = row_by_row ? 1 : rows;
      for (std::size_t r = 0; r < rows; r += step) kernels.head(&x[r * k], step, packed, &own[r * n]);
      Kernels(Isa::avx512, pool).head(x.data(), rows, packed, fused.data());
      EXPECT_TRUE(same_bits(own, fused)) << kind.name << ", sums of " << k;
    }
  }
}

TEST(DotInstruction, EqualsFusedMultiplyAddsOnEveryKindOfNumber) {
  if (!isa_supported(Isa::avx512_bf16)) GTEST_SKIP() << "this processor has no avx512_bf16";
  expect_the_sums_of_avx512(Isa::avx512_bf16, true);
}

TEST(TileInstruction, EqualsFusedMultiplyAddsOnEveryKindOfNumber) {
  if (!isa_supported(Isa::amx)) GTEST_SKIP() << "this processor has no amx, or the system does not grant it";
  expect_the_sums_of_avx512(Isa::amx, false);
}

}  // namespace
}  // namespace radixlab
