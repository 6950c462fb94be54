#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "09-cuda-paged-attention/demo_call.hpp"
#include "09-cuda-paged-attention/demo_steps.hpp"
#include "io/error.hpp"
#include "kernels/emulator/traffic.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

constexpr HeadShape kShape{8, 2, 64};
constexpr int kKeys = 200, kPage = 16;

/// A bar of the ladder: sectors that a pass moves, or those of the keys or values alone.
struct Rung {
  std::string name, words;  ///< of the figure, and for people
  std::size_t sectors = 0;
  bool least = false;
};

emulator::Report report_of(const std::function<void()>& pass) {
  const emulator::Recorder recorder;
  pass();
  return recorder.report();
}

std::vector<Rung> measured(const DemoCall<BFloat16>& scene) {
  const PagedAttention<BFloat16> call = scene.on_device();
  const auto sectors_of = [](const std::function<void()>& pass) {
    return std::size_t{report_of(pass).total.transactions};
  };
  const std::size_t keys = std::size_t{kKeys} * kShape.kv_heads * kShape.head_dim * sizeof(BFloat16) / 32;
  return {{"scores.rung2", "scores, rung 2: a thread a key", sectors_of([&] { scores_paged(call); })},
          {"scores.rung3", "scores, rung 3: a tile in shared memory", sectors_of([&] { scores_shared(call); })},
          {"scores.rung4", "scores, rung 4: heads share the tile", sectors_of([&] { scores_shared_heads(call); })},
          {"keys", "the keys alone, once a KV head", keys, true},
          {"softmax", "softmax, rungs 3 and 4", sectors_of([&] { softmax_by_half_warps(call); })},
          {"mix.rung2", "mix, rungs 2 and 3: a thread a coordinate", sectors_of([&] { mix_paged(call); })},
          {"mix.rung4", "mix, rung 4: heads share the values", sectors_of([&] { mix_shared_heads(call); })},
          {"values", "the values alone, once a KV head", keys, true},
          {"split", "rung 5: all three passes, a head a warp",
           sectors_of([&] { attention_split(call, scene.split_scratch()); })}};
}

/// The text, and three blanks in front of each line.
std::string indented(const std::string& text) {
  std::string all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all += "   " + line + "\n";
  return all;
}

void print_bars(const std::vector<Rung>& rungs) {
  constexpr std::size_t kWidth = 50;
  std::size_t most = 1;
  for (const Rung& rung : rungs) most = std::max(most, rung.sectors);
  for (const Rung& rung : rungs)
    fmt::print("   {:<46}{:>8}  {}\n", rung.words, grouped(rung.sectors),
               std::string((rung.sectors * kWidth + most - 1) / most, rung.least ? '=' : '#'));
}

// The scale is logarithmic: kOfADecade columns stand for ten times as many.
void draw_bars(const Demo& demo, const std::vector<Rung>& rungs) {
  constexpr std::size_t kLeast = 100, kOfADecade = 12, kColumns = 44;
  CellRows rows;
  for (const Rung& rung : rungs) {
    const double decades = std::log10(static_cast<double>(rung.sectors) / kLeast);
    const auto width = static_cast<std::size_t>(std::clamp(std::lround(decades * kOfADecade), 1l, long{kColumns} - 6));
    rows.push_back({{.text = rung.words, .left = true},
                    {.colour = rung.least ? cell_colour::shared : cell_colour::own, .columns = width},
                    {.text = grouped(rung.sectors), .columns = kColumns - width, .left = true}});
  }
  rows.push_back(
      {{.text = "ten times as many sectors", .left = true},
       {.text = "10 x", .colour = cell_colour::empty, .columns = kOfADecade},
       {.text = "a sector is 32 bytes; the scale is logarithmic", .columns = kColumns - kOfADecade, .left = true}});
  rows.push_back({{.text = ""}});
  rows.back().resize(1 + kColumns, {.width = 8});  // makes all columns equally wide
  demo.picture("traffic", to_dot_cells(rows));
}

}  // namespace

void show_ladder(Demo& demo) {
  demo.step(fmt::format("The ladder's traffic: a row that sees {} keys, sectors of 32 bytes", kKeys));
  fmt::print("   {} query heads and {} KV heads of {}, bfloat16, pages of {}. =: no kernel can fetch less.\n\n",
             kShape.heads, kShape.kv_heads, kShape.head_dim, kPage);
  const DemoCall<BFloat16> scene(kShape, {kKeys}, kPage);
  const std::vector<Rung> rungs = measured(scene);
  print_bars(rungs);
  for (const Rung& rung : rungs) demo.figure("traffic." + rung.name, rung.sectors);
  fmt::print("\n   Rung 3's scores, line by line; shapes.cuh reads the page table:\n{}",
             indented(report_of([&] { scores_shared(scene.on_device()); }).draw()));
  draw_bars(demo, rungs);
}

}  // namespace radixlab
