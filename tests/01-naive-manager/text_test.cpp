// The figures in chapter 01's text are a run's: its tables stand in README.md as this test makes them.
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "io/error.hpp"
#include "one_text_manager.hpp"
#include "testing/four_prompts.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kAnswer = 20;

// An answer of kAnswer tokens: row 00 runs all tokens for each new one; at the desk each is run once, all but the last.
std::string one_answer() {
  NaiveCacheManager naive;
  Bench bench{naive};
  Request r = question(1);
  EXPECT_TRUE(bench.desk.start(r));
  std::size_t everything = 0;
  for (std::size_t i = 0; i < kAnswer; ++i) {
    bench.compute(r);
    everything += r.tokens.size();
    r.tokens.push_back(7);
    EXPECT_TRUE(bench.desk.grow(r, r.tokens.size()));
  }
  bench.desk.finish(r);
  return fmt::format(
      "| a prompt of {} tokens, an answer of {} | tokens computed |\n|---|---|\n"
      "| row 00: everything again for each new token | {} |\n| the desk with the naive manager | {} |\n",
      grouped(kDocument + kQuestion), kAnswer, grouped(everything), grouped(bench.computed));
}

std::string four_prompts() {
  NaiveCacheManager naive;
  Bench bench{naive};
  std::size_t hits = 0, one = 0;
  for (TokenId i = 1; i <= 4; ++i) {
    Request r = question(i);
    EXPECT_TRUE(bench.desk.start(r));
    hits += r.hit;
    one = bench.pages_out();
    bench.compute(r);
    bench.desk.finish(r);
  }
  OneTextManager shared(kPage);
  std::vector<Request> all(4);
  const auto at_once = [&](Bench& on) {
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_TRUE(on.desk.start(all[i] = question(static_cast<TokenId>(i) + 1)));
    const std::size_t pages = on.pages_out();
    for (Request& r : all) on.desk.finish(r);
    return pages;
  };
  const std::size_t apart = at_once(bench);
  Bench sharing{shared};
  Request document = question(1);
  document.tokens.resize(kDocument);
  EXPECT_TRUE(sharing.desk.start(document));
  sharing.compute(document);
  sharing.desk.finish(document);
  return fmt::format(
      "| four prompts on one document of {} tokens | naive |\n|---|---|\n| tokens computed | {} |\n"
      "| of them computed before, by another request | {} |\n| tokens found in the cache | {} |\n"
      "| pages of {} that one of them holds | {} |\n| pages, all four at once | {} |\n"
      "| the same four where the document's pages are shared | {} |\n",
      grouped(kDocument), grouped(bench.computed), grouped(3 * kDocument), hits, kPage, one, apart, at_once(sharing));
}

TEST(Lab01Text, GivenTheTablesAreARuns) {
  std::stringstream text;
  text << std::ifstream(RADIXLAB_CHAPTER_TEXT).rdbuf();
  for (const std::string& table : {one_answer(), four_prompts()})
    EXPECT_NE(text.str().find(table), std::string::npos) << "README.md should say\n" << table;
}

}  // namespace
}  // namespace radixlab
