// Chapter 03, task 3.3: the name of a block, and that a hit is verified.
#include <bit>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "01-naive-manager/cache_salt.hpp"
#include "03-hash-matching/bad_hashes.hpp"
#include "watched_blocks.hpp"

namespace radixlab {
namespace {

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

// The bits of a hash that another value can change.
template <class HashOf>
int changing_bits(HashOf hash_of) {
  std::mt19937_64 random(3);
  const std::uint64_t first = hash_of(random());
  std::uint64_t changed = 0;
  for (int i = 0; i < 256; ++i) changed |= first ^ hash_of(random());
  return std::popcount(changed);
}

void expect_all_bits(int bits, const std::string& of) {
  EXPECT_EQ(bits, 64) << "hash_block: 256 values of " << of << " should change each of the 64 bits, and change " << bits
                      << " of them. Is the hash cut to a smaller type, or is something mixed in at the very end?";
}

TEST_F(Lab03Blocks, T3_EveryBitDependsOnAllOfIt) {
  const Text tokens = {7, 7, 3, 1};
  expect_all_bits(changing_bits([&](std::uint64_t parent) { return hash_block(parent, tokens, 5); }), "the parent");
  expect_all_bits(
      changing_bits([&](std::uint64_t salt) { return hash_block(11, tokens, static_cast<std::uint32_t>(salt)); }),
      "the salt");
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    Text other = tokens;
    expect_all_bits(changing_bits([&](std::uint64_t token) {
                      other[i] = static_cast<TokenId>(token);
                      return hash_block(11, other, 5);
                    }),
                    "token " + std::to_string(i));
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

TEST_F(Lab03Blocks, T3_TwoParentsMayHaveOneHash) {
  use(constant_block);
  insert(text("ab"));
  insert(text("x"));
  EXPECT_EQ(found(text("xb")), 4u)
      << "I12: under this hash a and x have one hash, and b is cached behind a alone. If b "
         "is found behind x too, the parent was compared by its hash: its address says "
         "which block it is";
  use(own_tokens_block);
  Text one(kCollidingText.begin(), kCollidingText.end()), twin(kCollidingTwin.begin(), kCollidingTwin.end());
  insert(twin);
  for (Text* longer : {&one, &twin}) longer->insert(longer->end(), 4, 7);
  insert(one);
  EXPECT_EQ(found(twin), 4u)
      << "I12: two texts with one hash of 64 bits, and 7 7 7 7 is cached behind the other one. If "
         "it is found here too, the parent was compared by its hash";
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

}  // namespace
}  // namespace radixlab
