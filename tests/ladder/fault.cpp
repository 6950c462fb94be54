#include "fault.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace radixlab {
namespace {

constexpr std::pair<std::string_view, Fault> kNames[] = {
    {"none", Fault::none},   {"page", Fault::page}, {"split", Fault::split}, {"rope", Fault::rope},
    {"stale", Fault::stale}, {"lock", Fault::lock}, {"evict", Fault::evict}, {"unlock", Fault::unlock},
    {"block", Fault::block}, {"head", Fault::head}};

// Which node holds each page, and where in the node.
std::map<PageId, std::pair<std::uint32_t, std::size_t>> places(const Snapshot& snapshot) {
  std::map<PageId, std::pair<std::uint32_t, std::size_t>> at;
  for (const NodeView& node : snapshot.nodes) {
    for (std::size_t i = 0; i < node.pages.size(); ++i) at[node.pages[i]] = {node.id, i};
  }
  return at;
}

}  // namespace

std::string fault_names() {
  std::string names;
  for (const auto& [name, fault] : kNames) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

Fault parse_fault(std::string_view name) {
  for (const auto& [known, fault] : kNames) {
    if (name == known) return fault;
  }
  throw std::invalid_argument("--break is one of " + fault_names() + "; got \"" + std::string(name) + "\"");
}

std::size_t FaultCounts::chances(Fault fault) const {
  switch (fault) {
    case Fault::page:
      return page;
    case Fault::split:
      return seam;
    case Fault::rope:
      return rope;
    case Fault::stale:
      return stale;
    case Fault::lock:
    case Fault::evict:
    case Fault::unlock:
      return locked;
    case Fault::block:
      return second_blocks;
    case Fault::head:
    case Fault::none:
      break;
  }
  return 0;
}

FaultyManager::FaultyManager(std::unique_ptr<BaseCacheManager> inner, Fault fault, Device& device,
                             std::vector<std::pair<float, float>> turn)
    : ManagerWrapper(std::move(inner)), fault_(fault), device_(device), turn_(std::move(turn)) {}

CacheHandle FaultyManager::match_prefix(PrefixKey key) {
  const Snapshot before = inner_->snapshot();
  const CacheHandle hit = inner_->match_prefix(key);
  note_splits(before);
  fresh_hit_ = true;
  const std::size_t longer = hit.cached_len + device_.page_size();
  if (key.tokens.size() < longer) return hit;
  const auto prefix = key.tokens.first(longer);
  const auto gone = evicted_.find({key.cache_salt, {prefix.begin(), prefix.end()}});
  if (gone == evicted_.end()) return hit;
  ++counts_.stale;
  if (fault_ != Fault::stale) return hit;
  pretended_.push_back({{longer, hit.node, hit.generation}, hit, gone->second});
  return pretended_.back().handle;
}

void FaultyManager::copy_pages(const CacheHandle& handle, std::span<PageId> out) const {
  const Pretended* const longer = pretended(handle);
  inner_->copy_pages(real(handle), longer ? out.first(out.size() - 1) : out);
  if (longer) out.back() = longer->page;
  if (!fresh_hit_ || out.empty()) return;
  ++counts_.rope;
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    if (!seams_.contains({out[i], out[i + 1]})) continue;
    ++counts_.seam;
    if (fault_ == Fault::split) out[i] = out[i + 1];
  }
  if (out.size() < 2) return;
  ++counts_.page;
  if (fault_ == Fault::page) out[0] = out[1];
}

InsertResult FaultyManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  const Snapshot before = inner_->snapshot();
  const InsertResult result = inner_->insert_prefix(key, pages, real(from));
  note_splits(before);
  fresh_hit_ = false;
  const auto held = places(before);
  for (const auto& [page, place] : places(inner_->snapshot())) {
    if (fault_ == Fault::rope && !held.contains(page)) turn_keys(page);
  }
  return result;
}

std::vector<PageId> FaultyManager::evict(std::size_t num_pages) {
  const Snapshot before = inner_->snapshot();
  std::vector<PageId> freed = inner_->evict(num_pages);
  counts_.tokens_evicted += freed.size() * device_.page_size();
  std::map<std::uint32_t, std::vector<TokenId>> paths;  // parents come before children
  for (const NodeView& node : before.nodes) {
    std::vector<TokenId>& path = paths[node.id];
    if (node.parent != 0) path = paths.at(node.parent);
    for (std::size_t i = 0; i < node.pages.size(); ++i) {
      const auto page = std::span(node.tokens).subspan(i * before.page_size);
      path.insert(path.end(), page.begin(),
                  page.begin() + static_cast<std::ptrdiff_t>(std::min(page.size(), before.page_size)));
      if (std::ranges::count(freed, node.pages[i]) > 0) evicted_[{node.cache_salt, path}] = node.pages[i];
    }
  }
  std::erase_if(seams_, [&](const auto& seam) { return std::ranges::count(freed, seam.second) > 0; });
  return freed;
}

// Two neighbours in one node that are now in two: between them lies a seam.
void FaultyManager::note_splits(const Snapshot& before) {
  const auto now = places(inner_->snapshot());
  for (const NodeView& node : before.nodes) {
    for (std::size_t i = 0; i + 1 < node.pages.size(); ++i) {
      const auto upper = now.find(node.pages[i]), lower = now.find(node.pages[i + 1]);
      if (upper == now.end() || lower == now.end() || upper->second.first == lower->second.first) continue;
      ++counts_.splits;
      seams_.insert({node.pages[i], node.pages[i + 1]});
    }
  }
}

void FaultyManager::turn_keys(PageId page) {
  KvPlace low{.page = page};
  for (low.layer = 0; low.layer < device_.config().num_hidden_layers; ++low.layer) {
    for (low.kv_head = 0; low.kv_head < device_.config().num_key_value_heads; ++low.kv_head) {
      for (low.place = 0; low.place < device_.page_size(); ++low.place) turn_key(low);
    }
  }
}

void FaultyManager::turn_key(KvPlace low) {
  KvPlace high = low;
  for (low.d = 0; low.d < turn_.size(); ++low.d) {
    high.d = low.d + turn_.size();
    const auto [cos, sin] = turn_[low.d];
    const float a = device_.key(low), b = device_.key(high);
    device_.set_key(low, a * cos - b * sin);
    device_.set_key(high, b * cos + a * sin);
  }
}

const FaultyManager::Pretended* FaultyManager::pretended(const CacheHandle& handle) const {
  const auto found = std::ranges::find(pretended_, handle, &Pretended::handle);
  return found == pretended_.end() ? nullptr : &*found;
}

CacheHandle FaultyManager::real(const CacheHandle& handle) const {
  const Pretended* const longer = pretended(handle);
  return longer ? longer->real : handle;
}

}  // namespace radixlab
