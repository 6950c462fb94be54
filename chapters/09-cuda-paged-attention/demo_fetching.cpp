#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <numeric>
#include <vector>

#include "09-cuda-paged-attention/demo_call.hpp"
#include "09-cuda-paged-attention/demo_kernels.hpp"
#include "09-cuda-paged-attention/demo_steps.hpp"
#include "apps/cli.hpp"
#include "io/error.hpp"
#include "kernels/emulator/traffic.hpp"
#include "visualize/cells.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

using emulator::Recorder, emulator::Report;

constexpr int kRow = 128;  // numbers
constexpr std::size_t kLanes = 32, kSector = 32, kBanks = 32;

/// A load of a number by each thread of a warp, and what the emulator has counted of it.
struct Load {
  std::string words;
  std::size_t stride, number_bytes;
  std::size_t sectors = 0;

  std::size_t sector_of(std::size_t thread) const { return thread * stride * number_bytes / kSector; }
  /// Sectors that hold a number, in their order, and in each "#" for a number that a thread asks for and "." for another.
  std::vector<std::string> drawn() const {
    std::vector<std::string> all;
    for (std::size_t t = 0; t < kLanes; ++t) {
      if (t == 0 || sector_of(t) != sector_of(t - 1)) all.emplace_back(kSector / number_bytes, '.');
      all.back()[t * stride % (kSector / number_bytes)] = '#';
    }
    if (all.size() != sectors) throw CheckFailed("the picture has other sectors than the emulator counts: " + words);
    return all;
  }
};

std::vector<std::size_t> numbers_to(std::size_t n) {
  std::vector<std::size_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  return numbers;
}

std::size_t loaded_sectors(const Report& report) {
  std::size_t sectors = 0;
  for (const Report::Line& line : report.lines)
    if (line.traffic.global_loads > 0) sectors += line.traffic.transactions;
  return sectors;
}

std::size_t passes_of_reads(const Report& report) {
  std::size_t passes = 0;
  for (const Report::Line& line : report.lines)
    if (line.traffic.shared_loads > 0) passes += line.traffic.shared_passes;
  return passes;
}

template <class T>
Load load_of(const std::string& words, int stride) {
  const DeviceArray<T> x("x", demo_numbers<T>(kLanes * kRow, 1)), y("y", kLanes);
  const Recorder recorder;
  load_one_each(x.data(), stride, y.data());
  return {words, static_cast<std::size_t>(stride), sizeof(T), loaded_sectors(recorder.report())};
}

void print_load(const Load& load) {
  const std::size_t wanted = kLanes * load.number_bytes;
  fmt::print("   {}: {}, {} bytes for {}\n", load.words, counted(load.sectors, "sector"),
             grouped(load.sectors * kSector), wanted);
  const std::vector<std::string> sectors = load.drawn();
  constexpr std::size_t kOfALine = 8;
  for (std::size_t i = 0; i < sectors.size(); i += kOfALine) {
    const auto begin = sectors.begin() + static_cast<std::ptrdiff_t>(i);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kOfALine, sectors.size() - i));
    fmt::print("   |{}|\n", fmt::join(begin, begin + count, "|"));
  }
}

// Four sectors a line, each of two columns: what is asked for, and what comes along.
void draw_loads(const Demo& demo, const std::vector<Load>& loads) {
  constexpr std::size_t kOfALine = 4, kColumns = 2 * kOfALine, kAsked = 20, kRest = 118;  // [points] the last two
  CellRows rows;
  for (const Load& load : loads) {
    rows.push_back({{.text = fmt::format("{}: {}", load.words, counted(load.sectors, "sector")),
                     .columns = kColumns,
                     .bold = true,
                     .left = true}});
    std::size_t thread = 0, count = 0;
    for (const std::string& sector : load.drawn()) {
      if (count++ % kOfALine == 0) rows.emplace_back();
      const auto asked = static_cast<std::size_t>(std::ranges::count(sector, '#'));
      const std::string threads =
          asked == 1 ? std::to_string(thread) : fmt::format("{}-{}", thread, thread + asked - 1);
      const bool whole = asked == sector.size();
      rows.back().push_back(
          {.text = threads, .colour = cell_colour::own, .width = kAsked, .columns = whole ? 2ull : 1ull});
      if (!whole) rows.back().push_back({.colour = cell_colour::wasted, .width = kRest});
      thread += asked;
    }
  }
  rows.push_back({{.text = "With a number: bytes that these threads ask for. Without: bytes that come in the same "
                           "sector, for nothing.",
                   .columns = kColumns,
                   .left = true}});
  demo.picture("coalescing", to_dot_cells(rows));
}

