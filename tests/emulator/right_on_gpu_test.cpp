// The right kernels of faults_test.cpp, on a GPU: each launch ends well.
#include <gtest/gtest.h>

#include "emulator/cases.hpp"

namespace radixlab {
namespace {

class RightKernels : public testing::TestWithParam<Case> {};

TEST_P(RightKernels, EndWell) {
  if (!has_device()) GTEST_SKIP() << "this machine has no GPU";
  Arrays arrays;
  GetParam().run(false, arrays);
  EXPECT_NO_THROW(arrays.x.values());  // which waits for the kernel, and throws what became of it
}

INSTANTIATE_TEST_SUITE_P(Gpu, RightKernels, testing::ValuesIn(kCases), [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace radixlab
