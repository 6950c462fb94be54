// The figures in chapter 02's text are a run's: its tables stand in README.md as this test makes them.
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "02-longest-common-prefix/scene.hpp"
#include "contract/snapshot.hpp"
#include "io/error.hpp"
#include "testing/four_prompts.hpp"

namespace radixlab {
namespace {

struct Row {
  std::size_t computed = 0, found = 0, compared = 0, at_once = 0, distinct = 0;
};

// Four prompts one after the other; then, on a new manager that has the document, all four at the same time.
Row serve(BaseCacheManager& cache, BaseCacheManager& fresh) {
  Row row;
  Bench bench{cache};
  tokens_compared = 0;
  for (TokenId i = 1; i <= 4; ++i) bench.serve(question(i));
  row.computed = bench.computed, row.found = bench.found, row.compared = tokens_compared;
  for (const NodeView& node : cache.snapshot().nodes) row.distinct += node.tokens.size();

  Bench together{fresh};
  Request document = question(1);
  document.tokens.resize(kDocument);
  together.serve(document);
  std::vector<Request> all(4);
  for (std::size_t i = 0; i < all.size(); ++i) together.start(all[i] = question(static_cast<TokenId>(i) + 1));
  row.at_once = together.pages_out();
  for (Request& r : all) together.desk.finish(r);
  return row;
}

/// Lcp that counts what it compares, and notes the tokens of the entries that it is given.
class Watched : public LcpCacheManager {
 public:
  Watched() : LcpCacheManager(kPage, counting_match_len) {}
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override {
    const InsertResult result = LcpCacheManager::insert_prefix(key, pages, from);
    if (result.cached_len < result.handle.cached_len) kept += result.handle.cached_len;
    return result;
  }
  std::size_t kept = 0;
};

// Without lcp's number: the text asks for a prediction first.
std::string opening(const Row& naive) {
  return fmt::format(
      "| four prompts on one document of {} tokens | tokens computed |\n|---|---|\n"
      "| the row above: naive keeps nothing | {} |\n| lcp keeps what it has seen, and compares | your third prediction "
      "|\n",
      grouped(kDocument), grouped(naive.computed));
}

std::string closing(const Row& naive, const Row& lcp, std::size_t kept) {
  return fmt::format(
      "| four prompts on one document of {} tokens | naive | lcp |\n|---|---|---|\n"
      "| tokens computed | {} | {} |\n| tokens found in the cache | {} | {} |\n"
      "| pages of {} in use, all four at once behind one that is done | {} | {} |\n"
      "| tokens compared with tokens, to find them | {} | {} |\n"
      "| tokens kept, to compare with | {} | {} |\n| tokens in the pages that it holds | {} | {} |\n",
      grouped(kDocument), grouped(naive.computed), grouped(lcp.computed), naive.found, grouped(lcp.found), kPage,
      naive.at_once, lcp.at_once, naive.compared, grouped(lcp.compared), 0, grouped(kept), naive.distinct,
      grouped(lcp.distinct));
}

std::string growing() {
  std::string table = "| texts stored: 1,000 tokens alike, 100 of their own | compared in one look-up |\n|---|---|\n";
  for (const std::size_t count : {10, 100, 1000}) {
    tokens_compared = 0;
    const auto sequences = seed_sequences(count);
    EXPECT_EQ(PrefixDetector(counting_match_len).find_best_prefix_match(seed_query(), sequences),
              (PrefixMatch{0, 1000}));
    table += fmt::format("| {} | {} |\n", grouped(count), grouped(tokens_compared));
  }
  return table;
}

TEST(Lab02Text, GivenTheTablesAreARuns) {
  NaiveCacheManager naive, naive_too;
  Watched lcp, lcp_too;
  const Row without = serve(naive, naive_too), with = serve(lcp, lcp_too);
  std::stringstream text;
  text << std::ifstream(RADIXLAB_CHAPTER_TEXT).rdbuf();
  for (const std::string& table : {opening(without), growing(), closing(without, with, lcp.kept)})
    EXPECT_NE(text.str().find(table), std::string::npos) << "README.md should say\n" << table;
}

}  // namespace
}  // namespace radixlab
