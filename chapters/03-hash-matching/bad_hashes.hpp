/// \file
/// The collision lab: hash functions that collide on purpose, and two texts that collide under the good one. With any of
/// them a matcher and a manager are slower, and every answer is the same (I12).
#pragma once
#include <array>

#include "03-hash-matching/hash_based_prefix_matcher.hpp"

namespace radixlab {

std::uint64_t identity_roll(std::uint64_t before, TokenId last);  ///< the last token is the hash
std::uint64_t weak_roll(std::uint64_t before, TokenId last);      ///< 8 bits: 256 hashes for all texts
std::uint64_t mod_256_roll(std::uint64_t before, TokenId last);   ///< tokens 7 and 263 are one, as in a real port
std::uint64_t constant_roll(std::uint64_t before, TokenId last);  ///< everything collides with everything

/// Two texts of four tokens, all ids of a vocabulary of 128,000, with one roll_hash of 64 bits. Found among 40 million
/// texts by sorting their hashes: half an exercise (README.md, the open task). What follows them collides too.
inline constexpr std::array<TokenId, 4> kCollidingText = {66051, 99136, 91686, 0};
inline constexpr std::array<TokenId, 4> kCollidingTwin = {3933, 100537, 99267, 45236};

}  // namespace radixlab
