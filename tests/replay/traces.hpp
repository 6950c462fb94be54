/// \file
/// Small traces, and what a source gives.
#pragma once
#include <sstream>

#include "replay/generators.hpp"
#include "replay/replay.hpp"
#include "replay/report.hpp"
#include "replay/trace_reader.hpp"

namespace radixlab {

/// A trace that is the lines of `text`.
inline Trace trace_text(std::string text) {
  struct Lines : TraceSource {
    std::istringstream in;
    TraceReader reader;
    explicit Lines(const std::string& lines) : in(lines), reader(in, "trace") {}
    bool next(TraceOp& op) override { return reader.next(op); }
    std::uint64_t done() const override { return reader.done(); }
    std::uint64_t total() const override { return reader.total(); }
  };
  return {"trace", [text] { return std::make_unique<Lines>(text); }};
}

inline std::vector<TraceOp> all_ops(const Trace& trace) {
  std::vector<TraceOp> all;
  const auto source = trace.open();
  for (TraceOp op; source->next(op);) all.push_back(op);
  return all;
}

/// All that does not hang on the machine.
inline std::string without_times(const ReplaySummary& summary) {
  Json json = to_json(summary);
  const auto drop = [](Json& figures) {
    for (const char* key : {"match_ns", "insert_ns", "evict_ns", "lookup_ns", "bytes_per_cached_token"})
      figures.erase(key);
  };
  drop(json);
  for (Json& stage : json["stages"]) drop(stage);
  return json.dump();
}

}  // namespace radixlab
