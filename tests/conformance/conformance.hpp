/// \file
/// The fixture of the conformance suite: a watched manager of the ladder, and short words for calls on it.
#pragma once
#include <cstdio>
#include <gmock/gmock.h>
#include <numeric>

#include "lives.hpp"

namespace radixlab {

using Text = std::vector<TokenId>;

struct Cell {
  const Stage* stage;
  std::size_t page_size;
};

inline void PrintTo(const Cell& cell, std::ostream* os) { *os << cell.stage->name << ", P = " << cell.page_size; }

inline std::vector<Cell> cells() {
  std::vector<Cell> all;
  for (const Stage* stage : built_stages())
    for (const std::size_t P : stage->page_sizes) all.push_back({stage, P});
  return all;
}

class Conformance : public testing::TestWithParam<Cell> {
 protected:
  std::size_t P = GetParam().page_size;
  ManagedPool made = create_cache_manager(GetParam().stage->name, {.page_size = P, .num_pages = 64, .watch = true});
  Story& cache = *made.story;
  bool whole_texts = GetParam().stage->whole_texts;                      // a page is a row
  std::size_t L = letter_tokens(P, whole_texts);                         // [tokens] of a letter
  bool stores = std::string_view(GetParam().stage->saves) != "nothing";  // I7 and what follows from it: not for naive
  PageId next_page = 0;

  // A text of whole pages, one for each letter: equal letters are equal pages. Where a page is a row, eight fill one.
  Text text(std::string_view letters) const {
    Text tokens;
    for (const char letter : letters)
      for (std::size_t i = 0; i < L; ++i)
        tokens.push_back(static_cast<TokenId>(letter * 100 + static_cast<TokenId>(i)));
    return tokens;
  }
  std::vector<PageId> fresh(std::size_t tokens) {
    std::vector<PageId> pages((tokens + P - 1) / P);
    std::iota(pages.begin(), pages.end(), next_page);
    next_page += static_cast<PageId>(pages.size());
    return pages;
  }
  std::size_t pages_kept(std::size_t letters) const {
    return !stores ? 0 : whole_texts ? 1 : letters;
  }  // of a new text
  InsertResult insert(const Text& tokens, std::uint32_t salt = 0) {
    return cache.insert_prefix({tokens, salt}, fresh(tokens.size()), {});
  }
  std::size_t match(const Text& tokens, std::uint32_t salt = 0) {
    return cache.match_prefix({tokens, salt}).cached_len;
  }
  std::vector<PageId> pages_of(const CacheHandle& handle) const {
    std::vector<PageId> pages((handle.cached_len + P - 1) / P);
    cache.copy_pages(handle, pages);
    return pages;
  }
  void TearDown() override {
    if (HasFailure()) std::puts(cache.text().c_str());
    cache.check_integrity();
    cache.same_as_snapshot();
  }
};

/// What follows from I7 is asked of rows that store something. The naive row is exempt; so is one whose pages are whole
/// texts, which rows_test.cpp asks instead.
class StoringConformance : public Conformance {};

inline std::vector<Cell> storing_cells() {
  std::vector<Cell> some = cells();
  std::erase_if(some, [](const Cell& cell) {
    return std::string_view(cell.stage->saves) == "nothing" || cell.stage->whole_texts;
  });
  return some;
}

inline std::string cell_name(const testing::TestParamInfo<Cell>& cell) {
  return std::string(cell.param.stage->name) + "_P" + std::to_string(cell.param.page_size);
}

}  // namespace radixlab
