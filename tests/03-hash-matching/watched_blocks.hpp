/// \file
/// What the tests of tasks 3.3-3.5 share: a watched manager with pages of 4 tokens. Each call is checked against brute
/// force too.
#pragma once
#include <memory>
#include <numeric>
#include <string_view>

#include "03-hash-matching/hash_cache_manager.hpp"
#include "testing/failure_story.hpp"

namespace radixlab {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

/// A letter stands for a page of text.
class Lab03Blocks : public testing::Test {
 protected:
  struct Watched {
    explicit Watched(BlockHash hash) : manager(4, hash) {}
    HashCacheManager manager;
    Story story{manager, 4, false};
    FailureStory failure{story};
  };
  std::unique_ptr<Watched> watched = std::make_unique<Watched>(hash_block);
  Story* cache = &watched->story;
  PageId next_page = 0;

  void use(BlockHash hash) {
    watched = std::make_unique<Watched>(hash);
    cache = &watched->story;
  }
  static Text text(std::string_view letters) {
    Text tokens;
    for (const char letter : letters)
      for (TokenId i = 0; i < 4; ++i) tokens.push_back(letter * 10 + i);
    return tokens;
  }
  InsertResult insert(PrefixKey key, const CacheHandle& from = {}) {
    Pages pages((key.tokens.size() + 3) / 4);
    std::iota(pages.begin(), pages.end(), next_page);
    next_page += static_cast<PageId>(pages.size());
    const InsertResult result = cache->insert_prefix(key, pages, from);
    cache->check_state(cache->snapshot());  // now: what an insert breaks is its own mistake, not a later call's
    return result;
  }
  /// What is found, also if it is wrong: the test's own sentence says then what it means.
  std::size_t found(PrefixKey key) try {
    return cache->match_prefix(key).cached_len;
  } catch (const IntegrityError& broken) {
    ADD_FAILURE() << broken.what();
    return watched->manager.match_prefix(key).cached_len;
  }
  Pages pages_of(const CacheHandle& handle) {
    Pages pages(handle.cached_len / 4);
    cache->copy_pages(handle, pages);
    return pages;
  }
  void TearDown() override { cache->check_state(cache->snapshot()); }
};

}  // namespace radixlab
