// Each part of the language gives what CUDA's documentation says, in any order of threads: on the emulator and on a GPU.
#include "emulator/features.hpp"

#include <bit>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <thread>

#include "contract/todo.hpp"
#include "emulator/kernels.hpp"
#include "kernels/cuda/device_array.hpp"

namespace radixlab {
namespace {

class Features : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_device()) GTEST_SKIP() << "this machine has no GPU";
  }
};
using Launches = Features;
using DeviceArrays = Features;

/// Each of them in several orders of blocks, warps and lanes.
template <typename Test>
void in_any_order(Test test) {
  for (const std::uint64_t seed : {0, 1, 2, 77}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const ScheduleSeed order(seed);
    test();
  }
}

TEST_F(Features, GridsAndBlocksOfThreeDimensions) {
  in_any_order([] {
    DeviceArray<unsigned> out("out", 12 * 24);
    emulated::indices(out.data());
    std::vector<unsigned> expected;
    for (unsigned block = 0; block < 12; ++block)
      for (unsigned t = 0; t < 24; ++t)
        expected.push_back(100000 * (block / 6) + 10000 * (block / 2 % 3) + 1000 * (block % 2) + 100 * (t / 6) +
                           10 * (t / 3 % 2) + t % 3);
    EXPECT_EQ(out.values(), expected);
  });
}

TEST_F(Features, ShufflesOfAllKindsAndWidths) {
  in_any_order([] {
    DeviceArray<float> out("out", 320);
    emulated::shuffles(out.data());
    for (int lane = 0; lane < 32; ++lane) {
      const float l = static_cast<float>(lane);
      const auto got = out.values();
      EXPECT_THAT(std::vector<float>(got.begin() + lane * 10, got.begin() + lane * 10 + 10),
                  testing::ElementsAre(5, lane / 8 * 8 + 5, lane / 8 * 8 + 3, lane < 3 ? l : l - 3,
                                       lane % 4 < 3 ? l : l - 3, lane > 28 ? l : l + 3, lane % 4 > 0 ? l : l + 3,
                                       lane ^ 16, lane ^ 1, lane < 8 ? 7 - lane : -1))
          << "lane " << lane;
    }
  });
}

