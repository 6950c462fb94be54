#include <stdexcept>
#include <string>
#include <utility>

#include "01-naive-manager/factory.hpp"

namespace radixlab {

ManagedPool create_cache_manager(std::span<const Stage> stages, std::string_view type, const CacheOptions& options) {
  std::string names;
  for (const Stage& stage : stages) {
    names += (names.empty() ? "" : ", ") + std::string(stage.name);
    if (stage.name != type) continue;
    if (!stage.make && std::string_view(stage.saves) == "nothing")
      throw std::invalid_argument("\"" + std::string(type) + "\" is a row without a manager: " + stage.finds_by);
    if (!stage.make)
      throw std::invalid_argument("manager \"" + std::string(type) + "\" is built in lab " + stage.chapter);
    ManagedPool made = stage.make(options);
    if (options.watch) {
      auto story = std::make_unique<Story>(std::move(made.manager), options.page_size, stage.partial_hits);
      made.story = story.get();
      made.manager = std::move(story);
    }
    return made;
  }
  throw std::invalid_argument("there is no manager \"" + std::string(type) + "\": expected one of " + names);
}

}  // namespace radixlab
