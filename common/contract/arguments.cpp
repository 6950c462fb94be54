#include "contract/arguments.hpp"

#include <string>

namespace radixlab {

using std::to_string;

void check_insert_arguments(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from,
                            std::size_t page_size) {
  const std::size_t needed = (key.tokens.size() + page_size - 1) / page_size;
  if (pages.size() != needed)
    throw std::invalid_argument("insert_prefix: " + to_string(key.tokens.size()) + " tokens lie in " +
                                to_string(needed) + " pages, found " + to_string(pages.size()));
  if (from.cached_len > key.tokens.size())
    throw std::invalid_argument("insert_prefix: from names " + to_string(from.cached_len) + " tokens of a key of " +
                                to_string(key.tokens.size()));
}

void check_from_salt(PrefixKey key, std::uint32_t from_salt) {
  if (from_salt != key.cache_salt)
    throw std::invalid_argument("I11: from has salt " + to_string(from_salt) + ", the key " +
                                to_string(key.cache_salt));
}

void check_copy_arguments(const CacheHandle& handle, std::span<const PageId> out, std::size_t page_size) {
  const std::size_t needed = (handle.cached_len + page_size - 1) / page_size;
  if (out.size() != needed)
    throw std::invalid_argument("copy_pages: expected room for " + to_string(needed) + " pages, found " +
                                to_string(out.size()));
}

}  // namespace radixlab
