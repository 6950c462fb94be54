/// \file
/// What every manager that stores asks of its caller's arguments before it looks at them. A mistake is
/// std::invalid_argument, and its message says what was expected.
#pragma once
#include "contract/cache_manager.hpp"

namespace radixlab {

/// `pages` [ceil(n / P)] of insert_prefix hold the key's n tokens, and `from` is no longer than they are.
void check_insert_arguments(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from,
                            std::size_t page_size);

/// `from`, whose place has the salt `from_salt`, is of the key's tenant (I11).
void check_from_salt(PrefixKey key, std::uint32_t from_salt);

/// `out` of copy_pages has room for the handle's pages, and no more.
void check_copy_arguments(const CacheHandle& handle, std::span<const PageId> out, std::size_t page_size);

}  // namespace radixlab
