/// \file
/// Chapter 08, given: from what the engine tells of a step to a column of a time line.
#pragma once
#include "08-engine/engine.hpp"
#include "visualize/timeline.hpp"

namespace radixlab {

inline const char* finish_word(FinishReason reason) {
  switch (reason) {
    case FinishReason::length:
      return "length";
    case FinishReason::stop:
      return "stop";
    case FinishReason::aborted:
      return "aborted";
    case FinishReason::failed:
      return "failed";
    case FinishReason::none:
      break;
  }
  return "";
}

/// Who aborts a request between two steps adds it to `ended` of the last one: no step tells of it.
inline TimelineStep timeline_of(const EngineHooks::Step& step) {
  TimelineStep column;
  for (const auto& [id, tokens, generated] : step.ran) column.ran.push_back({id, tokens, generated});
  column.preempted = step.preempted;
  column.waiting = step.waiting;
  for (const RequestOutput& output : step.outputs) {
    if (output.token) column.generated.push_back(output.id);
    if (output.finish_reason != FinishReason::none)
      column.ended.push_back({output.id, finish_word(output.finish_reason)});
  }
  return column;
}

}  // namespace radixlab
