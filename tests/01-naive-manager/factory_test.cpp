// Chapter 01, task 1.5: managers by name.
#include "01-naive-manager/factory.hpp"

#include <gmock/gmock.h>

#include "storage/free_list.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

ManagedPool make_naive(const CacheOptions& options) {
  return {std::make_unique<NaiveCacheManager>(), std::make_unique<FreeList>(options.num_pages)};
}

// Says that all it is given is cached, as a manager with partial hits may: 5 tokens in pages of 4.
class Greedy : public NaiveCacheManager {
 public:
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle&) override {
    page_ = pages.back();
    return {0, {key.tokens.size(), 1, 1}};
  }
  void copy_pages(const CacheHandle&, std::span<PageId> out) const override {
    for (PageId& page : out) page = page_;
  }

 private:
  PageId page_ = 0;
};

ManagedPool make_greedy(const CacheOptions& options) {
  return {std::make_unique<Greedy>(), std::make_unique<FreeList>(options.num_pages)};
}

class OwnDesk : public CacheManager {
 public:
  using CacheManager::CacheManager;
};

ManagedPool make_with_own_desk(const CacheOptions& options) {
  ManagedPool made = make_naive(options);
  made.make_desk = [](BaseCacheManager& manager, PageSource& source, KvStore& kv, std::size_t page_size) {
    return std::unique_ptr<CacheManager>(std::make_unique<OwnDesk>(manager, source, kv, page_size));
  };
  return made;
}

const std::vector<Stage> kStages = {
    {"00", "baseline", "recomputes everything", "nothing", nullptr, {}},
    {"01", "naive", "", "nothing", make_naive, {1}},
    {"03", "hash", "", "computing", nullptr, {}},
    {"06", "naive-2", "", "computing", make_greedy, {4}, true},
    {"08", "own-desk", "", "computing", make_with_own_desk, {4}},
};

TEST(Lab01Factory, T5_MakesByName) {
  const ManagedPool made = create_cache_manager(kStages, "naive", {.page_size = 4, .num_pages = 9});
  EXPECT_NE(dynamic_cast<NaiveCacheManager*>(made.manager.get()), nullptr) << "the row \"naive\" makes another manager";
  EXPECT_EQ(made.source->free_count(), 9u)
      << "the options were not handed on to the row's make: 9 pages were asked for";
  EXPECT_EQ(made.story, nullptr) << "nobody asked to watch: an unwatched call must cost nothing";
}

TEST(Lab01Factory, T5_TheWholeNameCounts) {
  const ManagedPool made = create_cache_manager(kStages, "naive-2", {.page_size = 4, .num_pages = 9});
  EXPECT_NE(dynamic_cast<Greedy*>(made.manager.get()), nullptr) << "\"naive-2\" is the fourth row, and the second was "
                                                                   "made: compare whole names";
}

TEST(Lab01Factory, T5_WatchesOnRequest) {
  const ManagedPool made = create_cache_manager(kStages, "naive", {.page_size = 4, .num_pages = 9, .watch = true});
  ASSERT_NE(made.story, nullptr) << "CacheOptions::watch asks for a Story around the manager";
  EXPECT_EQ(made.story, made.manager.get()) << "the Story is the manager from now on: who calls it is watched";
  EXPECT_EQ(made.story->page_size(), 4u) << "the Story must count in the pages of the options";
}

TEST(Lab01Factory, T5_TheStoryKnowsAboutPartialHits) {
  const ManagedPool made = create_cache_manager(kStages, "naive-2", {.page_size = 4, .num_pages = 9, .watch = true});
  ASSERT_NE(made.story, nullptr) << "CacheOptions::watch asks for a Story around the manager";
  const std::vector<TokenId> text = {1, 2, 3};
  const std::vector<PageId> page = {5};
  EXPECT_NO_THROW(made.manager->insert_prefix(text, page, {}))
      << "this row's hits may end inside a page (Stage::partial_hits), and the Story was not told";
}

TEST(Lab01Factory, T5_TheRowsDeskIsHandedOn) {
  for (const bool watch : {false, true})
    EXPECT_NE(create_cache_manager(kStages, "own-desk", {.watch = watch}).make_desk, nullptr)
        << "this row brings a desk of its own (ManagedPool::make_desk): hand on all that its make gave";
}

TEST(Lab01Factory, T5_AnUnknownNameIsRefusedWithTheNames) {
  EXPECT_THAT([] { create_cache_manager(kStages, "radx", {}); },
              ThrowsMessage<std::invalid_argument>(
                  testing::AllOf(HasSubstr("radx"), HasSubstr("baseline, naive, hash, naive-2, own-desk"))))
      << "a name that is no row must be refused, and the message must say which names there are";
}

TEST(Lab01Factory, T5_AStageToComeNamesItsLab) {
  EXPECT_THAT([] { create_cache_manager(kStages, "hash", {}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("built in lab 03")))
      << "a row without make that would save something is built in a later lab: name it";
}

TEST(Lab01Factory, T5_ARowThatCachesNothingHasNoManagerToBuild) {
  EXPECT_THAT([] { create_cache_manager(kStages, "baseline", {}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("a row without a manager: recomputes everything")))
      << "a row without make that saves \"nothing\" has no manager, and no lab ever builds one";
}

}  // namespace
}  // namespace radixlab
