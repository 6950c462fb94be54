#include <algorithm>

#include "03-hash-matching/hash_based_prefix_matcher.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"

namespace radixlab {

std::uint64_t hash_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt) {
  std::uint64_t hash = roll_hash(parent, static_cast<TokenId>(salt));
  for (const TokenId token : tokens) hash = roll_hash(hash, token);
  return hash;
}

Block* HashCacheManager::find_block(const Block* parent, std::span<const TokenId> tokens, std::uint32_t salt) const {
  const std::uint64_t hash = hash_(parent ? parent->hash : 0, tokens, salt);
  for (Block* b = table_.first(hash); b; b = b->next) {
    if (b->hash != hash) continue;  // shares the bucket, no more
    if (b->parent == parent && b->cache_salt == salt && std::ranges::equal(b->tokens, tokens)) return b;
  }
  return nullptr;
}

}  // namespace radixlab
