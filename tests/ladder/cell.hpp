/// \file
/// One cell of the ladder: a row's manager serves the script on one model, in one type, with one page size, thread
/// count, instruction set and chunk. What comes out is every logit that it computed.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "01-naive-manager/factory.hpp"
#include "fault.hpp"
#include "llm/model.hpp"
#include "script.hpp"

namespace radixlab {

struct Cell {
  std::string model;
  DType type = DType::f32;
  std::size_t page_size = 1, threads = 1;
  Isa isa = Isa::scalar;
  std::size_t chunk = 0;        ///< 0: all
  std::size_t script_page = 0;  ///< [tokens] the unit of the script's texts; 0: page_size
  std::string policy = {}, device = "cpu";
  std::string name() const;
};

/// What one request of the script left behind.
struct Served {
  std::vector<TokenId> tokens;  ///< the prompt and all generated tokens but the last: one a row of an uncached run
  TokenId last = 0;
  std::size_t start = 0;      ///< first computed position
  std::vector<float> logits;  ///< [tokens.size() - start, vocab_size]
};

struct CellResult {
  std::vector<Served> served;
  bool moves_pages = false;                          ///< the row's desk can
  std::size_t tokens_reused = 0, tokens_copied = 0;  ///< copied for hits
  std::size_t pages_moved = 0;                       ///< by compactions, while requests ran
  FaultCounts counts;
  std::string refusal;      ///< what manager, desk, checker or a request threw, ending the run; empty in a sound one
  std::string explanation;  ///< FirstWrongBit::text, if it was asked for
};

/// Runs the cell, whose type is the model's, under one stage. Freed pages are filled with NaN. `explain`: under the watch of FirstWrongBit.
CellResult run_cell(const Model& model, const Cell& cell, const Stage& stage, Fault fault, bool explain = false);

/// The first difference between what two rows computed, or the row's refusal, in words; empty where all rows that both
/// computed are equal bit for bit and finite, and so are the generated ids. Adds the rows compared to `rows`.
std::string first_wrong(const CellResult& above, const CellResult& row, std::size_t vocab_size, std::size_t& rows);

}  // namespace radixlab
