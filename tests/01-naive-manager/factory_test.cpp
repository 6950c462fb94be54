// Chapter 01, task 1.5: managers by name.
#include "01-naive-manager/factory.hpp"

#include <gmock/gmock.h>

#include "storage/free_list.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Made make_naive(const CacheOptions& options) {
  return {std::make_unique<NaiveCacheManager>(), std::make_unique<FreeList>(options.num_pages)};
}

const std::vector<Stage> kStages = {
    {"00", "baseline", "recomputes everything", "nothing", nullptr, {}},
    {"01", "naive", "", "nothing", make_naive, {1}},
    {"03", "hash", "", "computing", nullptr, {}},
};

TEST(Lab01Factory, T5_MakesByName) {
  const Made made = create_cache_manager(kStages, "naive", {.page_size = 4, .num_pages = 9});
  EXPECT_NE(dynamic_cast<NaiveCacheManager*>(made.manager.get()), nullptr);
  EXPECT_EQ(made.source->free_count(), 9u);
  EXPECT_EQ(made.story, nullptr);
}

TEST(Lab01Factory, T5_WatchesOnRequest) {
  const Made made = create_cache_manager(kStages, "naive", {.page_size = 4, .num_pages = 9, .watch = true});
  ASSERT_NE(made.story, nullptr);
  EXPECT_EQ(made.story, made.manager.get());
  EXPECT_EQ(made.story->page_size(), 4u);
}

TEST(Lab01Factory, T5_AnUnknownNameIsRefusedWithTheNames) {
  EXPECT_THAT(
      [] { create_cache_manager(kStages, "radx", {}); },
      ThrowsMessage<std::invalid_argument>(testing::AllOf(HasSubstr("radx"), HasSubstr("baseline, naive, hash"))));
}

TEST(Lab01Factory, T5_AStageToComeNamesItsLab) {
  EXPECT_THAT([] { create_cache_manager(kStages, "hash", {}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("built in lab 03")));
}

TEST(Lab01Factory, T5_ARowThatCachesNothingHasNoManagerToBuild) {
  EXPECT_THAT([] { create_cache_manager(kStages, "baseline", {}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("a row without a manager: recomputes everything")));
}

}  // namespace
}  // namespace radixlab
