/// \file
/// Eight workloads for cache managers, the same on every machine: what a server's prompts look like to a prefix cache.
///
///   a  a shared system prompt of 500 tokens, 100 of its own       e  no two prompts share anything
///   b  200 chats of 8 turns, in turn                              f  as b, with room for a quarter of it
///   c  50 documents of 4,000 tokens, 20 questions each            g  growth to 10 million tokens
///   d  a tree of thought: 6 levels, 4 branches                    h  a full pool of 10,000 short texts, each request evicts
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// When so many requests are done, these of them are matched once more: full hits.
struct CacheProbes {
  std::size_t after = 0;
  std::vector<std::size_t> requests;
};

struct CacheWorkload {
  char name = 'a';
  std::size_t capacity = 0;                    ///< [tokens] that may be cached; 0: all of it fits
  std::vector<std::vector<TokenId>> requests;  ///< in order; each is matched and then inserted whole
  std::vector<CacheProbes> probes;             ///< of g: at each million of cached tokens
  std::size_t tokens() const;                  ///< of all requests
};

inline constexpr std::string_view kCacheWorkloads = "abcdefgh";

/// Nothing for a name that is none of kCacheWorkloads. Each has a seed of its own; with another seed it is of the same kind.
std::optional<CacheWorkload> make_cache_workload(char name, std::optional<std::uint64_t> seed = {});

}  // namespace radixlab
