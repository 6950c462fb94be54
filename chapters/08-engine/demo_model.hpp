/// \file
/// demo_08's model, its device, which counts, and engines on it.
#pragma once
#include <filesystem>
#include <span>

#include "08-engine/engine.hpp"
#include "io/tokenizer.hpp"
#include "llm/cpu_device.hpp"
#include "llm/device_wrapper.hpp"

namespace radixlab {

class CountingDevice : public DeviceWrapper {
 public:
  using DeviceWrapper::DeviceWrapper;
  std::size_t num_passes() const { return passes_; }  ///< calls of run: each reads all weights once

 protected:
  std::vector<std::size_t> do_run(std::span<const Sequence> batch, const Asked& asked) override {
    ++passes_;
    return DeviceWrapper::do_run(batch, asked);
  }

 private:
  std::size_t passes_ = 0;
};

struct DemoModel {
  DemoModel(std::span<const Stage> ladder, const std::filesystem::path& model_folder, DType type);

  /// A new pool under the ladder's row `manager`. What used the old one must be gone.
  ManagedPool pool(std::string_view manager, std::size_t num_pages, std::size_t page_size, bool watch = false);
  /// On a new pool under chapter 06's tree.
  Engine engine(std::size_t num_pages, std::size_t page_size, const EngineConfig& config, EngineHooks hooks = {});
  /// Ids that are no text, beginning with `first`.
  std::vector<TokenId> numbered(std::size_t count, TokenId first) const;

  std::span<const Stage> stages;
  std::filesystem::path folder;
  Tokenizer tokenizer;
  Model model;
  ThreadPool threads{1};
  CpuDevice cpu;
  CountingDevice device;
};

}  // namespace radixlab
