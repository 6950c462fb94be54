// Chapter 03, tasks 3.3-3.5: blocks by their hash. The manager is watched: each call is checked against brute force too.
#include <gmock/gmock.h>
#include <numeric>
#include <set>

#include "01-naive-manager/cache_salt.hpp"
#include "03-hash-matching/bad_hashes.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "testing/expect_refused.hpp"
#include "testing/failure_story.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

std::size_t hashed_blocks = 0;
std::uint64_t counted_hash(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt) {
  ++hashed_blocks;
  return hash_block(parent, tokens, salt);
}

// A watched manager with pages of 4 tokens; a letter stands for a page of text.
class Lab03Blocks : public testing::Test {
 protected:
  struct Watched {
    explicit Watched(BlockHash hash) : manager(4, hash) {}
    HashCacheManager manager;
    Story story{manager, 4, false};
    FailureStory failure{story};
  };
  std::unique_ptr<Watched> watched = std::make_unique<Watched>(hash_block);
  Story* cache = &watched->story;
  PageId next_page = 0;

  void use(BlockHash hash) {
    watched = std::make_unique<Watched>(hash);
    cache = &watched->story;
  }
  static Text text(std::string_view letters) {
    Text tokens;
    for (const char letter : letters)
      for (TokenId i = 0; i < 4; ++i) tokens.push_back(letter * 10 + i);
    return tokens;
  }
  InsertResult insert(PrefixKey key, const CacheHandle& from = {}) {
    Pages pages((key.tokens.size() + 3) / 4);
    std::iota(pages.begin(), pages.end(), next_page);
    next_page += static_cast<PageId>(pages.size());
    return cache->insert_prefix(key, pages, from);
  }
  // What is found, also if it is wrong: the test's own sentence says then what it means.
  std::size_t found(PrefixKey key) try {
    return cache->match_prefix(key).cached_len;
  } catch (const IntegrityError& broken) {
    ADD_FAILURE() << broken.what();
    return watched->manager.match_prefix(key).cached_len;
  }
  Pages pages_of(const CacheHandle& handle) {
    Pages pages(handle.cached_len / 4);
    cache->copy_pages(handle, pages);
    return pages;
  }
  void TearDown() override {
    cache->check_integrity();
    cache->same_as_snapshot();
  }
};

TEST_F(Lab03Blocks, T3_TheHashDependsOnAllOfIt) {
  const Text tokens = {7, 7, 3, 1};
  const std::uint64_t hash = hash_block(11, tokens, 5);
  EXPECT_EQ(hash_block(11, tokens, 5), hash) << "the same block has the same hash, each time";
  EXPECT_NE(hash_block(12, tokens, 5), hash) << "the parent is left out: 7 7 3 1 behind another text is another block, "
                                                "and all of them would stand in one chain";
  EXPECT_NE(hash_block(11, tokens, 6), hash) << "the salt is left out: all tenants' blocks would stand in one chain";
  EXPECT_NE(hash_block(11, Text{7, 3, 7, 1}, 5), hash) << "the order of the tokens is left out";
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    Text other = tokens;
    other[i] += 256;
    EXPECT_NE(hash_block(11, other, 5), hash) << "token " << i << " of the block is left out, or only 8 bits of it";
  }
}

TEST_F(Lab03Blocks, T3_TheHashSpreads) {
  std::set<std::uint64_t> low, high;
  for (TokenId i = 0; i < 4096; ++i) {
    const std::uint64_t hash = hash_block(0, Text{0, 0, 0, i}, 0);
    low.insert((hash ^ hash >> 32) & 0xffffffff);
    high.insert(hash);
  }
  EXPECT_EQ(high.size(), 4096u) << "4096 blocks that differ in their last token should have 4096 hashes of 64 bits";
  EXPECT_GT(low.size(), 4090u)
      << "the table uses hash ^ hash >> 32, and of 4096 blocks most have the same there: do all "
         "64 bits depend on the tokens?";
}

