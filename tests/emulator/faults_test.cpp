// Each wrong kernel is found, at its line and in words that teach; the right one beside it passes, in any order of threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/cases.hpp"
#include "emulator/marks.hpp"

namespace radixlab {
namespace {

using emulator::KernelFault;

std::string replaced(std::string text, const std::string& mark, const std::string& by) {
  const std::size_t at = text.find(mark);
  return at == std::string::npos ? text : text.replace(at, mark.size(), by);
}

void expect_explained(const Case& c, const KernelFault& fault) {
  const std::string line = marked_line("fault", c.name), other = marked_line("other", c.name);
  EXPECT_EQ(fault.kind(), c.kind) << fault.what();
  EXPECT_THAT(fault.what(), testing::HasSubstr(replaced(replaced(c.words, "@fault", line), "@other", other)));
  if (other.empty()) {
    EXPECT_THAT(fault.places(), testing::ElementsAre(line)) << fault.what();
  } else {  // of two that race, the order of the threads says which comes second
    EXPECT_THAT(fault.places(), testing::UnorderedElementsAre(line, other)) << fault.what();
  }
}

class Faults : public testing::TestWithParam<Case> {};

TEST_P(Faults, WrongIsFoundAndExplainedAndRightPasses) {
  const Case& c = GetParam();
  {
    Arrays arrays;
    try {
      c.run(true, arrays);
      ADD_FAILURE() << "the wrong kernel passed";
    } catch (const KernelFault& fault) {
      expect_explained(c, fault);
    }
  }
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const emulator::ScheduleSeed order(seed);
    Arrays right, wrong;
    EXPECT_NO_THROW(c.run(false, right)) << "right, seed " << seed;
    EXPECT_THROW(c.run(true, wrong), KernelFault) << "wrong, seed " << seed;
  }
  Arrays after;  // a launch that was given up leaves the next one unharmed
  emulated::missing_barrier(false, after.x.data(), after.y.data());
  EXPECT_EQ(after.y.values()[0], 64 * 65 / 2);
}

INSTANTIATE_TEST_SUITE_P(Emulator, Faults, testing::ValuesIn(kCases), [](const auto& one) { return one.param.name; });

TEST(Faults, ALoopThatGoesByWhatNoOneWroteEnds) {
  DeviceArray<unsigned> n("n", 1), y("y", 1);
  EXPECT_THROW(emulated::count_to_unwritten(n.data(), y.data()), KernelFault);
  EXPECT_LT(y.values()[0], 1'000'000u);  // of 2^32 - 1
}

TEST(Faults, EveryMarkedLineHasItsCase) {
  std::vector<std::string> names;
  for (const Case& c : kCases) names.push_back(c.name);
  EXPECT_THAT(all_marks("fault"), testing::UnorderedElementsAreArray(names));
}

}  // namespace
}  // namespace radixlab
