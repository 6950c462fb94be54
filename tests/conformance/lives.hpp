/// \file
/// What the random lives and the conformance suite share: a watched manager of the ladder, and a pool for it.
#pragma once
#include "ladder.hpp"
#include "testing/random_life.hpp"

namespace radixlab {

/// A pool so small that a handful of requests fill it, and prompts of a few pages.
inline LifeOptions life_options(std::size_t page_size, std::uint64_t seed) {
  return {.seed = seed, .num_pages = 80 / page_size + 16, .max_tokens = std::max<std::size_t>(24, 4 * page_size)};
}

inline Made watched(std::string_view name, std::size_t page_size, std::size_t num_pages) {
  return create_cache_manager(kLadder, name, {.page_size = page_size, .num_pages = num_pages, .watch = true});
}

}  // namespace radixlab