TEST_F(Lab03Blocks, T3_AHitIsVerifiedByItsTokens) {
  use(mod_256_block);
  insert(text("a"));
  Text other = text("a");
  other[0] += 256;
  EXPECT_EQ(found(other), 0u) << "I12: the hashes are equal, the tokens are not: this request would read the keys and "
                                 "values of another text";
  insert(other);
  EXPECT_EQ(pages_of(cache->match_prefix(text("a"))), (Pages{0})) << "I12: both stand under one hash";
  EXPECT_EQ(pages_of(cache->match_prefix(other)), (Pages{1})) << "I12: if the first of a chain is the wrong one, go on";
}

TEST_F(Lab03Blocks, T3_AHitIsVerifiedByItsParent) {
  use(own_tokens_block);
  insert(text("ab"));
  insert(text("x"));
  EXPECT_EQ(found(text("xb")), 4u)
      << "I12: b is cached behind a, not behind x. Its tokens are equal, and its keys and values are not: they were "
         "computed with a before them";
  insert(text("xb"));
  EXPECT_EQ(pages_of(cache->match_prefix(text("ab"))), (Pages{0, 1})) << "I12: two blocks b, each behind its parent";
  EXPECT_EQ(pages_of(cache->match_prefix(text("xb"))), (Pages{2, 4})) << "I12: two blocks b, each behind its parent";
  EXPECT_EQ(found(text("b")), 0u) << "I12: no text begins with b";
}

TEST_F(Lab03Blocks, T3_AHitIsVerifiedByItsSalt) {
  use(own_tokens_block);
  insert({text("ab"), 1});
  EXPECT_EQ(found({text("ab"), 2}), 0u)
      << "I11: under this hash two tenants' blocks collide. A hit would show that the other one has sent this text";
  insert({text("ab"), 2});
  EXPECT_EQ(pages_of(cache->match_prefix({text("ab"), 1})), (Pages{0, 1})) << "I11";
  EXPECT_EQ(pages_of(cache->match_prefix({text("ab"), 2})), (Pages{2, 3})) << "I11";
}

TEST_F(Lab03Blocks, T3_APairThatCollidesInAll64Bits) {
  use(own_tokens_block);
  const Text one(kCollidingText.begin(), kCollidingText.end()), twin(kCollidingTwin.begin(), kCollidingTwin.end());
  ASSERT_EQ(own_tokens_block(0, one, 0), own_tokens_block(0, twin, 0)) << "given: they were searched for";
  insert(one);
  EXPECT_EQ(found(twin), 0u) << "I12: not one token is equal";
}

// Two tenants at a desk that gives out salts: a name that is also another kind of name, and names that join to one.
TEST_F(Lab03Blocks, T3_TenantsShareNothingWhateverTheirNames) {
  SaltTable salts;
  const std::vector<std::vector<SaltField>> tenants = {{{'t', "ab"}, {'l', "c"}},
                                                       {{'t', "a"}, {'l', "bc"}},
                                                       {{'t', "c"}, {'l', "ab"}},
                                                       {{'t', "abc"}},
                                                       {{'l', "abc"}},
                                                       {}};
  for (const auto& tenant : tenants) {
    EXPECT_EQ(found({text("ab"), salts.number(tenant)}), 0u)
        << "I11: a tenant finds what another one sent; is the salt compared, and in the hash?";
    insert({text("ab"), salts.number(tenant)});
  }
  for (const auto& tenant : tenants)
    EXPECT_EQ(found({text("ab"), salts.number(tenant)}), 8u) << "each finds its own again";
  EXPECT_EQ(cache->size_info().total_size(), 2 * tenants.size()) << "I11: two pages for each of the tenants";
}