std::size_t passes_with(std::size_t pitch, std::size_t count) {
  const DeviceArray<float> y("y", kLanes);
  const Recorder recorder;
  add_up_rows(static_cast<int>(pitch), static_cast<int>(count), y.data());
  return passes_of_reads(recorder.report());
}

std::string words_of(std::size_t passes) { return fmt::format("{} pass{}", passes, passes == 1 ? "" : "es"); }

void print_banks(std::size_t pitch, std::size_t passes) {
  std::vector<std::string> asked;  // by how many threads
  for (std::size_t bank = 0; bank < kBanks; ++bank) {
    std::size_t threads = 0;
    for (std::size_t t = 0; t < kLanes; ++t) threads += t * pitch % kBanks == bank;
    asked.push_back(fmt::format("{:>2}", threads == 0 ? "." : std::to_string(threads)));
  }
  fmt::print("   rows of {}     {}   {}\n", pitch, fmt::join(asked, " "), words_of(passes));
}

// A line a thread, of the first few, and a column a bank. `passes` of a warp where rows are 32 floats, and where they are 33.
void draw_banks(const Demo& demo, const std::array<std::size_t, 2>& passes) {
  constexpr std::size_t kThreads = 6, kColumns = 9;
  CellRows rows;
  for (const std::size_t more : {0, 1}) {
    const std::size_t pitch = kBanks + more;
    rows.push_back(
        {{.text = fmt::format("rows of {}: {}", pitch, words_of(passes[more])), .bold = true, .left = true}});
    for (std::size_t bank = 0; bank < kColumns; ++bank) rows.back().push_back({.text = fmt::format("bank {}", bank)});
    rows.back().push_back({.text = fmt::format("... {}", kBanks - 1)});
    for (std::size_t t = 0; t < kThreads; ++t) {
      const std::size_t number = t * pitch;
      rows.push_back({{.text = fmt::format("thread {} reads float {}", t, number), .left = true}});
      for (std::size_t bank = 0; bank < kColumns; ++bank) {
        const bool asked = bank == number % kBanks, waits = asked && bank == 0 && t > 0;
        const auto colour = waits ? cell_colour::wasted : asked ? cell_colour::own : cell_colour::empty;
        rows.back().push_back({.text = asked ? std::to_string(number) : "", .colour = colour});
      }
    }
  }
  demo.picture("banks", to_dot_cells(rows));
}

}  // namespace

void show_fetching(Demo& demo) {
  demo.step("What a warp fetches: 32 threads load a number each, and memory comes in sectors of 32 bytes");
  const std::vector<Load> loads = {load_of<float>("thread t loads float 0 of row t", kRow),
                                   load_of<float>("thread t loads float t of row 0", 1),
                                   load_of<BFloat16>("thread t loads bfloat16 t of row 0", 1)};
  for (const Load& load : loads) print_load(load);
  demo.figure("predicted_strided", loads[0].sectors);
  demo.figure("predicted_side_by_side", loads[1].sectors);
  demo.figure("predicted_side_by_side_bfloat16", loads[2].sectors);

  fmt::print(
      "   #: a number that a thread asks for. .: one that its sector brings along, for nothing.\n\n"
      "   Shared memory has 32 banks of 4 bytes, and a bank answers one address in a pass. Thread t reads float 0 of "
      "row t:\n"
      "   bank           {}\n",
      fmt::format("{:>2}", fmt::join(numbers_to(kBanks), " ")));
  const std::size_t passes = passes_with(kBanks, 1), padded = passes_with(kBanks + 1, 1);
  print_banks(kBanks, passes);
  print_banks(kBanks + 1, padded);
  demo.figure("predicted_passes", passes);
  demo.figure("predicted_passes_padded", padded);
  const std::size_t whole = passes_with(kBanks, kBanks), whole_padded = passes_with(kBanks + 1, kBanks);
  fmt::print("   All 32 floats of its row: {} passes, and {} where a row is one float longer.\n", grouped(whole),
             grouped(whole_padded));
  demo.figure("banks.unpadded", whole);
  demo.figure("banks.padded", whole_padded);
  draw_loads(demo, loads);
  draw_banks(demo, {passes, padded});
}

}  // namespace radixlab
