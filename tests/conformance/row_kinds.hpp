/// \file
/// Cells of the conformance suites: a row at a page size. What a row's hits are like is its kind. A suite asks the rows of
/// some kinds, so that a new row is asked what its kind is asked, and no list is edited.
#pragma once
#include <gtest/gtest.h>

#include "lives.hpp"

namespace radixlab {

enum class Kind {
  stores_nothing,
  whole_pages,   ///< hits end where a page ends
  inside_pages,  ///< hits may end inside a page, and are copied
  whole_texts    ///< a page is a slot that holds one whole text
};

inline Kind kind_of(const Stage& row) {
  if (std::string_view(row.saves) == "nothing") return Kind::stores_nothing;
  return row.whole_texts ? Kind::whole_texts : row.partial_hits ? Kind::inside_pages : Kind::whole_pages;
}

struct Cell {
  const Stage* row;
  std::size_t page_size;
  const char* policy = "";

  CacheOptions options(std::size_t num_pages) const {
    return {.page_size = page_size, .num_pages = num_pages, .policy = policy};
  }
  /// A manager of the row, watched, over so many pages.
  ManagedPool make(std::size_t num_pages) const {
    CacheOptions watched = options(num_pages);
    watched.watch = true;
    return create_cache_manager({row, 1}, row->name, watched);
  }
};

inline void PrintTo(const Cell& cell, std::ostream* os) {
  *os << cell.row->name << ", P = " << cell.page_size << (*cell.policy ? ", " : "") << cell.policy;
}

inline std::string cell_name(const testing::TestParamInfo<Cell>& cell) {
  std::string name = std::string(cell.param.row->name) + "_P" + std::to_string(cell.param.page_size);
  if (*cell.param.policy) name += "_" + std::string(cell.param.policy);
  std::ranges::replace(name, '-', '_');
  return name;
}

/// The ladder's rows of these kinds, each in its ways.
inline std::vector<Cell> cells(const std::vector<Kind>& kinds) {
  std::vector<Cell> some;
  for (const Stage* row : built_stages())
    for (const auto& [P, policy] : ways(*row))
      if (std::ranges::count(kinds, kind_of(*row)) > 0) some.push_back({row, P, policy});
  return some;
}

inline std::vector<Cell> all_cells() {
  return cells({Kind::stores_nothing, Kind::whole_pages, Kind::inside_pages, Kind::whole_texts});
}

}  // namespace radixlab
