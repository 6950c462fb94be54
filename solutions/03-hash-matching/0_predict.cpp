#include "03-hash-matching/predict.hpp"

namespace radixlab {

// 6 prefixes of the first; of the second 4 4 2 8 and 4 4 2 8 8 are new, of the third 4 4 2 6 5: all that is shorter was known.
std::size_t predicted_prefixes() { return 6 + 2 + 1; }

// 1 + 2 + ... + 600 (S7).
std::size_t predicted_steps_of_the_seed() { return std::size_t{600} * 601 / 2; }

std::size_t predicted_steps_rolled() { return 600; }

// Token 1,234 stands in block 77, the first that differs: 77 whole blocks are found. What follows has other hashes, as
// each begins with its parent's.
std::size_t predicted_found() { return std::size_t{1234 / 16} * 16; }

// The same: a collision costs a comparison, never an answer (I12).
std::size_t predicted_found_by_a_weak_hash() { return std::size_t{1234 / 16} * 16; }

// Two salts share nothing (I11).
std::size_t predicted_pages_of_two_tenants() { return std::size_t{2} * 2000 / 16; }

// Leaves alone: x is the older of the two, then c; only now has b no child left (I26).
std::vector<PageId> predicted_victims() { return {5, 2, 1}; }

}  // namespace radixlab
