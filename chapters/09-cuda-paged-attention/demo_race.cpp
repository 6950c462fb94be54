#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "09-cuda-paged-attention/demo_call.hpp"
#include "09-cuda-paged-attention/demo_kernels.hpp"
#include "09-cuda-paged-attention/demo_steps.hpp"
#include "apps/cli.hpp"
#include "kernels/emulator/emulator.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

using emulator::FaultKind, emulator::KernelFault;

constexpr std::uint64_t kOrders = 10;

/// The tile's arrays.
struct Tile {
  DeviceArray<float> query{"query", demo_numbers<float>(kTileDim, 1)};
  DeviceArray<float> keys{"keys", demo_numbers<float>(std::size_t{kTileKeys} * kTileDim, 2)};
  DeviceArray<int> copied_by{"copied_by", std::size_t{kTileKeys} * kTileDim};
  DeviceArray<float> scores{"scores", kTileKeys};

  void run(bool barrier) const {
    scores_of_a_tile(barrier, query.data(), keys.data(), copied_by.data(), scores.data());
  }
};

/// What the emulator finds while threads run in this order (ScheduleSeed).
KernelFault fault_without_barrier(std::uint64_t order) try {
  const ScheduleSeed seed(order);
  Tile().run(false);
  throw CheckFailed("the emulator finds nothing in a kernel that lacks its barrier");
} catch (const KernelFault& fault) {
  return fault;
}

/// "file.cu:41" as 41.
int line_number(const std::string& place) { return std::stoi(place.substr(place.rfind(':') + 1)); }

/// The threads that a fault names, in its order: the x of each "thread (x,y,z)".
std::vector<int> threads_of(const std::string& words) {
  std::vector<int> threads;
  const std::string before = "thread (";
  for (std::size_t at = words.find(before); at != words.npos; at = words.find(before, at + 1))
    threads.push_back(std::stoi(words.substr(at + before.size())));
  return threads;
}

}  // namespace

void show_race(Demo& demo) {
  demo.step("A race: rung 3's scores of one tile, and the barrier is left out");
  const KernelFault fault = fault_without_barrier(0);
  const int copies = line_number(fault.places().at(0)), reads = line_number(fault.places().at(1));
  fmt::print(
      "   line {}   thread t copies floats t, t + 64, ... of 64 keys into shared memory\n"
      "   between   __syncthreads() is left out\n"
      "   line {}   thread t multiplies the query by key t\n\n"
      "   The emulator says:\n",
      copies, reads);
  for (const std::u32string& line : wrap_words(visible_text(fault.what()), 100))
    fmt::print("      {}\n", to_utf8(line));
  const std::vector<int> threads = threads_of(fault.what());
  demo.figure("race.line", copies);
  demo.figure("race.other_line", reads);
  demo.figure("race.thread", threads.at(0));
  demo.figure("race.other_thread", threads.at(1));

  int found = 0;
  for (std::uint64_t order = 1; order <= kOrders; ++order)
    found += fault_without_barrier(order).kind() == FaultKind::race;
  fmt::print("   Threads in {} other orders: a race is found in {} of them.\n", kOrders, found);
  demo.figure("race.found", found);

  const Tile tile;
  tile.run(true);
  const std::vector<int> copied_by = tile.copied_by.values();
  const auto own = std::count(copied_by.begin(), copied_by.begin() + kTileDim, 0);
  fmt::print(
      "   With the barrier it says nothing, and {} scores are there. Of the {} floats of key 0, thread 0 has copied "
      "{}.\n",
      tile.scores.size(), kTileDim, own);
  demo.figure("predicted_own", own);
}

}  // namespace radixlab
