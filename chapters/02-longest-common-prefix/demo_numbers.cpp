#include <algorithm>

#include "01-naive-manager/demo_prompts.hpp"
#include "01-naive-manager/naive_cache_manager.hpp"
#include "02-longest-common-prefix/demo_steps.hpp"
#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "02-longest-common-prefix/scene.hpp"
#include "contract/snapshot.hpp"
#include "storage/free_list.hpp"

namespace radixlab {
namespace {

using Pages = std::vector<PageId>;

/// Lcp that counts what it compares, and notes the tokens of the entries that it is given.
class Watched : public LcpCacheManager {
 public:
  Watched() : LcpCacheManager(DemoPrompts::kPage, counting_match_len) {}
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override {
    const InsertResult result = LcpCacheManager::insert_prefix(key, pages, from);
    if (result.cached_len < result.handle.cached_len) kept += result.handle.cached_len;
    return result;
  }
  std::size_t kept = 0;
};

void four_prompts(Demo& demo) {
  NaiveCacheManager naive;
  Watched lcp;
  FreeList naive_list(DemoPrompts::kPool), lcp_list(DemoPrompts::kPool);
  DemoPrompts by_naive{demo, "naive", naive, naive_list}, by_lcp{demo, "lcp", lcp, lcp_list};
  for (DemoPrompts* prompts : {&by_naive, &by_lcp}) {
    tokens_compared = 0;
    prompts->one_by_one();
    demo.figure("prompts." + prompts->manager + ".compared", tokens_compared);
    std::size_t distinct = 0;
    for (const NodeView& node : prompts->cache.snapshot().nodes) distinct += node.tokens.size();
    demo.figure("prompts." + prompts->manager + ".distinct", distinct);
  }
  demo.figure("predicted_computed", by_lcp.computed);
  demo.figure("predicted_cached_pages", lcp.size_info().total_size());
  demo.figure("predicted_kept_tokens", lcp.kept);
  by_naive.at_once();
  by_lcp.at_once();
}

std::vector<TokenId> tokens_of(std::string_view letters) {  // 4 of each: a page
  std::vector<TokenId> tokens;
  for (const char letter : letters) tokens.insert(tokens.end(), 4, letter);
  return tokens;
}

// A B C on pages 0, 1 and 2, then A B D on 3, 4 and 5.
void insert_two_texts(LcpCacheManager& lcp) {
  lcp.insert_prefix(tokens_of("ABC"), Pages{0, 1, 2}, {});
  lcp.insert_prefix(tokens_of("ABD"), Pages{3, 4, 5}, {});
}

void small_questions(Demo& demo) {
  const std::vector<std::vector<TokenId>> candidates = {{5, 5}, {5, 5, 5, 2}, {5, 5, 5}, {9}};
  const std::vector<TokenId> text = {5, 5, 5, 1};
  demo.figure("predicted_best_index", PrefixDetector().find_best_prefix_match(text, candidates).index);
  tokens_compared = 0;
  PrefixDetector(counting_match_len).find_best_prefix_match(seed_query(), seed_sequences());
  demo.figure("predicted_compared", tokens_compared);
  LcpCacheManager lcp(4), locked(4);
  insert_two_texts(lcp);
  for (const char* name : {"predicted_freed", "predicted_freed_next"}) {
    Pages freed = lcp.evict(1);
    std::ranges::sort(freed);
    demo.figure(name, freed);
  }
  insert_two_texts(locked);
  locked.lock_handle(locked.match_prefix(tokens_of("A")));
  demo.figure("predicted_protected", locked.size_info().protected_size);
}

}  // namespace

void keep_numbers(Demo& demo) {
  four_prompts(demo);
  small_questions(demo);
}

}  // namespace radixlab
