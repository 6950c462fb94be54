// Given: the collision lab.
#include "03-hash-matching/bad_hashes.hpp"

namespace radixlab {
namespace {

std::uint64_t rolled(RollingHash roll, std::uint64_t hash, std::span<const TokenId> tokens) {
  for (const TokenId token : tokens) hash = roll(hash, token);
  return hash;
}

}  // namespace

std::uint64_t identity_roll(std::uint64_t, TokenId last) { return static_cast<std::uint32_t>(last); }
std::uint64_t weak_roll(std::uint64_t before, TokenId last) { return roll_hash(before, last) >> 56; }
std::uint64_t mod_256_roll(std::uint64_t before, TokenId last) { return roll_hash(before, last % 256); }
std::uint64_t constant_roll(std::uint64_t, TokenId) { return 1; }

std::uint64_t identity_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t) {
  return rolled(identity_roll, parent, tokens);
}
std::uint64_t weak_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt) {
  return rolled(roll_hash, parent ^ salt, tokens) >> 56;
}
std::uint64_t mod_256_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt) {
  return rolled(mod_256_roll, parent ^ salt, tokens);
}
std::uint64_t constant_block(std::uint64_t, std::span<const TokenId>, std::uint32_t) { return 1; }

std::uint64_t own_tokens_block(std::uint64_t, std::span<const TokenId> tokens, std::uint32_t) {
  return rolled(roll_hash, 0, tokens);
}

}  // namespace radixlab
