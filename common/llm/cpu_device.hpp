/// \file
/// The processor as a device: Forward computes, KvPool holds the pages, and memory is the machine's.
#pragma once
#include <vector>

#include "llm/device.hpp"
#include "llm/kv_pool.hpp"
#include "llm/model.hpp"

namespace radixlab {

class CpuDevice : public Device {
 public:
  /// `model`, which several devices may share, and `threads` must outlive it. Throws as Forward does.
  CpuDevice(const Model& model, Isa isa, ThreadPool& threads);

  float key(const KvPlace& at) override { return pool().key(at); }
  float value(const KvPlace& at) override { return pool().value(at); }
  void set_key(const KvPlace& at, float number) override { pool().set_key(at, number); }
  void set_value(const KvPlace& at, float number) override { pool().set_value(at, number); }

  std::string_view name() const override { return "cpu"; }
  DType type() const override { return model_.type(); }
  const ModelConfig& config() const override { return model_.config(); }
  Reserved reserved() const override { return reserved_; }
  std::size_t num_pages() const override { return pool_ ? pool_->num_pages() : 0; }
  std::size_t page_size() const override { return pool_ ? pool_->page_size() : 0; }
  std::size_t page_bytes(std::size_t page_size) const override {
    return KvPool::page_bytes(config(), page_size, type());
  }
  /// Of what the machine had left when the device was made.
  std::size_t free_bytes() const override;

 private:
  void do_make_pool(std::size_t num_pages, std::size_t page_size) override;
  void do_reserve(const Reserved& wanted) override;
  std::vector<std::size_t> do_run(std::span<const Sequence> batch, const Asked& asked) override;
  std::string do_cause_of_broken(const Sequence& sequence) override;
  void do_logits(std::span<const float> hidden, std::span<float> logits) override;
  void do_copy_pages(std::span<const PageCopy> copies) override { pool().copy_pages(copies); }
  void do_poison(std::span<const PageId> pages) override;

  KvPool& pool();
  std::size_t scratch_bytes(const Reserved& wanted) const;

  const Model& model_;
  Forward forward_;
  std::size_t threads_;
  std::size_t memory_;  // [bytes] that the machine had left at first
  Reserved reserved_;
  std::optional<KvPool> pool_;
  std::vector<float> asked_;  // [asked rows, hidden_size]
};

}  // namespace radixlab
