// Chapter 03, task 3.0: predictions. The truth of each is what a run of the matcher or the manager says.
#include "03-hash-matching/predict.hpp"

#include <numeric>

#include "03-hash-matching/bad_hashes.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "testing/prediction.hpp"

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

TEST(Lab03Predict, T0_DistinctPrefixes) {
  const auto run = [] {
    HashBasedPrefixMatcher matcher;
    for (const Text& text : {Text{7, 7, 3, 1, 9}, Text{7, 7, 3, 4}, Text{7, 7, 3, 1, 2}}) matcher.index_sequence(text);
    return matcher.num_prefixes();
  };
  judge(predicted_prefixes(), truth(run), "a prefix that is known has its entry already");
}

TEST(Lab03Predict, T0_StepsOfTheSeed) {
  std::size_t anew = 0;
  for (std::size_t length = 1; length <= 600; ++length)
    for (std::size_t i = 0; i < length; ++i) ++anew;
  judge(predicted_steps_of_the_seed(), anew,
        "S7: the prefix of n tokens costs n steps, and there is one of each length");
}

TEST(Lab03Predict, T0_StepsRolled) {
  const auto run = [] {
    HashBasedPrefixMatcher matcher(counted_roll);
    steps = 0;
    matcher.index_sequence(Text(600, 5));
    return steps;
  };
  judge(predicted_steps_rolled(), truth(run), "R1: one step for each token, whatever stands before it");
}

TEST(Lab03Predict, T0_TokensFound) {
  judge(predicted_found(), truth([] { return found_of_the_changed(hash_block); }),
        "blocks are found whole or not at all, and behind the first that differs every hash is another");
}

TEST(Lab03Predict, T0_TokensFoundByAWeakHash) {
  judge(predicted_found_by_a_weak_hash(), truth([] { return found_of_the_changed(weak_block); }),
        "I12: a hash says where to look; a block is found by its tokens, its parent and its salt");
}

TEST(Lab03Predict, T0_PagesOfTwoTenants) {
  const auto run = [] {
    HashCacheManager cache(16);
    const Text text = document();
    insert(cache, {text, 1}, 0, 16);
    insert(cache, {text, 2}, 200, 16);
    return cache.size_info().total_size();
  };
  judge(predicted_pages_of_two_tenants(), truth(run), "I11: two salts share nothing, were the texts equal");
}

TEST(Lab03Predict, T0_Victims) {
  const auto run = [] {
    HashCacheManager cache(4);
    insert(cache, pages_of("abc"), 0, 4);
    insert(cache, pages_of("abx"), 3, 4);
    cache.match_prefix(pages_of("abc"));
    return cache.evict(3);
  };
  judge(
      predicted_victims(), truth(run),
      "I26: only a block without children goes, the least recently used of them first; a parent's turn comes when its "
      "last child is gone");
}

}  // namespace
}  // namespace radixlab
