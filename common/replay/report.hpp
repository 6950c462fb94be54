/// \file
/// What `replay` tells of a run: a table for people, JSON for programs.
#pragma once
#include <string>

#include "replay/replay.hpp"

namespace radixlab {

/// Lines of a run, and a row for each of its stages.
std::string replay_table(const ReplaySummary& summary);

/// A row a run: what compare_managers() gives.
std::string comparison_table(const std::vector<ReplaySummary>& all);

/// One object; what is unknown is null. Times are nanoseconds.
Json to_json(const ReplaySummary& summary);

}  // namespace radixlab
