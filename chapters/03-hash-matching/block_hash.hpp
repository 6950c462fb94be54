/// \file
/// Chapter 03, task 3.3: the name of a block: a page of tokens, and by its parent's hash all that stands before it.
///
///   tokens  7 7 3 1 | 9 9 4 2 | 5 5        P = 4: two whole blocks; the rest has none
///           h1 = hash(0, 7 7 3 1, salt)
///                     h2 = hash(h1, 9 9 4 2, salt)
///
/// Equal hashes say "look here"; whether it is the same block say its tokens, its parent and its salt (I12). Verifying
/// the tokens alone is not enough: 9 9 4 2 behind another text is another block.
///
/// As vLLM names its blocks: hash(parent, tokens, extra keys).
#pragma once
#include <span>
#include <vector>

#include "contract/snapshot.hpp"
#include "storage/eviction_order.hpp"

namespace radixlab {

/// The hash of a block from its parent's, 0 for the first block of a text. `tokens` [P].
using BlockHash = std::uint64_t (*)(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt);

/// 3.3  Each of the 64 bits depends on the parent, on each token and on the salt, and the hash on the tokens' order. O(P).
std::uint64_t hash_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt);

/// One page of a cached text.
struct Block {
  std::uint32_t id = 0, generation = 0;     ///< its name, written by the pool
  std::uint32_t cache_salt = 0;             ///< whose text this is
  std::uint32_t order_index = kNotInOrder;  ///< written by the manager's eviction order
  std::uint64_t hash = 0;
  std::size_t end = 0;           ///< [tokens] from the beginning of the text to the end of this block
  Block* parent = nullptr;       ///< nullptr: the first of a text
  std::size_t num_children = 0;  ///< blocks whose parent this is
  Block* next = nullptr;         ///< in the same bucket; written by the table
  std::vector<TokenId> tokens;   ///< [P]
  PageId page = 0;
  Usage use;
};

}  // namespace radixlab
