/// \file
/// How one speaks of what lies in a KV pool without knowing how it lies there.
#pragma once
#include <cstddef>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// One number of the pool, wherever it lies. `d` is a coordinate of the head, below head_dim; `place` below page_size.
struct KvPlace {
  std::size_t layer = 0;
  PageId page = 0;
  std::size_t kv_head = 0, place = 0, d = 0;
};

/// The first `tokens` places of page `from`, all layers, also go to page `to`.
struct PageCopy {
  PageId from = 0, to = 0;
  std::size_t tokens = 0;
};

}  // namespace radixlab
