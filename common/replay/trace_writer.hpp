/// \file
/// Writes a trace in the lines that TraceReader reads.
#pragma once
#include <filesystem>

#include "replay/trace.hpp"

namespace radixlab {

/// The whole trace, read once; the file appears whole or not at all. Throws InputError as AtomicFile and the trace do.
void write_trace(const Trace& trace, const std::filesystem::path& file);

}  // namespace radixlab
