// What moves is counted as a GPU's memory moves it; the figures are worked out by hand.
#include "kernels/emulator/traffic.hpp"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/features.hpp"
#include "emulator/kernels.hpp"
#include "kernels/emulator/emulator.hpp"

namespace radixlab {
namespace {

using emulator::DeviceArray;
using emulator::Recorder;
using emulator::Report;

Report counted(const std::function<void(const float*, float*)>& run, std::uint64_t seed = 0) {
  DeviceArray<float> x("x", std::vector<float>(4096, 1)), y("y", 4096);
  const emulator::ScheduleSeed order(seed);
  const Recorder recorder;
  run(x.data(), y.data());
  return recorder.report();
}

TEST(Traffic, NeighboursShareTransactions) {
  const Report report = counted([](const float* x, float* y) { emulated::copy_rows(x, y, 1); });
  EXPECT_EQ(report.total.global_loads, 64u);
  EXPECT_EQ(report.total.global_stores, 64u);
  EXPECT_EQ(report.total.transactions, 2u * 64 * 4 / 32);
  EXPECT_EQ(report.total.efficiency(), 1);
  EXPECT_EQ(report.launches, 1u);
  EXPECT_EQ(report.blocks, 1u);
}

TEST(Traffic, LanesFarApartTakeATransactionEach) {
  const Report report = counted([](const float* x, float* y) { emulated::copy_rows(x, y, 8); });
  ASSERT_EQ(report.lines.size(), 2u);
  EXPECT_EQ(report.lines[0].traffic.transactions, 64u);
  EXPECT_EQ(report.lines[0].traffic.efficiency(), 4 / 32.0);
  EXPECT_EQ(report.lines[1].traffic.transactions, 8u);
  EXPECT_NE(report.lines[0].place, report.lines[1].place);
}

TEST(Traffic, OneAddressForAllLanesMovesOnce) {
  const Report report = counted([](const float* x, float* y) { emulated::broadcast(x, y); });
  EXPECT_EQ(report.total.global_loads, 33u);
  EXPECT_EQ(report.total.transactions, 1u + 1u + 4u);
  EXPECT_EQ(report.total.shared_passes, 2u);
  EXPECT_EQ(report.total.bank_conflicts, 0u);
  EXPECT_EQ(report.barriers, 1u);
}

TEST(Traffic, AVectorLoadIsOneAccess) {
  const Report report = counted(emulated::copy_vectors);
  EXPECT_EQ(report.total.global_loads, 32u);
  EXPECT_EQ(report.total.global_stores, 32u);
  EXPECT_EQ(report.total.global_bytes, 2u * 512);
  EXPECT_EQ(report.total.transactions, 2u * 16);
}

TEST(Traffic, AColumnMeetsOneBankUnlessRowsArePadded) {
  const Report plain = counted([](const float* x, float* y) { emulated::transpose(x, y, false); });
  EXPECT_EQ(plain.total.shared_loads, 1024u);
  EXPECT_EQ(plain.total.shared_passes, 32u + 32 * 32);
  EXPECT_EQ(plain.total.bank_conflicts, 32u * 31);
  const Report padded = counted([](const float* x, float* y) { emulated::transpose(x, y, true); });
  EXPECT_EQ(padded.total.shared_passes, 32u + 32);
  EXPECT_EQ(padded.total.bank_conflicts, 0u);
}

TEST(Traffic, TheOrderOfThreadsChangesNoFigure) {
  const auto run = [](const float* x, float* y) {
    emulated::transpose(x, y, false);
    emulated::pipelined(x, y, 5);  // 16 bytes a lane: who shares a pass is a matter of lanes
  };
  for (const std::uint64_t seed : {5, 6, 7}) EXPECT_EQ(counted(run, seed).draw(), counted(run).draw());
}

TEST(Traffic, MeetingsAreCountedByWarps) {
  DeviceArray<float> out("out", 320);
  const Recorder recorder;
  emulated::shuffles(out.data());
  EXPECT_EQ(recorder.report().meetings, 10u);
}

TEST(Traffic, ADrawingHasABarALine) {
  const Report report = counted([](const float* x, float* y) { emulated::copy_rows(x, y, 8); });
  EXPECT_THAT(report.draw(), testing::HasSubstr("global         64         64     12 %  ########################\n"));
  EXPECT_THAT(report.draw(), testing::HasSubstr("global         64          8    100 %  ###\n"));
}

TEST(Traffic, OneRecorderAtATime) {
  const Recorder recorder;
  EXPECT_THROW(Recorder{}, std::logic_error);
}

}  // namespace
}  // namespace radixlab
