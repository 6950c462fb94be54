#include "08-engine/page_manager.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "01-naive-manager/naive_cache_manager.hpp"

namespace radixlab {
namespace {

// The pool's own manager stays empty. It is still told of moves: chapter 06's hands them on to the counts of the pages.
class NothingCached : public NaiveCacheManager {
 public:
  explicit NothingCached(std::unique_ptr<BaseCacheManager> empty) : empty_(std::move(empty)) {}
  void rename_pages(std::span<const PageMove> moves) override { empty_->rename_pages(moves); }

 private:
  std::unique_ptr<BaseCacheManager> empty_;
};

}  // namespace

PageManager::PageManager(Device& device, ManagedPool pool)
    : device_(device),
      pool_(std::move(pool)),
      desk_(set_up_desk(pool_.make_desk, *pool_.manager, *pool_.source, device, device.page_size())) {}

std::optional<std::size_t> PageManager::ref_count(PageId page) const {
  if (!pool_.owners) return std::nullopt;
  return pool_.owners(page);
}

KvPage PageManager::get_page(PageId page, std::size_t layer) const {
  const ModelConfig& config = device_.config();
  KvPage copy{config.num_key_value_heads, page_size(), config.head_dim, {}, {}};
  for (std::size_t head = 0; head < copy.kv_heads; ++head) {
    for (std::size_t place = 0; place < copy.page_size; ++place) {
      for (std::size_t d = 0; d < copy.head_dim; ++d) {
        copy.keys.push_back(device_.key({layer, page, head, place, d}));
        copy.values.push_back(device_.value({layer, page, head, place, d}));
      }
    }
  }
  return copy;
}

ManagedPool without_prefix_caching(ManagedPool pool) {
  pool.manager = std::make_unique<NothingCached>(std::move(pool.manager));
  pool.story = nullptr;
  return pool;
}

std::size_t pages_for_share(const Device& device, std::size_t page_size, double share) {
  if (!(share > 0 && share <= 1))
    throw std::invalid_argument("the share of memory is " + std::to_string(share) +
                                ", expected more than 0, at most 1");
  const std::size_t free = device.free_bytes(), bytes = device.page_bytes(page_size);
  const auto pages = static_cast<std::size_t>(static_cast<double>(free) * share) / bytes;
  if (pages == 0)
    throw std::invalid_argument("a share of " + std::to_string(share) + " of " + std::to_string(free) +
                                " free bytes holds no page of " + std::to_string(bytes));
  return pages;
}

}  // namespace radixlab
