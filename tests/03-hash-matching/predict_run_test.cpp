// The runs of the matcher and the manager that know the answers of task 3.0. On our solution they must say what
// predict_truth.hpp says.
#include <gtest/gtest.h>
#include <numeric>

#include "03-hash-matching/bad_hashes.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "predict_truth.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

std::size_t steps = 0;
std::uint64_t counted_roll(std::uint64_t before, TokenId last) {
  ++steps;
  return roll_hash(before, last);
}

Text document() {
  Text tokens(2000);
  std::iota(tokens.begin(), tokens.end(), 0);
  return tokens;
}

void insert(HashCacheManager& cache, PrefixKey key, PageId first, std::size_t page_size) {
  Pages pages((key.tokens.size() + page_size - 1) / page_size);
  std::iota(pages.begin(), pages.end(), first);
  cache.insert_prefix(key, pages, {});
}

std::size_t found_of_the_changed(BlockHash hash) {
  HashCacheManager cache(16, hash);
  Text text = document();
  insert(cache, text, 0, 16);
  text[1234] = -1;
  return cache.match_prefix(text).cached_len;
}

Text pages_of(std::string_view letters) {  // a page of 4 tokens for each letter
  Text tokens;
  for (const char letter : letters) tokens.insert(tokens.end(), 4, letter);
  return tokens;
}

TEST(Lab03PredictRun, DistinctPrefixes) {
  HashBasedPrefixMatcher matcher;
  for (const Text& text : {Text{4, 4, 2, 6, 6, 1}, Text{4, 4, 2, 8, 8}, Text{4, 4, 2, 6, 5}})
    matcher.index_sequence(text);
  EXPECT_EQ(matcher.num_prefixes(), truth::kPrefixes);
}

TEST(Lab03PredictRun, Steps) {
  std::size_t anew = 0;
  for (std::size_t length = 1; length <= 600; ++length)
    for (std::size_t i = 0; i < length; ++i) ++anew;
  EXPECT_EQ(anew, truth::kStepsOfTheSeed);
  HashBasedPrefixMatcher matcher(counted_roll);
  steps = 0;
  matcher.index_sequence(Text(600, 5));
  EXPECT_EQ(steps, truth::kStepsRolled);
}

TEST(Lab03PredictRun, AChangedToken) {
  EXPECT_EQ(found_of_the_changed(hash_block), truth::kFound);
  EXPECT_EQ(found_of_the_changed(weak_block), truth::kFoundByAWeakHash);
}

TEST(Lab03PredictRun, TwoTenants) {
  HashCacheManager cache(16);
  const Text text = document();
  insert(cache, {text, 1}, 0, 16);
  insert(cache, {text, 2}, 200, 16);
  EXPECT_EQ(cache.size_info().total_size(), truth::kPagesOfTwoTenants);
}

TEST(Lab03PredictRun, Victims) {
  HashCacheManager cache(4);
  insert(cache, pages_of("abc"), 0, 4);
  insert(cache, pages_of("abx"), 3, 4);
  cache.match_prefix(pages_of("abc"));
  EXPECT_EQ(cache.evict(3), truth::kVictims);
}

}  // namespace
}  // namespace radixlab
