/// \file
/// For demo_07: a cache of texts of which no two begin alike, so that each is a leaf. Pages have one token.
#pragma once
#include <string>

#include "05-radix-tree/radix_cache_manager.hpp"

namespace radixlab {

/// A tick of questions.json's scene.
struct SceneCall {
  std::size_t text, num_pages = 0;  ///< 0: a look-up; else an insert
};
inline constexpr std::size_t kSceneTexts = 5;
inline constexpr SceneCall kSceneCalls[] = {{0, 2}, {1, 8}, {2, 4}, {3, 3}, {2}, {3}, {1}, {0}, {3}, {0}, {4, 1}};

class DemoScene {
 public:
  explicit DemoScene(std::shared_ptr<EvictionPolicy> policy, EvictionUnit unit = EvictionUnit::leaf);

  void play();  ///< kSceneCalls

  /// A tick each. Afterwards the request is over.
  void insert(std::size_t text, std::size_t num_pages);
  void look_up(std::size_t text);
  void look_up_nothing();

  /// Soft priority 1, from now on.
  void retain(std::size_t text, std::uint64_t ticks);

  /// The texts that evict(num_pages) takes pages of, from the first.
  std::vector<std::size_t> evict(std::size_t num_pages) { return texts_of(cache.evict(num_pages)); }
  std::vector<std::size_t> evict_all() { return evict(cache.size_info().evictable_size); }

  /// The leaf of each text that is cached, by text.
  std::vector<NodeView> leaves() const;
  std::uint64_t now() const { return now_; }

  /// Whose pages these are, in their order.
  static std::vector<std::size_t> texts_of(std::span<const PageId> pages);
  /// Text t has pages and tokens 1000 t, 1000 t + 1, ...
  static std::vector<TokenId> tokens(std::size_t text, std::size_t num_pages);

  RadixCacheManager cache;

 private:
  std::vector<std::vector<TokenId>> texts_;
  std::vector<CacheHandle> handles_;  // of each text, as inserted
  std::uint64_t now_ = 0;
};

}  // namespace radixlab
