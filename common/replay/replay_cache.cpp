#include "replay/replay_cache.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "07-eviction/admitting_manager.hpp"
#include "07-eviction/clairvoyant.hpp"
#include "07-eviction/policies.hpp"
#include "io/error.hpp"
#include "ladder.hpp"
#include "storage/page_hashes.hpp"

namespace radixlab {
namespace {

constexpr const char* kClairvoyant = "clairvoyant";

/// Pages that never run out: those that came back, then new ones.
class EndlessPages : public PageSource {
 public:
  std::optional<PageId> take() override {
    if (back_.empty()) return next_ == UINT32_MAX ? std::nullopt : std::optional(next_++);
    const PageId page = back_.back();
    back_.pop_back();
    return page;
  }
  void give(PageId page) override { back_.push_back(page); }
  std::size_t free_count() const override { return UINT32_MAX - next_ + back_.size(); }

 private:
  std::vector<PageId> back_;
  PageId next_ = 0;
};

const Stage* find_row(std::string_view name) {
  const auto row = std::ranges::find(kLadder, name, [](const Stage& stage) { return std::string_view(stage.name); });
  return row == kLadder.end() ? nullptr : &*row;
}

[[noreturn, maybe_unused]] void refuse_until_lab_07(const std::string& what) {
  throw std::invalid_argument(what + " is built in lab 07");
}

std::shared_ptr<EvictionPolicy> make_policy(const ReplayOptions& o, std::size_t page_size, const Trace& future) {
  if (o.policy.empty()) return nullptr;
  if constexpr (kBuilt07) {
    if (o.policy != kClairvoyant) {
      const auto names = replay_policies();
      if (std::ranges::count(names, o.policy) > 0) return create_eviction_policy(o.policy);
      throw std::invalid_argument(
          fmt::format("unknown policy {}, expected one of {}", quote(o.policy), fmt::join(names, ", ")));
    }
    const auto uses = std::make_shared<NextUses>();
    scan_trace(future, page_size, [&](const TraceOp& op) { uses->add(page_hashes(op.key(), page_size)); });
    return std::make_shared<ClairvoyantPolicy>(uses);
  } else {
    refuse_until_lab_07("policy " + quote(o.policy));
  }
}

EvictionUnit unit_of(const ReplayOptions& o) {
  return o.tail || o.policy == kClairvoyant ? EvictionUnit::tail : EvictionUnit::leaf;
}

/// Rows 05 to 07 by hand: the ladder makes them with their own policy and whole leaves.
ManagedPool make_tree(const ReplayOptions& o, std::size_t page_size, std::size_t num_pages, const Trace& future) {
  const CacheOptions sizes{.page_size = page_size, .num_pages = num_pages};
  const bool inside_pages = o.manager != "radix";
  if constexpr (kBuilt06) {
    const RadixOptions tree{page_size, inside_pages, make_policy(o, page_size, future), unit_of(o)};
    return inside_pages ? paged(sizes, tree) : with_free_runs<RadixCacheManager>(sizes, tree);
  } else if constexpr (kBuilt05) {
    return with_free_runs<RadixCacheManager>(
        sizes, RadixOptions{page_size, false, make_policy(o, page_size, future), unit_of(o)});
  } else {
    return create_cache_manager(o.manager, sizes);  // which names the lab
  }
}

std::unique_ptr<BaseCacheManager> admit(std::unique_ptr<BaseCacheManager> manager, std::size_t page_size) {
  if constexpr (kBuilt07)
    return std::make_unique<AdmittingManager>(std::move(manager), page_size);
  else
    refuse_until_lab_07("admission \"adaptive\"");
}

}  // namespace

Capacity read_capacity(const std::string& text) {
  const bool is_share = text.ends_with('%');
  const char* const end = text.data() + text.size() - is_share;
  Capacity capacity;
  const auto [at, error] = is_share ? std::from_chars(text.data(), end, capacity.percent)
                                    : std::from_chars(text.data(), end, capacity.tokens);
  if (error != std::errc() || at != end || (is_share && !(capacity.percent > 0 && capacity.percent <= 100)))
    throw InputError(quote(text) + " is no capacity; expected tokens, as in 4096, or a share up to 100%, as in 25%");
  return capacity;
}

std::vector<std::string> replay_policies() {
  std::vector<std::string> names;
  if constexpr (kBuilt07) {
    for (const NamedPolicy& policy : eviction_policies()) names.emplace_back(policy.name);
    names.emplace_back(kClairvoyant);
  }
  return names;
}

bool takes_policy(std::string_view manager) {
  return manager == "radix" || manager == "paged" || manager == "policies";
}

bool needs_num_pages(std::string_view manager) {
  return manager == "slots" || manager == "paged" || manager == "policies";
}

bool has_whole_texts(std::string_view manager) {
  const Stage* const row = find_row(manager);
  return row && row->whole_texts;
}

ReplayCache make_replay_cache(const ReplayOptions& o, std::size_t page_size, std::optional<std::size_t> num_pages,
                              const Trace& future) {
  const CacheOptions sizes{.page_size = page_size, .num_pages = num_pages.value_or(1)};
  check_is_built(o.manager);
  const bool is_tree = takes_policy(o.manager);
  if (!is_tree && (!o.policy.empty() || o.tail))
    throw std::invalid_argument(
        fmt::format("manager {} takes no --policy and no --unit; radix, paged and policies do", quote(o.manager)));
  ManagedPool made =
      is_tree ? make_tree(o, page_size, sizes.num_pages, future) : create_cache_manager(o.manager, sizes);
  ReplayCache cache{std::move(made.manager), std::move(made.source), {}, is_tree, o.policy == kClairvoyant};
  if (!num_pages && !needs_num_pages(o.manager)) cache.source = std::make_shared<EndlessPages>();
  const BaseCacheManager* const inner = cache.manager.get();
  cache.num_nodes = [inner] { return inner->snapshot().nodes.size(); };
  if constexpr (kBuilt05)
    if (const auto* tree = dynamic_cast<const RadixCacheManager*>(inner))
      cache.num_nodes = [tree] { return tree->num_nodes(); };
  if (o.admission == Admission::adaptive) cache.manager = admit(std::move(cache.manager), page_size);
  return cache;
}

}  // namespace radixlab