TEST_F(Features, ShufflesMoveEightBytes) {
  in_any_order([] {
    std::vector<double> in(32);
    std::iota(in.begin(), in.end(), 1'000'000'001.0);
    DeviceArray<double> x("x", in);
    DeviceArray<std::int64_t> out("out", 32);
    emulated::wide_shuffle(x.data(), out.data());
    for (int lane = 0; lane < 32; ++lane)
      EXPECT_EQ(out.values()[lane], (1'000'000'001 + (std::min(lane + 1, 31) ^ 1)) * -3'000'000'000);
  });
}

TEST_F(Features, VotesCountThoseOfTheMask) {
  in_any_order([] {
    DeviceArray<unsigned> out("out", 240);
    emulated::votes(out.data());
    const auto got = out.values();
    for (unsigned t = 0; t < 48; ++t) {
      const bool whole = t < 32;
      EXPECT_EQ(got[5 * t], whole ? 0x49249249u : 0x00009249u << 1 & 0xffffu) << t;
      EXPECT_EQ(got[5 * t + 1], whole ? 0u : 1u) << t;
      EXPECT_EQ(got[5 * t + 2], whole ? 1u : 0u) << t;
      EXPECT_EQ(got[5 * t + 3], 16u) << t;
      EXPECT_EQ(got[5 * t + 4], 2u) << t;
    }
  });
}

TEST_F(Features, AtomicsLoseNothing) {
  in_any_order([] {
    DeviceArray<int> sum("sum", std::vector{0}), product("product", std::vector{1});
    DeviceArray<unsigned> largest("largest", std::vector{0u});
    emulated::integer_atomics(sum.data(), largest.data(), product.data());
    unsigned expected = 0;
    for (unsigned i = 0; i < 192; ++i) expected = std::max(expected, i * 7919u % 1000u);
    EXPECT_EQ(sum.values()[0], 191 * 192 / 2);
    EXPECT_EQ(largest.values()[0], expected);
    EXPECT_EQ(product.values()[0], static_cast<int>(std::pow(3, 12)));
    DeviceArray<float> total("total", std::vector{1.0f});
    emulated::float_atomic(total.data());
    EXPECT_EQ(total.values()[0], 241);
  });
}

TEST_F(Features, DynamicSharedMemory) {
  in_any_order([] {
    std::vector<float> in(192), expected(192);
    std::iota(in.begin(), in.end(), 1.0f);
    std::reverse_copy(in.begin(), in.end(), expected.begin());
    DeviceArray<float> x("x", in), y("y", 192);
    emulated::reverse(x.data(), y.data(), 192);
    EXPECT_EQ(y.values(), expected);
  });
}

TEST_F(Features, NeighboursOfTwoBytesAndOfOneAreToldApart) {
  in_any_order([] {
    std::vector<BFloat16> in(77);
    for (std::size_t i = 0; i < in.size(); ++i) in[i].bits = static_cast<std::uint16_t>(0x3f80 + i);
    DeviceArray<BFloat16> x("x", in), y("y", in.size());
    emulated::through_bfloat16(x.data(), y.data(), 77);
    for (std::size_t i = 0; i < in.size(); ++i) EXPECT_EQ(y.values()[i].bits, in[i].bits + 0x80);
    DeviceArray<unsigned char> bytes("bytes", 33);
    emulated::bytes(bytes.data());
    for (unsigned t = 0; t < 33; ++t) EXPECT_EQ(bytes.values()[t], (32 - t) * 3 + 1);
  });
}

TEST_F(Features, TinyNumbersBecomeZeroAndNothingIsFusedUnasked) {
  in_any_order([] {
    const float a = 1 + 0x1p-12f;
    DeviceArray<float> in("in", std::vector{0x1p-70f, 0x1p-140f, a, a, -1.0f}), out("out", 3);
    emulated::small_numbers(in.data(), out.data());
    EXPECT_THAT(out.values(), testing::ElementsAre(0, 0, 0x1p-11f));
    volatile float denormal = 0x1p-140f;  // the host's own mode is as it was
    EXPECT_GT(denormal * 2, 0);
  });
}

TEST_F(Features, AsynchronousCopiesInTwoBuffers) {
  in_any_order([] {
    std::vector<float> in(5 * 128);
    std::iota(in.begin(), in.end(), 0.0f);
    DeviceArray<float> x("x", in), out("out", 32);
    emulated::pipelined(x.data(), out.data(), 5);
    for (int t = 0; t < 32; ++t) {
      float sum = 0;
      for (int tile = 0; tile < 5; ++tile)
        for (int j = 0; j < 4; ++j) sum += in[tile * 128 + 127 - 4 * t - j];
      EXPECT_EQ(out.values()[t], sum);
    }
  });
}

TEST_F(Launches, ShapesThatNoGpuTakesAreRefused) {
  DeviceArray<float> x("x", std::vector<float>(64, 1)), y("y", 64);
  EXPECT_ANY_THROW(emulated::reverse(x.data(), y.data(), 0));
}

#ifndef RADIXLAB_GPU  // where it ends the context
TEST_F(Launches, WhatAKernelThrowsComesOutAndTheNextIsAsEver) {
  DeviceArray<float> x("x", std::vector<float>(64, 2)), y("y", 64);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT([&] { emulated::unwritten(y.data()); },
                testing::ThrowsMessage<Todo>("task 9.1 is yours to write. Add."));
    EXPECT_EQ(y.values(), std::vector<float>(64, 1));
    emulated::missing_barrier(false, x.data(), y.data());
    EXPECT_EQ(y.values()[0], 128);
  }
}
#endif

TEST_F(Launches, AnyThreadOfTheHostMayLaunch) {
  DeviceArray<float> x("x", std::vector<float>(64, 2)), y("y", 64);
  for (int i = 0; i < 2; ++i) {
    std::jthread([&] { emulated::missing_barrier(false, x.data(), y.data()); }).join();
    EXPECT_EQ(y.values()[0], 128);
    emulated::missing_barrier(false, x.data(), y.data());
  }
}

TEST_F(Launches, ThreadLocalVariablesOfTheHostAreNotShared) {
  thread_local std::string own = "a constructor runs where it is used first";
  DeviceArray<float> x("x", std::vector<float>(64, 2)), y("y", 64);
  emulated::missing_barrier(false, x.data(), y.data());
  EXPECT_EQ(y.values()[0], 128);
  EXPECT_FALSE(own.empty());
}

TEST_F(DeviceArrays, StartUnwrittenAndTakeOnlyTheirSize) {
  DeviceArray<float> x("x", 5);
  for (const float v : x.values()) EXPECT_TRUE(std::isnan(v));
  EXPECT_THROW(x.assign(std::vector<float>(4)), std::invalid_argument);
  DeviceArray<float> moved = std::move(x);
  moved.assign(std::vector<float>(5, 3));
  EXPECT_EQ(moved.values(), std::vector<float>(5, 3));
}

}  // namespace
}  // namespace radixlab
