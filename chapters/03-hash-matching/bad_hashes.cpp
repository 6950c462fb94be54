// Given: the collision lab.
#include "03-hash-matching/bad_hashes.hpp"

namespace radixlab {

std::uint64_t identity_roll(std::uint64_t, TokenId last) { return static_cast<std::uint32_t>(last); }

std::uint64_t weak_roll(std::uint64_t before, TokenId last) { return roll_hash(before, last) >> 56; }

std::uint64_t mod_256_roll(std::uint64_t before, TokenId last) { return roll_hash(before, last % 256); }

std::uint64_t constant_roll(std::uint64_t, TokenId) { return 1; }

}  // namespace radixlab
