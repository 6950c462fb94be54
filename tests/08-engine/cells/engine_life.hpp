/// \file
/// A life of the engine: random requests arrive, compute, fork, are preempted, aborted and moved about, in pages that are filled
/// with NaN whenever they are free. Each computed row and each sampled one is held against the scalar reference, bit for bit, and after
/// each step the rules are checked: check_integrity(), I3, I4, I16, I18, I35, I38.
#pragma once
#include <string>

#include "engine_cell.hpp"
#include "engine_fault.hpp"
#include "texts.hpp"

namespace radixlab {

/// What happened in a life, or in several. A sweep in which one of them stays 0 has shown less than it says.
struct EngineCounts {
  std::size_t rows = 0;                                            ///< compared, sampled ones once more
  std::size_t reused = 0, evicted = 0, recomputed = 0, moved = 0;  ///< [tokens], [pages] moved by compactions
  std::size_t copied = 0;                                          ///< [tokens] of hits inside pages, and of forks
  std::size_t preemptions = 0, aborts = 0, forks = 0, forks_that_waited = 0, twins = 0, bypassed = 0, stopped = 0;
  EngineCounts& operator+=(const EngineCounts& other);
  std::string in_words() const;
  std::string missing() const;  ///< names of those that are 0
};

struct LifeReport {
  EngineCounts counts;
  std::size_t steps = 0, answers = 0,
              longest = 0;  ///< steps; answers that ended by themselves; [steps] from arrival to end
  std::size_t chances = 0;  ///< of the fault
  std::string wrong;        ///< the first thing, which ended the life; empty: nothing
  std::string explanation;  ///< FirstWrongBit::text, if it was asked for
};

/// Lives the cell. `explain`: under the watch of FirstWrongBit. `milestone` is called when half of the requests have
/// come, and when all are over and the engine is still there.
LifeReport live(TextCatalogue& texts, const EngineCell& cell, EngineFault fault, bool explain = false,
                const std::function<void()>& milestone = {});

}  // namespace radixlab
