/// \file
/// What a row is held against: the row above it, and the scalar reference.
#pragma once
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "00-baseline/reference.hpp"
#include "cell.hpp"

namespace radixlab {

class RowAbove {
 public:
  /// All must outlive it. `stage`: none where the row above is the reference. It runs on `isa`, once for what of a cell its
  /// logits could depend on: that threads, instruction set and chunk change no bit is what its own row of the ladder shows.
  RowAbove(const Model& model, const Stage* stage, const Reference& reference, Isa isa)
      : model_(model), stage_(stage), reference_(reference), isa_(isa) {}

  /// What is wrong by the row above, with a fault that it shares; empty where nothing is. Adds the rows compared to `rows`.
  std::string wrong(Cell cell, const CellResult& row, Fault shared, std::size_t& rows);

  /// What is wrong by the scalar reference; empty where nothing is. It takes long for a text, so it is asked for short ones
  /// and those of two blocks.
  std::string wrong_by_reference(const CellResult& row, std::size_t& rows);

  const Model& model() const { return model_; }
  bool is_reference() const { return stage_ == nullptr; }

 private:
  CellResult by_reference(const CellResult& row, bool all);

  const Model& model_;
  const Stage* const stage_;
  const Reference& reference_;
  const Isa isa_;
  std::map<std::tuple<std::size_t, bool, Fault>, CellResult> runs_;  // of the stage: page size, of two blocks, fault
  std::map<std::vector<TokenId>, std::vector<float>> logits_;        // of the reference
};

}  // namespace radixlab
