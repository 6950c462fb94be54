#include "verdict.hpp"

#include <string_view>

namespace radixlab {

bool caches(const Stage& stage) { return std::string_view(stage.saves) != "nothing"; }

std::string wrong_in(const Cell& cell, const CellResult& sound, const Stage& stage, Fault fault, RowAbove& above,
                     Compared& compared) {
  std::string wrong = above.wrong(cell, sound, Fault::none, compared.rows);
  if (above.is_reference())
    compared.referenced = compared.rows;
  else if (wrong.empty() && (fault == Fault::none || is_shared(fault)))
    wrong = above.wrong_by_reference(sound, compared.referenced);
  if (!wrong.empty()) return wrong;
  if (compared.rows == 0) return "no row was compared";
  if (stage.whole_texts && sound.tokens_copied != sound.tokens_reused)
    return "reused and copied are not the same, but each hit of a whole text is a copy";
  if (!caches(stage)) return "";
  if (sound.tokens_reused == 0) return "no token was reused: the cell shows nothing";
  if (sound.counts.tokens_evicted == 0) return "no token was evicted: the cell shows nothing";
  if (sound.moves_pages && sound.pages_moved == 0) return "no page was moved: the cell shows nothing of it";
  return "";
}

Seen look_for(Fault fault, const Cell& cell, const Stage& stage, const CellResult& sound, const Compared& compared,
              RowAbove& above) {
  const CellResult broken = run_cell(above.model(), cell, stage, fault);
  Seen seen{.chances = fault == Fault::head ? compared.referenced : broken.counts.chances(fault)};
  std::size_t ignored = 0;
  if (!is_shared(fault)) {
    seen.how = first_wrong(sound, broken, above.model().config().vocab_size, ignored);
  } else {
    const std::string by_row = above.wrong(cell, broken, fault, ignored);
    if (!by_row.empty() && !above.is_reference()) seen.wrong = "THE ROW ABOVE DOES NOT SHARE IT";
    seen.how = above.wrong_by_reference(broken, ignored);
    if (seen.how.empty()) seen.how = by_row;
  }
  if (seen.how.empty() != (seen.chances == 0)) seen.wrong = "EXPECTED THE OPPOSITE";
  return seen;
}

}  // namespace radixlab
