/// \file
/// The shelf, as the scheduler's desk sees it: it knows one thing about KV data, that a part of a page can be copied.
#pragma once
#include "contract/cache_manager.hpp"

namespace radixlab {

class KvStore {
 public:
  virtual ~KvStore() = default;
  /// Copies the first `tokens` places of page `from` to page `to`, all layers: for a hit that ends inside a page.
  virtual void copy_kv(PageId from, PageId to, std::size_t tokens) = 0;
};

}  // namespace radixlab
