#include "08-engine/demo_model.hpp"

#include <numeric>

namespace radixlab {

DemoModel::DemoModel(std::span<const Stage> ladder, const std::filesystem::path& model_folder, DType type)
    : stages(ladder),
      folder(model_folder),
      tokenizer(model_folder),
      model(model_folder, type),
      cpu(model, best_isa(), threads),
      device(cpu) {}

ManagedPool DemoModel::pool(std::string_view manager, std::size_t num_pages, std::size_t page_size, bool watch) {
  device.make_pool(num_pages, page_size);
  return create_cache_manager(stages, manager, {.page_size = page_size, .num_pages = num_pages, .watch = watch});
}

Engine DemoModel::engine(std::size_t num_pages, std::size_t page_size, const EngineConfig& config, EngineHooks hooks) {
  return {device, pool("engine", num_pages, page_size), config, std::move(hooks)};
}

std::vector<TokenId> DemoModel::numbered(std::size_t count, TokenId first) const {
  std::vector<TokenId> tokens(count);
  std::iota(tokens.begin(), tokens.end(), first);
  return tokens;
}

}  // namespace radixlab
