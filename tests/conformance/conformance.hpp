/// \file
/// The fixture of the conformance suite: a watched manager of the ladder, and short words for calls on it.
#pragma once
#include <cstdio>
#include <gmock/gmock.h>
#include <numeric>

#include "row_kinds.hpp"

namespace radixlab {

using Text = std::vector<TokenId>;

class Conformance : public testing::TestWithParam<Cell> {
 protected:
  std::size_t P = GetParam().page_size;
  ManagedPool made = all_taken(GetParam().make(64));
  Story& cache = *made.story;
  bool whole_texts = GetParam().row->whole_texts;                      // a page is a row
  std::size_t L = letter_tokens(P, whole_texts);                       // [tokens] of a letter
  bool stores = std::string_view(GetParam().row->saves) != "nothing";  // I7 and what follows from it: not for naive
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

/// What follows from I7 is asked of rows that store something, text by text in pages. Rows of whole texts are asked by
/// rows_test.cpp instead.
class StoringConformance : public Conformance {};

/// What is asked of a row whose hits end with a page.
class WholePages : public StoringConformance {};

}  // namespace radixlab
