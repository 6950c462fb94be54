/// \file
/// The engine's options, by the names that vLLM and SGLang gave them.
#pragma once
#include <cstddef>

namespace radixlab {

/// Which waiting request starts next.
enum class SchedulePolicy {
  fcfs,  ///< first come, first served
  lpm,   ///< longest prefix match: who finds most in the cache
};

struct EngineConfig {
  bool enable_prefix_caching = true;         ///< off: nothing is found, and nothing is kept
  std::size_t max_num_seqs = 32;             ///< requests that run at once, at most
  std::size_t max_num_batched_tokens = 512;  ///< [tokens] that one step computes, at most
  std::size_t chunked_prefill_size = 0;  ///< [tokens] of one request in one step, at most; 0: as many as the step has
  SchedulePolicy schedule_policy = SchedulePolicy::fcfs;
  std::size_t max_bypass = 16;  ///< requests that came later and start before a waiting one, at most (I38)
};

/// Throws std::invalid_argument, which names the option, its value and what is expected: for a 0 where there must be
/// something, and for max_num_batched_tokens below max_num_seqs, with which some request that generates would get no token.
void check_config(const EngineConfig& config);

}  // namespace radixlab
