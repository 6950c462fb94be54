/// \file
/// What `replay` tells of a run: a table for people, JSON for programs.
#pragma once
#include <string>

#include "replay/replay.hpp"

namespace radixlab {

/// Lines of a run, and a row for each of its stages.
std::string replay_table(const ReplaySummary& summary);

/// One object; what is unknown is null. Times are nanoseconds.
Json to_json(const ReplaySummary& summary);

}  // namespace radixlab
