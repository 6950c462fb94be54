#include "07-eviction/demo_scene.hpp"

#include <algorithm>
#include <numeric>

#include "contract/snapshot.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kBetween = 1000;  // [pages] from a text's first page to the next one's
constexpr std::uint32_t kOtherSalt = 7;

}  // namespace

DemoScene::DemoScene(std::shared_ptr<EvictionPolicy> policy, EvictionUnit unit)
    : cache({.policy = std::move(policy), .unit = unit}) {}

std::vector<TokenId> DemoScene::tokens(std::size_t text, std::size_t num_pages) {
  std::vector<TokenId> all(num_pages);
  std::iota(all.begin(), all.end(), static_cast<TokenId>(kBetween * text));
  return all;
}

void DemoScene::play() {
  for (const auto& [text, num_pages] : kSceneCalls) num_pages > 0 ? insert(text, num_pages) : look_up(text);
}

void DemoScene::insert(std::size_t text, std::size_t num_pages) {
  texts_.resize(std::max(texts_.size(), text + 1));
  handles_.resize(texts_.size());
  texts_[text] = tokens(text, num_pages);
  const std::vector<PageId> pages(texts_[text].begin(), texts_[text].end());
  handles_[text] = cache.insert_prefix(texts_[text], pages, {}).handle;
  cache.request_ended(texts_[text], 0);
  ++now_;
}

void DemoScene::look_up(std::size_t text) {
  const CacheHandle hit = cache.match_prefix(texts_.at(text));
  cache.request_ended(texts_[text], hit.cached_len);
  ++now_;
}

void DemoScene::look_up_nothing() {
  cache.match_prefix({tokens(0, 1), kOtherSalt});
  ++now_;
}

void DemoScene::retain(std::size_t text, std::uint64_t ticks) { cache.retain(handles_.at(text), 1, ticks); }

std::vector<std::size_t> DemoScene::texts_of(std::span<const PageId> pages) {
  std::vector<std::size_t> texts;
  for (const PageId page : pages)
    if (texts.empty() || texts.back() != page / kBetween) texts.push_back(page / kBetween);
  return texts;
}

std::vector<NodeView> DemoScene::leaves() const {
  std::vector<NodeView> all = cache.snapshot().nodes;
  std::ranges::sort(all, {}, [](const NodeView& leaf) { return leaf.pages.front(); });
  return all;
}

}  // namespace radixlab
