// What a batch takes of the memory, by the system's count: no more than the device took off the free bytes.
#include <fstream>
#include <gtest/gtest.h>
#include <numeric>

#include "llm/cpu_device.hpp"
#include "testing/model_folder.hpp"

namespace radixlab {
namespace {

// Memory of this process that is no file's [bytes].
std::size_t resident() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t kilobytes = 0;
    if (word == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

TEST(DeviceMemory, ABatchTakesNoMoreThanIsTakenOff) {
  const ModelFolder folder([](RandomModel& random) { random.config = *preset_config("15m"); });
  const Model model(folder.path(), DType::f32);
  constexpr std::size_t kRows = 600;
  const std::vector<TokenId> tokens(kRows, 7);
  std::vector<PageId> pages(kRows / 8);
  std::iota(pages.begin(), pages.end(), 0);
  std::vector<std::size_t> rows(kRows);
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<float> logits(kRows * model.config().vocab_size, 1), hidden(kRows * model.config().hidden_size, 1);
  ThreadPool threads(2);
  CpuDevice device(model, best_isa(), threads);
  const std::size_t all = device.free_bytes();
  device.make_pool(pages.size(), 8);
  device.poison(pages);
  device.reserve(kRows, kRows);
  const std::size_t before = resident();
  device.run({tokens, 0, pages}, {.rows = rows, .logits = logits, .hidden = hidden});
  const std::size_t taken = resident() - before;
  EXPECT_GT(taken, kRows * model.config().intermediate_size * sizeof(float)) << "what is measured is there";
  EXPECT_LE(taken, all - device.free_bytes());
}

// The most rows that there is scratch for beside a pool: what they leave still holds the pool.
TEST(DeviceMemory, ScratchLeavesThePoolItsPlace) {
  const ModelFolder folder;
  const Model model(folder.path(), DType::f32);
  ThreadPool threads(1);
  CpuDevice device(model, best_isa(), threads);
  device.make_pool(256, 16);
  const std::size_t pool = 256 * device.page_bytes(16);
  std::size_t rows = 1;
  for (std::size_t more = std::size_t{1} << 40; more > 0; more /= 2) {
    try {
      device.reserve(rows + more, 16);
      rows += more;
    } catch (const std::invalid_argument&) {  // too many
    }
  }
  EXPECT_GE(device.free_bytes(), pool);
  EXPECT_LT(device.free_bytes(), pool + (std::size_t{1} << 20)) << "a row less than the most";
  device.make_pool(256, 16);
}

}  // namespace
}  // namespace radixlab
