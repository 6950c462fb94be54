/// \file
/// The runner: what a cache manager makes of a trace. A request is
///
///   match_prefix (the whole prompt may match), copy_pages, lock_handle, [evict], insert_prefix (all of it, with what was
///   generated), unlock_handle, request_ended
///
/// one after the other, without a model. Reading and making the trace is outside the clock.
#pragma once
#include "io/json.hpp"
#include "replay/replay_cache.hpp"

namespace radixlab {

/// Totals of a trace, or of one stage of it.
struct ReplayFigures {
  std::size_t requests = 0, requests_hit = 0;                            ///< hit: one token or more was cached
  std::size_t prompt_tokens = 0, cached_tokens = 0, evicted_tokens = 0;  ///< [tokens]
  std::size_t too_long = 0;  ///< requests that are longer than the capacity: looked up, and not inserted
  std::optional<double> request_hit_rate, token_hit_rate, block_hit_rate;  ///< chapter 07's HitRates, where it is built
  std::uint64_t match_ns = 0;                                              ///< match_prefix, copy_pages, lock_handle
  std::uint64_t insert_ns = 0;                                             ///< insert_prefix, copy_pages, unlock_handle
  std::uint64_t evict_ns = 0;                                              ///< evict
  std::size_t lookups = 0;                                                 ///< "match" lines, in no total
  std::uint64_t lookup_ns = 0;                                             ///< theirs
};

struct ReplayStage {
  std::string label;
  ReplayFigures figures;
};

struct ReplaySummary {
  std::string manager, policy;
  std::size_t page_size = 0, capacity = 0;  ///< [tokens]; capacity 0: unbounded
  ReplayFigures total;
  std::vector<ReplayStage> stages;  ///< as marks say; what stands in front of the first mark is in none
  std::size_t nodes = 0;            ///< of the manager, at the end
  std::size_t held_tokens = 0;      ///< cached at the end
  /// Heap memory of manager and free pages at the end, by held_tokens; nothing where none is held or the C library cannot tell.
  std::optional<double> bytes_per_cached_token;
};

/// Who looks on. All may be left out.
struct ReplayWatch {
  std::function<void(const TraceOp& request, std::size_t cached)> request;  ///< `cached` [tokens] of its prompt
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  std::function<void(const BaseCacheManager&)> at_end;
};

/// Replays the trace on a new manager. Throws InputError for a wrong trace and for a size that only a second reading could tell
/// where there is none, std::invalid_argument as make_replay_cache does, and IntegrityError, which names the request, for a broken
/// rule (options.check). One trace and its options give the same summary everywhere, times and bytes aside.
ReplaySummary replay(const Trace& trace, const ReplayOptions& options, const ReplayWatch& watch = {});

/// The same on every manager that is built, and where one takes policies under each, `options` giving the rest. Each run is told to
/// `done` with how many there are.
std::vector<ReplaySummary> compare_managers(
    const Trace& trace, const ReplayOptions& options,
    const std::function<void(const ReplaySummary&, std::size_t runs)>& done = {});

}  // namespace radixlab
