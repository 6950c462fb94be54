// What a pass moves, counted by the emulator, against a bound. Traffic depends on shapes alone, not on whether numbers are right.
#pragma once
#include <iostream>

#include "kernels/emulator/traffic.hpp"
#include "passes.hpp"

namespace radixlab::lab09 {

/// Sectors of 32 bytes that so many numbers of T take.
template <class T>
std::uint64_t sectors(int numbers) {
  return static_cast<std::uint64_t>(numbers) * sizeof(T) / 32;
}

/// What has to be moved at least.
struct Needed {
  std::string what;
  std::uint64_t transactions;
};

/// Pages begin at multiples of 32 bytes here, so that a row of whole sectors touches no other. Their numbers are all 0.
template <class T, class F>
std::optional<emulator::Report> recorded(Batch<T>& b, const Pass<F>& pass) {
  if (testing::Test::HasFailure()) return {};
  OnDevice<T> device(b);
  device.give_scores(std::vector<float>(b.item(b.rows(), 0) * b.max_length, 0.5f));
  device.give_inverse_sums(std::vector<float>(b.item(b.rows(), 0), 1.0f));
  PagedAttention<T> call = device.call();
  call.pages.page_stride = std::size_t(2) * b.kv_heads * b.page * b.dim;
  const std::size_t num_pages = std::size_t(call.pages.max_pages) * b.sequences();
  const DeviceArray<T> pages("pages", std::vector<T>(num_pages * call.pages.page_stride));
  call.pages.base = pages.data();
  const emulator::Recorder recorder;
  if (!ran(b.name(), [&] { pass.run(call); })) return {};
  return recorder.report();
}

inline const emulator::Report::Line& most(const emulator::Report& report, std::uint64_t emulator::Traffic::*what) {
  return *std::ranges::max_element(report.lines, {}, [&](const auto& line) { return line.traffic.*what; });
}

/// The table of what each line moves, where the board shows it: above the sentence that failed.
inline void tell(const emulator::Report& report) { std::cout << "The story so far\n" << report.draw() << std::endl; }

/// At most `times` as many transactions as are needed.
template <class T, class F>
void expect_traffic(Batch<T>& b, const Pass<F>& pass, double times, const Needed& needed) {
  const std::optional<emulator::Report> report = recorded(b, pass);
  if (!report) return;
  const std::uint64_t moved = report->total.transactions;
  const auto bound = static_cast<std::uint64_t>(times * static_cast<double>(needed.transactions));
  const emulator::Report::Line& line = most(*report, &emulator::Traffic::transactions);
  if (moved > bound) tell(*report);
  ASSERT_LE(moved, bound) << pass.name << " takes " << moved << " transactions of 32 bytes, at most " << bound
                          << " are expected; " << needed.what << ", are " << needed.transactions
                          << ". Most of it: " << line.place << " with " << line.traffic.transactions << " [" << b.name()
                          << ", " << counted(b.max_length, "key") << "]";
}

/// At most an eighth of the passes over shared memory are more than the bytes need.
template <class T, class F>
void expect_few_conflicts(Batch<T>& b, const Pass<F>& pass) {
  const std::optional<emulator::Report> report = recorded(b, pass);
  if (!report) return;
  const std::uint64_t passes = report->total.shared_passes, conflicts = report->total.bank_conflicts;
  ASSERT_GT(passes, 0u) << pass.name << " goes by no shared memory";
  const emulator::Report::Line& line = most(*report, &emulator::Traffic::bank_conflicts);
  if (conflicts > passes / 8) tell(*report);
  ASSERT_LE(conflicts, passes / 8) << pass.name << ": of " << passes << " passes over shared memory " << conflicts
                                   << " are bank conflicts, at most " << passes / 8
                                   << " are expected. Most of them: " << line.place << " with "
                                   << line.traffic.bank_conflicts << " [" << b.name() << ", "
                                   << counted(b.max_length, "key") << "]";
}

}  // namespace radixlab::lab09
