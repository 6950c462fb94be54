/// \file
/// The shelf: one buffer that holds the keys and values of every page that the contract's PageIds name.
///
///   [layer][page]  K and V of all KV heads, in the model's type
///
/// How numbers lie inside a page is the kernels' business: KvLayer says it. A page belongs to no request: who may use
/// it is the managers' business.
#pragma once
#include <cstddef>
#include <span>

#include "contract/kv_store.hpp"
#include "io/model_config.hpp"
#include "kernels/cpu/huge_pages.hpp"
#include "kernels/cpu/kernels.hpp"
#include "llm/compute_type.hpp"
#include "llm/kv_place.hpp"

namespace radixlab {

class KvPool : public KvStore {
 public:
  /// `type` is DType::f32 or DType::bf16. Throws std::invalid_argument for another type or a size of 0, std::bad_alloc
  /// if the machine lacks the memory.
  KvPool(const ModelConfig& config, std::size_t num_pages, std::size_t page_size, DType type);

  /// A view that the kernels read and write; good as long as the pool. Throws std::logic_error if T is not type().
  template <class T>
  KvLayer<T> layer(std::size_t index);

  /// Single numbers, for tests and tools; set_ rounds to type(). Throw std::out_of_range.
  float key(const KvPlace& at);
  float value(const KvPlace& at);
  void set_key(const KvPlace& at, float number);
  void set_value(const KvPlace& at, float number);

  /// As if every source were read before any target is written. Throws std::invalid_argument, with nothing written, for
  /// pages and places that are not there, and where two copies have one target. O(copies log copies) beside the copying.
  void copy_pages(std::span<const PageCopy> copies);
  void copy_kv(PageId from, PageId to, std::size_t tokens) override;
  void poison(PageId page);  ///< Fills a freed page with NaN, so that a test sees whoever reads it (I33).

  DType type() const { return type_; }
  std::size_t tokens_copied() const { return tokens_copied_; }  ///< by both, since the beginning
  std::size_t num_layers() const { return num_layers_; }
  std::size_t kv_heads() const { return kv_heads_; }
  std::size_t head_dim() const { return head_dim_; }
  std::size_t num_pages() const { return num_pages_; }
  std::size_t page_size() const { return page_size_; }
  std::size_t page_bytes() const { return num_layers_ * layer_page_bytes_; }  ///< K and V, all layers

  /// Bytes that a page takes in all layers of such a pool, before there is one. Throws as the constructor does.
  static std::size_t page_bytes(const ModelConfig& config, std::size_t page_size, DType type);

 private:
  template <class T>
  static void copy_places(const KvLayer<T>& view, const T* source, T* target, std::size_t tokens);
  template <class Work>
  decltype(auto) at_place(const KvPlace& at, Work work);

  DType type_;
  std::size_t num_layers_, kv_heads_, head_dim_, num_pages_, page_size_;
  std::size_t layer_page_bytes_;  ///< of one page in one layer
  std::size_t tokens_copied_ = 0;
  HugeBuffer<std::byte> buffer_;
};

}  // namespace radixlab
