/// \file
/// The collision lab: hash functions that collide on purpose, and two texts that collide under the good one. With any of
/// them a matcher and a manager are slower, and every answer is the same (I12).
#pragma once
#include <array>

#include "03-hash-matching/block_hash.hpp"
#include "03-hash-matching/hash_based_prefix_matcher.hpp"

namespace radixlab {

/// One bad idea, as the hash of a prefix and as that of a block.
struct BadHash {
  const char* name;
  const char* what;
  RollingHash roll;
  BlockHash block;
};

std::uint64_t identity_roll(std::uint64_t before, TokenId last);
std::uint64_t weak_roll(std::uint64_t before, TokenId last);
std::uint64_t mod_256_roll(std::uint64_t before, TokenId last);
std::uint64_t constant_roll(std::uint64_t before, TokenId last);
std::uint64_t identity_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt);
std::uint64_t weak_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt);
std::uint64_t mod_256_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt);
std::uint64_t constant_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt);

/// The hash of a block's own tokens: neither what stands before them nor whose they are.
std::uint64_t own_tokens_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt);

inline constexpr std::array<BadHash, 4> kBadHashes = {{
    {"identity", "the last token is the hash", identity_roll, identity_block},
    {"weak", "8 bits: 256 hashes for all texts", weak_roll, weak_block},
    {"mod256", "tokens 7 and 263 are one, as in a real port", mod_256_roll, mod_256_block},
    {"constant", "everything collides with everything", constant_roll, constant_block},
}};

/// Two texts of four tokens, all ids of a vocabulary of 128,000, with one roll_hash of 64 bits: found among 40 million
/// texts by sorting their hashes (README.md, the open task). Whatever follows them collides too.
inline constexpr std::array<TokenId, 4> kCollidingText = {66051, 99136, 91686, 0};
inline constexpr std::array<TokenId, 4> kCollidingTwin = {3933, 100537, 99267, 45236};

}  // namespace radixlab
