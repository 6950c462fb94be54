// The tree that the calls say, beside a real manager's: page by page the same, after each call of random lives.
#include <gmock/gmock.h>
#include <sstream>

#include "conformance/lives.hpp"
#include "contract/page_source.hpp"
#include "testing/replay_story.hpp"
#include "testing/story_follower.hpp"

namespace radixlab {
namespace {

struct PageFacts {
  std::uint32_t cache_salt;
  std::vector<TokenId> prefix;
  std::size_t locks;
  bool operator==(const PageFacts&) const = default;
};

std::map<PageId, PageFacts> facts(const Snapshot& shot) {
  std::map<PageId, PageFacts> facts;
  std::map<std::uint32_t, std::vector<TokenId>> paths;
  for (const NodeView& node : shot.nodes) {
    std::vector<TokenId>& path = paths[node.id] = paths[node.parent];
    for (std::size_t i = 0; i < node.tokens.size(); ++i) {
      path.push_back(node.tokens[i]);
      if ((i + 1) % shot.page_size == 0)
        facts[node.pages[i / shot.page_size]] = {node.cache_salt, path, node.use.ref_count};
    }
  }
  return facts;
}

TEST(FollowedLivesTest, TheCallsSayWhatTheManagerHolds) {
  std::size_t pages = 0, locked = 0;
  for (const std::size_t P : {1, 3, 4})
    for (std::uint64_t seed = 1; seed <= num_lives(12, 3); ++seed) {
      const LifeOptions options = life_options(P, seed);
      const ManagedPool lived =
          create_cache_manager("radix", {.page_size = P, .num_pages = options.num_pages, .watch = true});
      random_life(*lived.story, *lived.source, options);
      const ManagedPool again =
          create_cache_manager("radix", {.page_size = P, .num_pages = options.num_pages, .watch = true});
      std::istringstream text(lived.story->text());
      StoryFollower told(text, "story");
      replay_story(lived.story->text(), *again.manager, [&](std::size_t line) {
        if (line == 1) return;  // the head
        ASSERT_TRUE(told.next());
        const Snapshot held = again.story->snapshot(), said = told.snapshot();
        ASSERT_EQ(facts(said), facts(held)) << "P " << P << ", seed " << seed << ", line " << line;
        ASSERT_EQ(said.claimed, held.claimed);
        check(said);
        pages += held.claimed.total_size();
        locked += held.claimed.protected_size;
      });
      if (HasFatalFailure()) return;
    }
  EXPECT_GT(pages, 10000u);
  EXPECT_GT(locked, 1000u);
}

}  // namespace
}  // namespace radixlab
