#include "row_above.hpp"

#include "cells.hpp"
#include "llm/sampling.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kShort = 40;  // [tokens]

bool is_soon_computed(const std::vector<TokenId>& tokens) {
  return tokens.size() <= kShort || tokens.size() > Forward::kBlockRows;
}

}  // namespace

std::string RowAbove::wrong(Cell cell, const CellResult& row, Fault shared, std::size_t& rows) {
  const std::size_t vocab_size = model_.config().vocab_size;
  if (!stage_) return first_wrong(by_reference(row, true), row, vocab_size, rows);
  cell.isa = isa_;
  auto [known, is_new] = runs_.try_emplace({cell.page_size, has_two_blocks(cell), shared});
  if (is_new) known->second = run_cell(model_, cell, *stage_, shared);
  return first_wrong(known->second, row, vocab_size, rows);
}

std::string RowAbove::wrong_by_reference(const CellResult& row, std::size_t& rows) {
  const std::string wrong = first_wrong(by_reference(row, false), row, model_.config().vocab_size, rows);
  return wrong.empty() ? "" : "by the scalar reference " + wrong;
}

// A text that is not asked for has no rows.
CellResult RowAbove::by_reference(const CellResult& row, bool all) {
  CellResult result;
  for (const Served& served : row.served) {
    if (!all && !is_soon_computed(served.tokens)) {
      result.served.push_back({served.tokens, served.last, served.tokens.size(), {}});
      continue;
    }
    auto [known, is_new] = logits_.try_emplace(served.tokens);
    if (is_new) known->second = reference_.logits(served.tokens);
    const auto last = std::span(known->second).last(model_.config().vocab_size);
    result.served.push_back({served.tokens, greedy(last).value(), 0, known->second});
  }
  return result;
}

}  // namespace radixlab
