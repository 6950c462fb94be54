// What the kernels stand on: choice of instruction set, denormal mode, thread pool, memory, packed weights.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <stdexcept>

#include "kernels_fixture.hpp"

namespace radixlab {
namespace {

TEST(IsaChoice, NamesRoundTripAndTheUnknownIsRefused) {
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::avx512_bf16, Isa::amx})
    EXPECT_EQ(parse_isa(isa_name(isa)), isa);
  try {
    parse_isa("sse9");
    FAIL() << "accepted";
  } catch (const std::invalid_argument& e) {
    for (const char* word : {"sse9", "scalar", "avx2", "avx512", "avx512_bf16", "amx"}) {
      EXPECT_NE(std::string(e.what()).find(word), std::string::npos) << e.what();
    }
  }
}

TEST(IsaChoice, TheBestIsSupportedAndTheUnsupportedRefused) {
  EXPECT_TRUE(isa_supported(Isa::scalar));
  EXPECT_TRUE(isa_supported(best_isa()));
  ThreadPool pool(1);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::avx512_bf16, Isa::amx}) {
    if (isa_supported(isa)) {
      EXPECT_EQ(Kernels(isa, pool).isa(), isa);
    } else {
      EXPECT_THROW(Kernels(isa, pool), std::invalid_argument);
    }
  }
}

TEST(IsaChoice, TheFastestIsLast) {
  const std::vector<Isa> found = supported_isas();
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::avx512_bf16, Isa::amx})
    EXPECT_EQ(std::ranges::count(found, isa), isa_supported(isa)) << isa_name(isa);
  EXPECT_EQ(found.front(), Isa::scalar);
  EXPECT_EQ(found.back(), best_isa());
  if (isa_supported(Isa::amx)) {
    EXPECT_EQ(best_isa(), Isa::amx);
  }
#if defined(__x86_64__)
  const auto fused = std::ranges::find(found, Isa::avx512), dot = std::ranges::find(found, Isa::avx512_bf16);
  if (dot != found.end()) {
    EXPECT_EQ(dot < fused, __builtin_cpu_is("intel") != 0) << "which of the two is faster";
  }
#endif
}

/// True if both a denormal operand and a denormal result count as zero in this thread.
bool flushes() {
  volatile float denormal = 0x1p-130f, normal = 0x1p-126f, large = 0x1p100f, half = 0.5f;
  const volatile float from_operand = denormal * large, from_result = normal * half;
  return from_operand == 0.0f && from_result == 0.0f;
}

TEST(DenormalMode, GuardSetsItAndPutsItBack) {
  EXPECT_FALSE(flushes());
  {
    const FlushToZero outer;
    EXPECT_TRUE(flushes());
    { const FlushToZero inner; }
    EXPECT_TRUE(flushes());
  }
  EXPECT_FALSE(flushes());
}

TEST(ThreadPoolTest, RunsEachIterationOnce) {
  for (const std::size_t threads : {1, 2, 3, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const std::size_t count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> runs(count);
      pool.parallel_for(count, [&](std::size_t i) { ++runs[i]; });
      for (const auto& r : runs) ASSERT_EQ(r, 1);
    }
  }
  EXPECT_THROW(ThreadPool(1).parallel_for(std::size_t{1} << 32, [](std::size_t) {}), std::length_error);
}

TEST(ThreadPoolTest, EveryThreadTakesPartAndFlushesDenormals) {
  for (const std::ptrdiff_t threads : {1, 2, 3, 5}) {
    ThreadPool pool(static_cast<std::size_t>(threads));
    std::barrier all_are_here(threads);  // so that no thread can take two iterations
    std::atomic<int> flushing{0};
    pool.parallel_for(static_cast<std::size_t>(threads), [&](std::size_t) {
      all_are_here.arrive_and_wait();
      if (flushes()) ++flushing;
    });
    EXPECT_EQ(flushing, threads);
  }
  EXPECT_FALSE(flushes()) << "the caller's own mode came back";
}

TEST(ThreadPoolTest, WhatALoopWroteIsSeenByTheNext) {
  ThreadPool pool(3);
  std::vector<std::size_t> values(64);
  for (std::size_t round = 1; round <= 3000; ++round) {
    pool.parallel_for(values.size(), [&](std::size_t i) { values[(i + round) % values.size()] += 1; });
  }
  for (const std::size_t v : values) ASSERT_EQ(v, 3000u);
}

