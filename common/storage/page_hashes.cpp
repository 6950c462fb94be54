#include "storage/page_hashes.hpp"

namespace radixlab {

namespace {

// The high bits of the product know all bits, its low ones few: so they are mixed in.
std::uint64_t stir(std::uint64_t h) {
  h *= 0x9e3779b97f4a7c15U;
  return h ^ h >> 32;
}

}  // namespace

std::uint64_t hash_page(std::uint64_t before, std::span<const TokenId> page) {
  std::uint64_t h = stir(before + 1);  // no page of zeros behind nothing is nothing again
  for (const TokenId token : page) h = stir(h ^ static_cast<std::uint32_t>(token));
  return h;
}

std::vector<std::uint64_t> page_hashes(PrefixKey key, std::size_t page_size) {
  std::vector<std::uint64_t> hashes(key.tokens.size() / page_size);
  std::uint64_t before = key.cache_salt;
  for (std::size_t i = 0; i < hashes.size(); ++i)
    before = hashes[i] = hash_page(before, key.tokens.subspan(i * page_size, page_size));
  return hashes;
}

}  // namespace radixlab
