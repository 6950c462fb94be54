/// \file
/// What the random lives and the conformance suite share: a watched manager of the ladder, and a pool for it.
#pragma once
#include "ladder.hpp"
#include "testing/random_life.hpp"

namespace radixlab {

/// Lives of every kind, one after another: a pool that a handful of requests fill, a tight one, a roomy one; prompts of
/// a few pages or of many; few tokens, so that prompts meet all the time, or more; one tenant or several.
inline LifeOptions life_options(std::size_t page_size, std::uint64_t seed) {
  static constexpr std::size_t kPlaces[] = {80, 24, 200}, kPrompts[] = {24, 24, 60, 9}, kTokens[] = {3, 2, 3, 40, 5};
  static constexpr std::size_t kLive[] = {6, 6, 12, 3, 6, 2, 16}, kTenants[] = {2, 0, 2, 5};
  const std::size_t prompt = kPrompts[seed % std::size(kPrompts)];
  return {.seed = seed,
          .num_pages = kPlaces[seed % std::size(kPlaces)] / page_size + 16,
          .max_tokens = std::max(prompt, prompt / 6 * page_size),
          .alphabet = kTokens[seed % std::size(kTokens)],
          .max_live = kLive[seed % std::size(kLive)],
          .tenants = kTenants[seed / std::size(kPrompts) % std::size(kTenants)]};
}

inline Made watched(std::string_view name, std::size_t page_size, std::size_t num_pages) {
  return make_row(name, {.page_size = page_size, .num_pages = num_pages, .watch = true});
}

}  // namespace radixlab
