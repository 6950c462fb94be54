/// \file
/// Chapter 05, open lab: a prefix tree of your own. All that is prescribed is the contract. Header and body are yours, in
/// exercises/05-radix-tree/open/.
#pragma once
#include <memory>

#include "contract/snapshot.hpp"

namespace radixlab {

/// Yours to write. It gives whole pages only, and finds the longest cached prefix, however long ago it was stored. Which
/// unlocked page goes first is your choice, as long as nothing stays cached behind a page that is gone (I26). Throws
/// std::invalid_argument for a page_size of 0.
std::unique_ptr<BaseCacheManager> make_open_tree(std::size_t page_size);

}  // namespace radixlab
