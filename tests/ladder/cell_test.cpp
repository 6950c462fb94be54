// A cell is what its name says: the policy, the device and the desk are there in more than name.
#include "cell.hpp"

#include <gmock/gmock.h>

#include "ladder.hpp"
#include "models.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// A stage's functions are plain ones, so what they are asked stands here.
std::string policy_asked;
std::size_t desks_made = 0;

std::unique_ptr<CacheManager> make_counted_desk(BaseCacheManager& manager, PageSource& source, KvStore& kv,
                                                std::size_t page_size) {
  ++desks_made;
  return std::make_unique<CacheManager>(manager, source, kv, page_size);
}

ManagedPool make_noted(const CacheOptions& options) {
  policy_asked = options.policy;
  ManagedPool made = with_free_list<RadixCacheManager>(options, RadixOptions{options.page_size});
  made.make_desk = make_counted_desk;
  return made;
}

class CellTest : public testing::Test {
 protected:
  CellTest() {
    write_ladder_model("group1", folder_ / "model");
    model_.emplace(folder_ / "model", DType::f32);
    stage_.make = make_noted;
  }

  TemporaryFolder folder_;
  std::optional<Model> model_;
  Stage stage_ = *std::ranges::find(kLadder, std::string_view("radix"), &Stage::name);
  Cell cell_{"group1", DType::f32, 8, 1, Isa::scalar, 0};
};

TEST_F(CellTest, RunsUnderItsPolicyAndBehindTheRowsDesk) {
  cell_.policy = "lfu";
  desks_made = 0;
  EXPECT_EQ(run_cell(*model_, cell_, stage_, Fault::none).refusal, "");
  EXPECT_EQ(policy_asked, "lfu");
  EXPECT_EQ(desks_made, 1u);
}

TEST_F(CellTest, RunsOnItsDevice) {
  cell_.device = "abacus";
  EXPECT_THAT([&] { run_cell(*model_, cell_, stage_, Fault::none); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("device \"abacus\"")));
}

TEST_F(CellTest, ARowThatIsServedInBatchesSharesSteps) {
  const Stage& engine = *std::ranges::find(kLadder, std::string_view("engine"), &Stage::name);
  const Stage& paged = *std::ranges::find(kLadder, std::string_view("paged"), &Stage::name);
  if (!engine.make) GTEST_SKIP() << "built in lab 08";
  const CellResult alone = run_cell(*model_, cell_, paged, Fault::none);
  const CellResult batch = run_cell(*model_, cell_, engine, Fault::none);
  std::size_t rows = 0;
  EXPECT_EQ(first_wrong(alone, batch, model_->config().vocab_size, rows), "");
  EXPECT_EQ(alone.served.size(), batch.served.size());
  EXPECT_GT(rows, 0u);
  EXPECT_GT(batch.pages_moved, 0u);
  EXPECT_GT(batch.counts.tokens_evicted, 0u);
}

// Each cell of pages needs each lock: else what the ladder says of locks would be said of some cells alone.
TEST_F(CellTest, OfPagesMissesEachLock) {
  for (const char* const row : {"lcp", "hash", "radix"}) {
    const Stage& stage = *std::ranges::find(kLadder, std::string_view(row), &Stage::name);
    for (const std::size_t page_size : {1, 8}) {
      for (const std::size_t chunk : {0, 1}) {
        cell_ = {"group1", DType::f32, page_size, 1, Isa::scalar, chunk};
        const auto chances = [&](Fault fault) { return run_cell(*model_, cell_, stage, fault).counts.chances(fault); };
        EXPECT_GT(chances(Fault::lock), 0u) << row << " " << cell_.name();
        EXPECT_GT(chances(Fault::evict), 0u) << row << " " << cell_.name();
        const bool publishes_chunks =
            chunk > 0 && chunk < 3 * page_size + 2;  // of the text at which all else is evicted
        EXPECT_EQ(chances(Fault::unlock) > 0, publishes_chunks) << row << " " << cell_.name();
      }
    }
  }
}

TEST(MakeRow, APolicyThatTheRowDoesNotHaveIsRefused) {
  EXPECT_THAT([] { create_cache_manager("radix", {.policy = "lfu"}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("manager \"radix\" has no policy \"lfu\"")));
}

}  // namespace
}  // namespace radixlab