TEST_F(Lab03Blocks, T4_WholeBlocksUpToTheFirstThatDiffers) {
  insert(text("abcd"));
  EXPECT_EQ(found(text("abcd")), 16u) << "the whole text is cached";
  EXPECT_EQ(found(text("abcdef")), 16u) << "and nothing behind it";
  Text other = text("abcd");
  other[9] = -1;
  EXPECT_EQ(found(other), 8u) << "token 9 differs: two blocks of 4 are found. The rest of the text is equal, and yet "
                                 "none of it: its keys and values depend on what stands before";
  other.resize(7);
  EXPECT_EQ(found(other), 4u) << "I8: of 7 tokens one whole block; hits are whole pages";
  EXPECT_EQ(found(text("axbcd")), 4u)
      << "a is cached, and a b is, but not a x: the walk ends at the first block that is "
         "missing, whatever follows";
  EXPECT_EQ(found(text("b")), 0u) << "a text is found from its first token on";
  EXPECT_EQ(found(Text{}), 0u);
}

TEST_F(Lab03Blocks, T4_EachBlockIsHashedOnce) {
  use(counted_hash);
  insert(text("abcdefgh"));
  hashed_blocks = 0;
  found(text("abcdefgh"));
  EXPECT_LE(hashed_blocks, 8u) << "a look-up of 8 pages hashed " << hashed_blocks
                               << " blocks: each from its parent's hash, not the whole text anew";
  hashed_blocks = 0;
  found(text("xbcdefgh"));
  EXPECT_LE(hashed_blocks, 1u) << "the first block is missing, so that no other can be found: stop there";
}

TEST_F(Lab03Blocks, T4_InsertGivesWhatIsNew) {
  insert(text("ab"));
  const InsertResult r = insert(text("abcd"));  // pages 2 .. 5
  EXPECT_EQ(r.cached_len, 8u) << "two blocks were there before";
  EXPECT_EQ(r.handle.cached_len, 16u) << "the handle names all whole pages that are cached now";
  EXPECT_EQ(pages_of(r.handle), (Pages{0, 1, 4, 5}))
      << "I22: the first two stay as they were, and the caller frees its "
         "own 2 and 3";
  EXPECT_EQ(cache->size_info(), (SizeInfo{4, 0})) << "I17: four blocks, nobody has locked any";
}

TEST_F(Lab03Blocks, T4_ATailIsNotKept) {
  Text tokens = text("ab");
  tokens.push_back(1);
  EXPECT_EQ(insert(tokens).handle.cached_len, 8u) << "9 tokens: two whole pages; the third stays the caller's (I22)";
  EXPECT_EQ(insert(Text{1, 2, 3}).handle, CacheHandle{}) << "not one whole page: an empty handle";
}

TEST_F(Lab03Blocks, T4_InsertResumesAtItsHandle) {
  use(counted_hash);
  const CacheHandle from = insert(text("abcdefgh")).handle;
  hashed_blocks = 0;
  const InsertResult r = insert(text("abcdefghi"), from);
  EXPECT_EQ(r.cached_len, 32u) << "all before the handle's end was cached";
  EXPECT_LE(hashed_blocks, 2u) << "a chunk of one page hashed " << hashed_blocks
                               << " blocks: the walk begins at `from`, not at the first token";
  EXPECT_EQ(pages_of(r.handle).size(), 9u);
}

TEST_F(Lab03Blocks, T4_ALookUpMakesYoung) {
  insert(text("a"));
  insert(text("b"));
  found(text("a"));
  EXPECT_EQ(cache->evict(1), (Pages{1})) << "a was looked up after b was inserted: b is the least recently used";
}

TEST_F(Lab03Blocks, T5_ALockHoldsTheWholePath) {
  const CacheHandle h = insert(text("abc")).handle;
  insert(text("abx"));
  cache->lock_handle(h);
  EXPECT_EQ(cache->size_info(), (SizeInfo{1, 3})) << "I17: a, b and c are protected, x is not";
  EXPECT_EQ(cache->evict(1), (Pages{5})) << "only x can go: without b there would be no way to c";
  SCOPED_TRACE("I25: nothing more can be evicted while c is locked");
  expect_refused("I25", [&] { cache->evict(1); });
  cache->unlock_handle(h);
  EXPECT_EQ(cache->size_info(), (SizeInfo{3, 0})) << "I18: unlocking restores every count";
}

