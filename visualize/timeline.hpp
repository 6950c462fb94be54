/// \file
/// A time line of a batch: a row a request, a column a step. As text, and in Graphviz's DOT language for render.hpp.
///
///   0   16 16 8+ +  +  +        prefill in chunks, then decode; "+" is a token that was generated
///   1   .  .  1+ +  +  stop     waited for two steps, and found all but one token of its prompt
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace radixlab {

/// What one step did. Requests are named by numbers, whose order is that of the rows.
struct TimelineStep {
  struct Ran {
    std::uint64_t id;
    std::size_t num_tokens;     ///< computed in this step
    std::size_t num_generated;  ///< before it
  };
  struct Ended {
    std::uint64_t id;
    std::string why;  ///< "length", "stop", "failed", "aborted"; stands behind the row
  };
  std::vector<Ran> ran;
  std::vector<std::uint64_t> generated;  ///< got a token; one that did not run is a fork, which begins with it
  std::vector<std::uint64_t> preempted;
  std::vector<std::uint64_t> waiting;  ///< at the end of the step
  std::vector<Ended> ended;
};

struct TimelineOptions {
  std::size_t most = 100;  ///< text: characters of all steps; picture: columns. A longer line is folded
};

/// Text, UTF-8, a line a request, with a legend. If all steps do not fit, then each column is a letter, and stands for as many
/// steps as needed: of what happened in them, that which stands first in the legend. O(steps x requests).
/// \throws std::invalid_argument  if options.most is 0
std::string to_text_timeline(const std::vector<TimelineStep>& steps, const TimelineOptions& options = {});

/// The same as a picture.
/// \throws std::invalid_argument  if options.most is 0
std::string to_dot_timeline(const std::vector<TimelineStep>& steps, const TimelineOptions& options = {});

}  // namespace radixlab
