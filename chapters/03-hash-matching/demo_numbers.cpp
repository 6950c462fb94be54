#include <numeric>

#include "01-naive-manager/demo_prompts.hpp"
#include "01-naive-manager/naive_cache_manager.hpp"
#include "03-hash-matching/bad_hashes.hpp"
#include "03-hash-matching/demo_steps.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "storage/free_list.hpp"

namespace radixlab {
namespace {

using Texts = std::vector<std::vector<TokenId>>;

std::size_t rolls = 0, blocks_hashed = 0;
std::uint64_t watched_roll(std::uint64_t before, TokenId last) {
  ++rolls;
  return roll_hash(before, last);
}
std::uint64_t watched_block(std::uint64_t parent, std::span<const TokenId> tokens, std::uint32_t salt) {
  ++blocks_hashed;
  return hash_block(parent, tokens, salt);
}

void insert(HashCacheManager& cache, PrefixKey key, PageId first, std::size_t page_size = DemoPrompts::kPage) {
  std::vector<PageId> pages((key.tokens.size() + page_size - 1) / page_size);
  std::iota(pages.begin(), pages.end(), first);
  cache.insert_prefix(key, pages, {});
}

void four_prompts(Demo& demo) {
  NaiveCacheManager naive;
  HashCacheManager hash(DemoPrompts::kPage);
  FreeList naive_list(DemoPrompts::kPool), hash_list(DemoPrompts::kPool);
  DemoPrompts by_naive{demo, "naive", naive, naive_list}, by_hash{demo, "hash", hash, hash_list};
  for (DemoPrompts* prompts : {&by_naive, &by_hash}) {
    prompts->one_by_one();
    prompts->at_once();
  }
}

// [tokens] of the document that are found where one of them is another.
std::size_t found_of_the_changed(std::size_t place, BlockHash hash) {
  HashCacheManager cache(DemoPrompts::kPage, hash);
  std::vector<TokenId> text = DemoPrompts::document().tokens;
  insert(cache, text, 0);
  text[place] = -1;
  return cache.match_prefix(text).cached_len;
}

void the_document_again(Demo& demo) {
  const std::vector<TokenId> text = DemoPrompts::document().tokens;
  HashCacheManager cache(DemoPrompts::kPage, watched_block);
  insert(cache, {text, 1}, 0);
  blocks_hashed = 0;
  if (cache.match_prefix({text, 1}).cached_len != text.size())
    throw std::logic_error("the document is not found whole");
  demo.figure("document.look_ups", blocks_hashed);
  insert(cache, {text, 2}, 200);
  demo.figure("predicted_pages_of_two_tenants", cache.size_info().total_size());
  demo.figure("document.found_if_1999_differs", found_of_the_changed(1999, hash_block));
  demo.figure("predicted_found", found_of_the_changed(1234, hash_block));
  demo.figure("predicted_found_by_a_weak_hash", found_of_the_changed(1234, weak_block));
}

void small_questions(Demo& demo) {
  HashBasedPrefixMatcher matcher;
  for (const auto& text : Texts{{4, 4, 2, 6, 6, 1}, {4, 4, 2, 8, 8}, {4, 4, 2, 6, 5}}) matcher.index_sequence(text);
  demo.figure("predicted_prefixes", matcher.num_prefixes());

  rolls = 0;
  for (std::size_t length = 1; length <= 600; ++length) {
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < length; ++i) hash = watched_roll(hash, 5);
  }
  demo.figure("predicted_steps_of_the_seed", rolls);
  HashBasedPrefixMatcher rolling(watched_roll);
  rolls = 0;
  rolling.index_sequence(std::vector<TokenId>(600, 5));
  demo.figure("predicted_steps_rolled", rolls);

  const auto pages_of = [](std::string_view letters) {  // a page of 4 tokens for each
    std::vector<TokenId> tokens;
    for (const char letter : letters) tokens.insert(tokens.end(), 4, letter);
    return tokens;
  };
  HashCacheManager cache(4);
  insert(cache, pages_of("abc"), 0, 4);
  insert(cache, pages_of("abx"), 3, 4);
  cache.match_prefix(pages_of("abc"));
  demo.figure("predicted_victims", cache.evict(3));
}

}  // namespace

void keep_numbers(Demo& demo) {
  four_prompts(demo);
  the_document_again(demo);
  small_questions(demo);
}

}  // namespace radixlab
