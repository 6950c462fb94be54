#include "01-kernels/kernels.hpp"

#include <gtest/gtest.h>
#include <numeric>
#include <vector>

#include "kernels/emulator/emulator.hpp"
#include "kernels/emulator/traffic.hpp"

namespace radixlab {
namespace {

using emulator::DeviceArray;

struct Sums : testing::Test {
  static std::vector<float> numbers() {
    std::vector<float> numbers(2 * kRow);
    std::iota(numbers.begin(), numbers.end(), 1.0f);
    return numbers;
  }
  DeviceArray<float> in{"in", numbers()}, copied{"copied", 2}, out{"out", 2};
};

TEST_F(Sums, T1_OfTwoRows) {
  row_sums(in.data(), 2, out.data());
  EXPECT_EQ(out.values(), (std::vector<float>{2080, 6176}));
}

TEST_F(Sums, T1_TrafficOfTwoRows) {
  const emulator::Recorder recorder;
  row_sums(in.data(), 2, out.data());
  EXPECT_LE(recorder.report().total.transactions, 18u)
      << "two rows of 64 numbers are 16 transactions, and 2 for the sums";
}

TEST(Least, T2_OfTwo) { EXPECT_EQ(least(3, 4) + least(6, 5), 8); }

TEST_F(Sums, GivenCopyOfSums) {
  row_sums(in.data(), 2, out.data());
  copy(out.data(), least(2, 3), copied.data());
  EXPECT_EQ(copied.values(), out.values());
}

}  // namespace
}  // namespace radixlab
