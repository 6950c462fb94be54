// Chapter 03, tasks 3.4 and 3.5: blocks by their hash.
#include <gmock/gmock.h>
#include <new>

#include "testing/expect_refused.hpp"
#include "watched_blocks.hpp"

namespace radixlab {
namespace {

std::size_t hashed_blocks = 0;
std::uint64_t counted_hash(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt) {
  ++hashed_blocks;
  return hash_block(parent, tokens, salt);
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

TEST_F(Lab03Blocks, T4_AnInsertIsAUse) {
  insert(text("a"));
  found(text("a"));
  insert(text("b"));
  EXPECT_EQ(cache->evict(1), (Pages{0})) << "b was inserted after a was looked up: a is the least recently used";
  insert(text("c"));
  insert(text("b"));
  EXPECT_EQ(cache->evict(1), (Pages{2})) << "b was inserted again after c: an insert is a use of what is cached, too";
}

TEST_F(Lab03Blocks, T4_AUseIsOneOfAllBlocksAbove) {
  insert(text("ab"));
  const CacheHandle c = insert(text("c")).handle;
  found(text("ab"));
  cache->lock_handle(c);
  EXPECT_EQ(cache->evict(1), (Pages{1})) << "c is locked and a has b behind it: b";
  cache->unlock_handle(c);
  EXPECT_EQ(cache->evict(1), (Pages{2}))
      << "a b was looked up after c was inserted, so both blocks were used later than c: the look-up must touch a too, "
         "not the last block alone";
}

TEST_F(Lab03Blocks, T4_AUseIsWrittenDown) {
  insert(text("ab"));
  found(text("ab"));
  insert(text("abc"));
  found(text("a"));
  const Snapshot shot = cache->snapshot();
  ASSERT_EQ(shot.nodes.size(), 3u) << "three blocks, a, b and c";
  const Usage a = shot.nodes[0].use, b = shot.nodes[1].use, c = shot.nodes[2].use;
  EXPECT_EQ((std::vector{a.hits, b.hits, c.hits}), (std::vector<std::uint64_t>{2, 1, 0}))
      << "Usage::hits of a, b and c: one for each look-up that found the block. a b was looked up, and a; an insert is "
         "no look-up";
  EXPECT_TRUE(a.created == b.created && b.created < c.created && c.created == c.last_used)
      << "Usage::created is the tick of the insert that brought the block: one for a and b, a later one for c. It is "
      << a.created << ", " << b.created << " and " << c.created << ", and c was last used at " << c.last_used;
}

TEST_F(Lab03Blocks, T4_AnInsertThatFailsAddsNothing) {
  use([](std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt) {
    if (tokens[0] == text("!")[0]) throw std::bad_alloc();
    return hash_block(parent, tokens, salt);
  });
  insert(text("ab"));
  EXPECT_THROW(insert(text("abcd!")), std::bad_alloc) << "given: there is no memory for the page !";
  EXPECT_EQ(found(text("abcd")), 8u)
      << "the insert of a b c d ! failed at its last page, so the caller has kept all of "
         "its pages. c and d must not be found: were they added, and not removed again?";
  EXPECT_EQ(cache->size_info(), (SizeInfo{2, 0})) << "I17: a and b alone, as before the insert that failed";
  EXPECT_THROW(insert(text("x!")), std::bad_alloc);
  EXPECT_EQ(found(text("x")), 0u) << "the insert of x ! failed at its second page: x must not be found";
  EXPECT_EQ(pages_of(insert(text("abcd")).handle), (Pages{0, 1, 11, 12})) << "the next insert brings c and d";
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
