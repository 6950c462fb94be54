/// \file
/// The shelf: one buffer that holds the keys and values of every page that the contract's PageIds name.
///
///   [layer][page]  K [kv_heads, head_dim, P]   V [kv_heads, P, head_dim padded to 16]
///
/// Keys lie head_dim-major, so that one load brings the same coordinate of 16 neighbouring positions; values lie
/// position-major, so that one load brings 16 coordinates of a position. Both are what the attention kernel reads in a
/// row. The seed's [kv_heads, P, head_dim] for both would make it gather the keys. A page belongs to no request: who
/// may use it is the managers' business.
#pragma once
#include <cstddef>

#include "contract/kv_store.hpp"
#include "io/model_config.hpp"
#include "kernels/cpu/huge_pages.hpp"
#include "kernels/cpu/kernels.hpp"

namespace radixlab {

class KvPool : public KvStore {
 public:
  /// Throws std::invalid_argument for a size of 0, std::bad_alloc if the machine lacks the memory.
  KvPool(const ModelConfig& config, std::size_t num_pages, std::size_t page_size);

  KvLayer<float> layer(std::size_t index);  ///< A view that the kernels read and write; good as long as the pool.
  float* keys(std::size_t layer, PageId page, std::size_t kv_head);    ///< [head_dim, P]
  float* values(std::size_t layer, PageId page, std::size_t kv_head);  ///< [P, padded head_dim]
  void copy_kv(PageId from, PageId to, std::size_t tokens) override;
  void poison(PageId page);  ///< Fills a freed page with NaN, so that a test sees whoever reads it (I33).

  std::size_t tokens_copied() const { return tokens_copied_; }  ///< by copy_kv, since the beginning
  std::size_t num_pages() const { return num_pages_; }
  std::size_t page_size() const { return page_size_; }
  std::size_t page_bytes() const { return num_layers_ * page_floats_ * sizeof(float); }  ///< K and V, all layers

 private:
  float* page(std::size_t layer, PageId id);

  std::size_t num_layers_, kv_heads_, head_dim_, num_pages_, page_size_;
  std::size_t page_floats_;  ///< of one page in one layer
  std::size_t tokens_copied_ = 0;
  HugeBuffer<float> buffer_;
};

}  // namespace radixlab
