#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <random>
#include <set>

#include "01-naive-manager/cache_salt.hpp"
#include "03-hash-matching/bad_hashes.hpp"
#include "03-hash-matching/demo_steps.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "apps/cli.hpp"
#include "apps/demo_questions.hpp"
#include "apps/timing.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPage = 4, kTexts = 1000, kBuckets = 16, kDrawn = 64;
using Tokens = std::vector<TokenId>;

// Texts of one block, of a vocabulary of 32,000; every one ends in one of 4 tokens, as sentences do.
std::vector<Tokens> random_texts() {
  std::mt19937 random(1);
  std::vector<Tokens> texts(kTexts, Tokens(kPage));
  for (Tokens& text : texts) {
    for (TokenId& token : text) token = static_cast<TokenId>(random() % 32000);
    text.back() %= 4;
  }
  return texts;
}

void show_hash(Demo& demo, const BadHash& hash) {
  const std::vector<Tokens> cached = random_texts();
  std::vector<Tokens> foreign = cached;
  for (Tokens& text : foreign) text.front() += 256;
  HashCacheManager manager(kPage, hash.block);
  std::set<std::uint64_t> hashes;
  PageId page = 0;
  for (const Tokens& text : cached) {
    manager.insert_prefix(text, {&page, 1}, {});
    ++page;
    hashes.insert(hash.block(0, text, 0));
  }
  std::size_t trusted = 0, wrong = 0;
  for (const Tokens& text : foreign) trusted += hashes.contains(hash.block(0, text, 0));
  const double ms = milliseconds([&] {
    for (const Tokens& text : foreign) wrong += manager.match_prefix(text).cached_len > 0;
    for (const Tokens& text : cached) wrong += manager.match_prefix(text).cached_len != kPage;
  });
  fmt::print("   {:<10}{:<46}{:>8}{:>10}{:>8}{:>9.2f} us\n", hash.name, hash.what, hashes.size(), trusted, wrong,
             ms / (2 * kTexts) * 1000);
  demo.figure(fmt::format("collisions.{}.hashes", hash.name), hashes.size());
  demo.figure(fmt::format("collisions.{}.trusted", hash.name), trusted);
  demo.figure(fmt::format("collisions.{}.wrong", hash.name), wrong);
  if (wrong > 0) throw CheckFailed(fmt::format("the {} hash changes {} answers", hash.name, wrong));
}

// How many of the first texts stand in each bucket of a small table.
std::vector<std::size_t> chains(BlockHash hash, const std::vector<Tokens>& texts) {
  std::vector<std::size_t> length(kBuckets);
  for (std::size_t i = 0; i < kDrawn; ++i) {
    const std::uint64_t h = hash(0, texts[i], 0);
    ++length[(h ^ h >> 32) % kBuckets];
  }
  return length;
}

std::string chains_picture(const std::vector<BadHash>& hashes) {
  const std::vector<Tokens> texts = random_texts();
  CellRows rows(1 + kBuckets);
  rows[0].push_back({.text = fmt::format("{} texts in {} buckets", kDrawn, kBuckets), .left = true});
  for (std::size_t b = 0; b < kBuckets; ++b) rows[b + 1].push_back({.text = fmt::format("bucket {}", b), .left = true});
  for (const BadHash& hash : hashes) {
    const std::vector<std::size_t> length = chains(hash.block, texts);
    const std::size_t longest = *std::ranges::max_element(length);
    rows[0].push_back({.text = fmt::format("{}: the longest chain has {}", hash.name, longest),
                       .columns = longest + 1,
                       .bold = true,
                       .left = true});
    for (std::size_t b = 0; b < kBuckets; ++b)
      for (std::size_t i = 0; i <= longest; ++i)
        rows[b + 1].push_back(
            {.text = "", .colour = i < length[b] ? cell_colour::shared : cell_colour::none, .width = 20});
  }
  return to_dot_cells(rows);
}

void show_pair(Demo& demo) {
  const Tokens text(kCollidingText.begin(), kCollidingText.end()), twin(kCollidingTwin.begin(), kCollidingTwin.end());
  HashCacheManager manager(kPage, own_tokens_block);
  const PageId page = 0;
  manager.insert_prefix(text, {&page, 1}, {});
  const std::size_t found = manager.match_prefix(twin).cached_len;
  fmt::print(
      "\n   a pair that was searched for: {} and {}\n   have one hash, {:016x}. Cached is the first; of the second "
      "{} tokens are found\n",
      fmt::join(text, " "), fmt::join(twin, " "), own_tokens_block(0, text, 0), found);
  demo.figure("collisions.pair_found", found);
  if (found > 0) throw CheckFailed("a colliding pair changes an answer");
}

}  // namespace

void show_collisions(Demo& demo) {
  demo.step(fmt::format("Collisions: {} texts are cached; looked up is each of them, and each with another first token",
                        grouped(kTexts)));
  const BadHash good{"rolled", "64 bits of all tokens, the parent and the salt", roll_hash, hash_block};
  fmt::print("   {:<56}{:>8}{:>10}{:>8}{:>12}\n   {:<56}{:>8}{:>10}{:>8}{:>12}\n", "", "", "hits, if", "wrong",
             "time of", "hash", "hashes", "trusted", "answers", "a look-up");
  show_hash(demo, good);
  for (const BadHash& bad : kBadHashes) show_hash(demo, bad);
  show_pair(demo);
  demo.picture("chains", chains_picture({good, kBadHashes[0]}));
}

void show_tenants(Demo& demo) {
  demo.step("Salts: tenants whose names could be mistaken for one another send the same text");
  const std::vector<std::pair<const char*, std::vector<SaltField>>> tenants = {
      {"tenant ab, adapter c", {{'t', "ab"}, {'a', "c"}}},
      {"tenant a, adapter bc", {{'t', "a"}, {'a', "bc"}}},
      {"tenant abc", {{'t', "abc"}}},
      {"adapter abc", {{'a', "abc"}}},
      {"nobody", {}}};
  SaltTable salts;
  HashCacheManager manager(kPage);
  const Tokens text = {7, 7, 3, 1, 9, 9, 4, 2};
  std::map<std::string, std::size_t> joined;
  PageId page = 0;
  fmt::print("   {:<24}{:<14}{:>8}{:>14}\n", "", "names joined", "salt", "tokens found");
  std::size_t shared = 0;
  for (const auto& [who, fields] : tenants) {
    std::string names;
    for (const SaltField& field : fields) names += field.value;
    const std::uint32_t salt = salts.number(fields);
    const std::size_t found = manager.match_prefix({text, salt}).cached_len;
    const std::vector<PageId> pages = {page, page + 1};
    page += 2;
    manager.insert_prefix({text, salt}, pages, {});
    fmt::print("   {:<24}{:<14}{:>8}{:>14}\n", who, '"' + names + '"', salt, found);
    shared += found;
    ++joined[names];
  }
  fmt::print("\n   {} tenants: {} names if joined, {} salts from tag, length and value. {} pages are cached\n",
             tenants.size(), joined.size(), tenants.size(), manager.size_info().total_size());
  demo.figure("tenants.joined", joined.size());
  demo.figure("tenants.pages", manager.size_info().total_size());
  demo.figure("tenants.shared", shared);
  if (shared > 0) throw CheckFailed("two tenants share a text");
}

}  // namespace radixlab
