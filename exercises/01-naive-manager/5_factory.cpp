#include <stdexcept>
#include <string>
#include <utility>

#include "01-naive-manager/factory.hpp"
#include "contract/todo.hpp"

namespace radixlab {

ManagedPool create_cache_manager(std::span<const Stage> stages, std::string_view type, const CacheOptions& options) {
  todo("1.5",
       "A name is not found, or is found without a way to make it. What must each message "
       "say so that its reader knows what to do next?",
       stages, type, options);
}

}  // namespace radixlab
