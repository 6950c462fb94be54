/// \file
/// Workloads by name: what `replay --generate` makes instead of reading a trace. Seeded, and the same on every processor.
#pragma once
#include <span>
#include <string_view>

#include "replay/trace.hpp"

namespace radixlab {

struct Generator {
  const char* name;
  const char* words;                                 ///< what it models, and from which published facts
  Trace (*make)(std::optional<std::uint64_t> seed);  ///< without a seed, its own
};

std::span<const Generator> generators();

/// The workload of that name. Throws InputError, which lists the names, for another.
Trace generate_trace(std::string_view name, std::optional<std::uint64_t> seed = {});

/// A trace of these requests: each is matched and then inserted whole.
Trace trace_of(std::string name, std::vector<std::vector<TokenId>> requests, std::size_t capacity = 0);

/// The first so many requests of a trace.
Trace first_requests(Trace trace, std::size_t requests);

}  // namespace radixlab
