/// \file
/// A device that hands everything on to another one: what tells of copies, counts or fails on purpose overrides a call
/// or two of it.
#pragma once
#include "llm/device.hpp"

namespace radixlab {

/// Counts what passes through itself; all else is the inner device's.
class DeviceWrapper : public Device {
 public:
  explicit DeviceWrapper(Device& inner) : inner_(inner) {}  ///< `inner` must outlive it

  float key(const KvPlace& at) override { return inner_.key(at); }
  float value(const KvPlace& at) override { return inner_.value(at); }
  void set_key(const KvPlace& at, float number) override { inner_.set_key(at, number); }
  void set_value(const KvPlace& at, float number) override { inner_.set_value(at, number); }

  std::string_view name() const override { return inner_.name(); }
  DType type() const override { return inner_.type(); }
  const ModelConfig& config() const override { return inner_.config(); }
  Reserved reserved() const override { return inner_.reserved(); }
  std::size_t num_pages() const override { return inner_.num_pages(); }
  std::size_t page_size() const override { return inner_.page_size(); }
  std::size_t page_bytes(std::size_t page_size) const override { return inner_.page_bytes(page_size); }
  std::size_t free_bytes() const override { return inner_.free_bytes(); }
  std::optional<std::string> ended() const override {
    const std::optional<std::string> words = Device::ended();
    return words ? words : inner_.ended();
  }

 protected:
  void do_make_pool(std::size_t num_pages, std::size_t page_size) override { inner_.make_pool(num_pages, page_size); }
  void do_reserve(const Reserved& wanted) override { inner_.reserve(wanted.rows, wanted.positions); }
  std::vector<std::size_t> do_run(std::span<const Sequence> batch, const Asked& asked) override {
    return inner_.run(batch, asked);
  }
  std::string do_cause_of_broken(const Sequence& sequence) override { return inner_.cause_of_broken(sequence); }
  void do_logits(std::span<const float> hidden, std::span<float> logits) override { inner_.logits(hidden, logits); }
  void do_copy_pages(std::span<const PageCopy> copies) override { inner_.copy_pages(copies); }
  void do_poison(std::span<const PageId> pages) override { inner_.poison(pages); }

 private:
  Device& inner_;
};

}  // namespace radixlab