TEST(ThreadPoolTest, AnExceptionReachesTheCallerAndThePoolGoesOn) {
  ThreadPool pool(3);
  for (int round = 0; round < 50; ++round) {
    EXPECT_THROW(pool.parallel_for(100,
                                   [](std::size_t i) {
                                     if (i % 10 == 3) throw std::runtime_error("body");
                                   }),
                 std::runtime_error);
    std::atomic<std::size_t> sum{0};
    pool.parallel_for(100, [&](std::size_t i) { sum += i; });
    ASSERT_EQ(sum, 4950u);
  }
}

TEST(ThreadPoolTest, RefusesNoThreadsAndALoopInALoop) {
  EXPECT_THROW(ThreadPool(0), std::invalid_argument);
  for (const std::size_t threads : {1, 2}) {
    ThreadPool pool(threads);
    EXPECT_THROW(pool.parallel_for(2, [&](std::size_t) { pool.parallel_for(1, [](std::size_t) {}); }),
                 std::logic_error);
    pool.parallel_for(2, [](std::size_t) {});  // and it still works
  }
}

TEST(HugeBufferTest, IsZeroedAlignedAndMoves) {
  HugeBuffer<float> a(700001);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.data()) % (2u << 20), 0u);
  EXPECT_EQ(std::count(a.data(), a.data() + a.size(), 0.0f), 700001);
  a[700000] = 3;
  HugeBuffer<float> b(std::move(a));
  EXPECT_EQ(a.size(), 0u);
  EXPECT_EQ(b[700000], 3.0f);
  HugeBuffer<float> c;
  EXPECT_EQ(c.data(), nullptr);
  c = std::move(b);
  EXPECT_EQ(c.span().back(), 3.0f);
  EXPECT_EQ(HugeBuffer<float>(0).size(), 0u);
}

TEST(HugeBufferTest, ThrowsWhenThereIsNotSoMuch) {
  const std::size_t all = std::numeric_limits<std::size_t>::max();
  EXPECT_THROW(HugeBuffer<float>{all / 2}, std::bad_alloc);
  EXPECT_THROW(HugeBuffer<char>{all}, std::bad_alloc);
  EXPECT_THROW(HugeBuffer<char>{all / 4}, std::bad_alloc);
}

TEST(PackedMatrixTest, PutsSixteenOutputsSideBySide) {
  const std::size_t n = 21, k = 5;
  const auto w = random_floats(n * k, 1);
  PackedMatrix<float> packed(n, k);
  packed.pack(w);
  EXPECT_EQ(packed.rows(), n);
  EXPECT_EQ(packed.cols(), k);
  EXPECT_EQ(packed.steps(), k);
  ASSERT_EQ(packed.num_panels(), 2u);
  for (std::size_t o = 0; o < 32; ++o) {
    for (std::size_t i = 0; i < k; ++i) {
      ASSERT_EQ(packed.panel(o / 16)[i * 16 + o % 16], o < n ? w[o * k + i] : 0.0f) << o << ' ' << i;
    }
  }
}

TEST(PackedMatrixTest, RoundsToBFloat16AndPutsNeighboursSideBySide) {
  const std::size_t n = 21, k = 5;
  const auto w = random_floats(n * k, 1);
  PackedMatrix<BFloat16> packed(n, k);
  packed.pack(w);
  EXPECT_EQ(packed.cols(), k);
  EXPECT_EQ(packed.steps(), 16u) << "a whole block of pairs";
  ASSERT_EQ(packed.num_panels(), 2u);
  for (std::size_t o = 0; o < 32; ++o) {
    for (std::size_t i = 0; i < 32; ++i) {
      const std::uint16_t expected = o < n && i < k ? f32_to_bf16(w[o * k + i]) : 0;
      ASSERT_EQ(packed.panel(o / 16)[(i / 2 * 16 + o % 16) * 2 + i % 2].bits, expected) << o << ' ' << i;
    }
  }
}

TEST(PackedMatrixTest, RefusesWrongSizes) {
  PackedMatrix<BFloat16> packed(21, 5);
  const std::vector<float> row(5), wrong(6), all(21 * 5 - 1);
  EXPECT_THROW(packed.set_row(21, row), std::out_of_range);
  EXPECT_THROW(packed.set_row(0, wrong), std::invalid_argument);
  EXPECT_THROW(packed.pack(all), std::invalid_argument);
}

}  // namespace
}  // namespace radixlab
