#include <algorithm>
#include <fmt/format.h>

#include "06-page-allocator/demo_pool.hpp"
#include "06-page-allocator/demo_steps.hpp"
#include "io/error.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kLayers = 3, kLayerPages = 8, kLlamaLayers = 32;  // of a Llama 7B

/// One layer's allocator and cache, by the seed's calls.
struct Layer {
  explicit Layer(int number) : layer_idx(number) {}

  /// The page table of a request that is served and over. Pages of one token.
  std::vector<PageId> serve(const std::vector<TokenId>& text) {
    const MatchResult found = cache.match_prefix({text}, layer_idx);
    cache.lock_handle(found.handle);
    std::vector<PageId> table = found.page_ids;
    std::ranges::copy(cache.allocate(text.size() - table.size(), layer_idx), std::back_inserter(table));
    cache.insert_prefix(text, table, found.handle);
    cache.unlock_handle(found.handle);
    return table;
  }

  int layer_idx;
  PagedRadixCache cache{std::make_shared<PageAllocator>(kLayerPages, layer_idx), {}};
};

}  // namespace

void show_layers(Demo& demo) {
  demo.step(fmt::format("An allocator and a cache for each of {} layers, as in seed 000: the same requests", kLayers));
  std::vector<std::unique_ptr<Layer>> layers;
  for (std::size_t number = 0; number < kLayers; ++number)
    layers.push_back(std::make_unique<Layer>(static_cast<int>(number)));
  fmt::print("   {:<22}", "request");
  for (std::size_t number = 0; number < kLayers; ++number)
    fmt::print("{:<20}", fmt::format("table of layer {}", number));
  fmt::print("free pages\n");
  Json tables = Json::array();
  for (const std::vector<TokenId>& text :
       std::vector<std::vector<TokenId>>{{7, 7, 3, 1}, {7, 7, 9}, {8, 6, 5, 4, 2}, {7, 7, 9, 2}}) {
    fmt::print("   {:<22}", fmt::format("{}", fmt::join(text, " ")));
    std::vector<std::vector<PageId>> of_layers;
    for (const auto& layer : layers) {
      of_layers.push_back(layer->serve(text));
      fmt::print("{:<20}", page_ranges(of_layers.back(), 4));
    }
    fmt::print("{:>10}\n", layers.front()->cache.get_stats().free_pages);
    if (std::ranges::count(of_layers, of_layers.front()) != std::ssize(layers))
      throw CheckFailed("two layers have different page tables for the same requests");
    tables.push_back(of_layers.front());
  }
  constexpr std::size_t kSlot = sizeof(PageSlot);
  fmt::print(
      "\n   The tables are equal, and so are the evictions: a page number names the same place in each layer's pool.\n"
      "   One allocator is enough. It keeps {} bytes for each page; an allocator for each of {} layers would keep "
      "{}.\n",
      kSlot, kLlamaLayers, kLlamaLayers * kSlot);
  demo.figure("layers.tables", tables);
  demo.figure("layers.bytes_of_one", kSlot);
  demo.figure("layers.bytes_of_32", kLlamaLayers * kSlot);
}

}  // namespace radixlab
