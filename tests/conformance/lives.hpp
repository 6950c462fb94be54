/// \file
/// What the random lives and the conformance suite share: lives of every kind.
#pragma once
#include "ladder.hpp"
#include "testing/random_life.hpp"
#include "testing/short_form.hpp"

namespace radixlab {

/// Lives of every kind, one after another: a pool that a handful of requests fill, a tight one, a roomy one; prompts of
/// a few pages or of many; few tokens, so that prompts meet all the time, or more; one tenant or several. `whole_texts`:
/// a page holds a whole text, so that there are few of them, and no text is longer than one.
inline LifeOptions life_options(std::size_t page_size, std::uint64_t seed, bool whole_texts = false) {
  static constexpr std::size_t kPlaces[] = {80, 24, 200}, kPrompts[] = {24, 24, 60, 9}, kTokens[] = {3, 2, 3, 40, 5};
  static constexpr std::size_t kLive[] = {6, 6, 12, 3, 6, 2, 16}, kTenants[] = {2, 0, 2, 5};
  const std::size_t prompt = kPrompts[seed % std::size(kPrompts)], places = kPlaces[seed % std::size(kPlaces)];
  return {.seed = seed,
          .num_pages = whole_texts ? places / 16 + 4 : places / page_size + 16,
          .max_tokens = whole_texts ? std::min(prompt, page_size) : std::max(prompt, prompt / 6 * page_size),
          .max_length = whole_texts ? page_size : SIZE_MAX,
          .alphabet = kTokens[seed % std::size(kTokens)],
          .max_live = kLive[seed % std::size(kLive)],
          .tenants = kTenants[seed / std::size(kPrompts) % std::size(kTenants)]};
}

/// The same life at the row's own desk, with the counts that the row keeps.
inline LifeOptions at_desk_of(const ManagedPool& made, LifeOptions life) {
  life.make_desk = made.make_desk;
  life.owners = made.owners;
  return life;
}

/// Where a row is asked what its contract is: at each of its page sizes. Of several policies each is asked at one of them.
struct Way {
  std::size_t page_size;
  const char* policy;
};
inline std::vector<Way> ways(const Stage& row) {
  std::vector<Way> all;
  for (std::size_t i = 0; i < std::max(row.page_sizes.size(), row.policies.size()); ++i)
    all.push_back({row.page_sizes[i % row.page_sizes.size()], row.policies[i % row.policies.size()]});
  return all;
}

/// A manager's pool whose pages are all taken: for calls that bring pages by numbers of their own.
inline ManagedPool all_taken(ManagedPool made) {
  while (made.source->take()) {
  }
  return made;
}

/// [tokens] of a letter, of which tests make their texts: a page, or an eighth of a row that holds a whole text.
inline std::size_t letter_tokens(std::size_t page_size, bool whole_texts) {
  return whole_texts ? page_size / 8 : page_size;
}

}  // namespace radixlab
