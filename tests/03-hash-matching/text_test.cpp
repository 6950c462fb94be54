// The figures in chapter 03's text are a run's: its tables stand in README.md as this test makes them.
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "02-longest-common-prefix/scene.hpp"
#include "03-hash-matching/hash_based_prefix_matcher.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "io/error.hpp"
#include "testing/four_prompts.hpp"

namespace radixlab {
namespace {

std::size_t steps = 0, blocks_hashed = 0;
std::uint64_t counted_roll(std::uint64_t before, TokenId last) {
  ++steps;
  return roll_hash(before, last);
}
std::uint64_t counted_hash(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt) {
  ++blocks_hashed;
  return hash_block(parent, tokens, salt);
}

// What a query costs on the seed's sequences: chapter 02's scan, and the matcher.
std::string one_query() {
  const auto sequences = seed_sequences(1000, 500, 100);
  std::vector<TokenId> query = seed_query(500);
  query.pop_back();  // the seed's has one token of its own, as the demo's
  tokens_compared = 0;
  const PrefixMatch scanned = PrefixDetector(counting_match_len).find_best_prefix_match(query, sequences);
  HashBasedPrefixMatcher matcher(counted_roll);
  for (const auto& sequence : sequences) matcher.index_sequence(sequence);
  steps = 0;
  const std::size_t before = matcher.look_ups();
  EXPECT_EQ(matcher.find_best(query), (MatchingPrefix{scanned.index, scanned.length}));
  const std::size_t looked_up = matcher.look_ups() - before, tokens = 1000 * 600;
  return fmt::format(
      "| 1,000 sequences of 600 tokens, 500 of them in common; a query of {} | |\n|---|---|\n"
      "| row 02's scan: tokens compared | {} |\n| the matcher: tokens hashed | {} |\n"
      "| the matcher: look-ups, each verified | {} |\n"
      "| entries for the {} prefixes of all sequences | {} |\n| memory, text and all, a token indexed | {:.1f} bytes "
      "|\n",
      query.size(), grouped(tokens_compared), steps, looked_up, grouped(tokens), grouped(matcher.num_prefixes()),
      static_cast<double>(matcher.memory_bytes()) / static_cast<double>(tokens));
}

std::string four_prompts() {
  HashCacheManager cache(kPage, counted_hash);
  Bench bench{cache};
  Request document = question(1);
  document.tokens.resize(kDocument);
  for (TokenId i = 1; i <= 4; ++i) bench.serve(question(i));
  std::vector<Request> all(4);
  for (std::size_t i = 0; i < all.size(); ++i) bench.start(all[i] = question(static_cast<TokenId>(i) + 11));
  const std::size_t at_once = bench.pages_out() - cache.size_info().evictable_size;
  for (Request& r : all) bench.desk.finish(r);
  blocks_hashed = 0;
  EXPECT_EQ(cache.match_prefix(document.tokens).cached_len, kDocument);
  const std::size_t look_ups = blocks_hashed;
  document.tokens[kDocument - 1] = -1;
  const std::size_t late = cache.match_prefix(document.tokens).cached_len;
  document.tokens[1234] = -1;
  const std::size_t middle = cache.match_prefix(document.tokens).cached_len;
  return fmt::format(
      "| four prompts on one document of {} tokens, pages of {} | naive | hash |\n|---|---|---|\n"
      "| tokens computed | {} | {} |\n| pages, all four at once | {} | {} |\n\n"
      "| the document once more | |\n|---|---|\n| look-ups in the table, for {} tokens | {} |\n"
      "| found, if token 1,999 is another | {} of 1,999 |\n| found, if token 1,234 is another | {} of 1,234 |\n",
      grouped(kDocument), kPage, grouped(4 * (kDocument + kQuestion)), grouped(bench.computed), 4 * 127, at_once,
      grouped(kDocument), look_ups, grouped(late), grouped(middle));
}

TEST(Lab03Text, GivenTheTablesAreARuns) {
  std::stringstream text;
  text << std::ifstream(RADIXLAB_CHAPTER_TEXT).rdbuf();
  for (const std::string& table : {one_query(), four_prompts()})
    EXPECT_NE(text.str().find(table), std::string::npos) << "README.md should say\n" << table;
}

}  // namespace
}  // namespace radixlab