TEST_F(Lab03Blocks, T5_LocksAreCounted) {
  const CacheHandle c = insert(text("abc")).handle, b = insert(text("ab")).handle;
  cache->lock_handle(c);
  cache->lock_handle(b);
  cache->lock_handle(b);
  cache->unlock_handle(c);
  EXPECT_EQ(cache->size_info(), (SizeInfo{1, 2})) << "I16: b is locked twice more, and a with it";
  cache->unlock_handle(b);
  cache->unlock_handle(b);
  EXPECT_EQ(cache->size_info(), (SizeInfo{3, 0})) << "I18";
  SCOPED_TRACE("I18: what nobody has locked cannot be unlocked");
  expect_refused("I18", [&] { cache->unlock_handle(b); });
}

TEST_F(Lab03Blocks, T5_ALockedParentStays) {
  insert(text("abc"));
  const CacheHandle b = insert(text("ab")).handle;
  cache->lock_handle(b);
  EXPECT_EQ(cache->evict(1), (Pages{2})) << "c is not locked";
  EXPECT_NO_THROW(cache->check_integrity())
      << "I6: b has no child left, but it is locked: its turn comes when it is not";
  SCOPED_TRACE("I25: what is left is locked");
  expect_refused("I25", [&] { cache->evict(1); });
  cache->unlock_handle(b);
  EXPECT_EQ(cache->evict(2), (Pages{1, 0})) << "unlocked, b goes, and then a";
}

TEST_F(Lab03Blocks, T5_LeavesGoTheOldestFirst) {
  insert(text("abc"));
  insert(text("abx"));
  found(text("abc"));
  EXPECT_EQ(cache->evict(1), (Pages{5})) << "x was used before c; a and b are older than neither, and no leaves";
  EXPECT_EQ(cache->evict(2), (Pages{2, 1})) << "I26: c, and only then its parent b: its last child is gone";
  EXPECT_EQ(found(text("abc")), 4u) << "what is left can be found: a";
}

TEST_F(Lab03Blocks, T5_AsManyPagesAsAsked) {
  insert(text("abcdef"));
  EXPECT_TRUE(cache->evict(0).empty()) << "evict(0) does nothing";
  EXPECT_EQ(cache->evict(2), (Pages{5, 4})) << "the end of the text goes, block by block, and no page too many";
  EXPECT_EQ(cache->size_info(), (SizeInfo{4, 0})) << "I17";
  SCOPED_TRACE("I25: four pages are left, and nothing may change when five are asked for");
  expect_refused("I25", [&] { cache->evict(5); });
  EXPECT_EQ(cache->size_info(), (SizeInfo{4, 0})) << "I25";
}

TEST_F(Lab03Blocks, T5_AStaleHandleIsRefused) {
  const CacheHandle gone = insert(text("ab")).handle;
  cache->evict(2);
  insert(text("xy"));  // its blocks may well have the old names
  SCOPED_TRACE("I28: the handle's block is gone; its generation tells it from the block that has its name now");
  expect_refused("I28", [&] { watched->manager.lock_handle(gone); });
  expect_refused("I28", [&] { watched->manager.unlock_handle(gone); });
}

TEST_F(Lab03Blocks, T5_AnEmptyHandleDoesNothing) {
  EXPECT_NO_THROW(cache->lock_handle({})) << "an empty handle locks nothing, on any manager";
  EXPECT_NO_THROW(cache->unlock_handle({})) << "an empty handle unlocks nothing, on any manager";
}

TEST_F(Lab03Blocks, GivenASnapshotIsATreeOfPages) {
  insert(text("abc"));
  insert(text("abx"));
  const Snapshot shot = cache->snapshot();
  EXPECT_TRUE(shot.tree);
  ASSERT_EQ(shot.nodes.size(), 4u);
  for (const NodeView& node : shot.nodes) EXPECT_EQ(node.pages.size(), 1u) << "each node is one page";
  EXPECT_EQ(shot.nodes[2].parent, shot.nodes[1].id) << "c hangs on b";
  EXPECT_EQ(shot.nodes[3].parent, shot.nodes[1].id) << "x hangs on b";
}

}  // namespace
}  // namespace radixlab
