#include <algorithm>
#include <fmt/format.h>
#include <sstream>

#include "05-radix-tree/demo_steps.hpp"
#include "05-radix-tree/radix_attention_manager.hpp"
#include "apps/cli.hpp"
#include "io/error.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPage = 16, kTokenBytes = 524288;  // of a Llama 7B in 16 bits: 2 x 32 layers x 4,096 x 2 bytes
constexpr std::size_t kBudget = std::size_t{240} << 20;
constexpr std::size_t kDocument = 200, kQuestion = 40;  // [tokens]

struct Event {
  char document;
  int question;
};
const std::vector<Event> kEvents = {{'A', 1}, {'A', 2}, {'B', 1}, {'B', 2}, {'C', 1}, {'B', 3}, {'A', 1}};

std::vector<TokenId> prompt(char document, int question) {
  std::vector<TokenId> tokens;
  for (std::size_t i = 0; i < kDocument + kQuestion; ++i)
    tokens.push_back(static_cast<TokenId>(i) + 1000 * document + (i < kDocument ? 0 : 100000 * question));
  return tokens;
}

// A manager, and a pool without a model, whose places say which prefix they hold.
struct Served {
  RadixAttentionManager manager{{.max_cache_memory = kBudget, .bytes_per_token = kTokenBytes, .page_size = kPage}};
  FakeKv kv{manager.num_pages(), kPage};
  std::size_t most_pages = 0;  // that were out while something was computed

  ProcessedRequest process(std::span<const TokenId> text) {
    ProcessedRequest done = manager.process_request(text, [&](auto tokens, std::size_t begin, auto pages) {
      most_pages = std::max(most_pages, manager.num_pages() - manager.free_count());
      kv.write(tokens, pages, begin);
    });
    kv.check(text, done.pages);
    manager.cache().check_integrity();
    return done;
  }
};

std::string refusal_of(Served& served, std::size_t tokens) try {
  served.process(std::vector<TokenId>(tokens, 5));
  throw CheckFailed("a request larger than the budget was served");
} catch (const std::invalid_argument& refused) {
  return refused.what();
}

void show_failures(Served& served) {
  const RadixAttentionManager& manager = served.manager;
  fmt::print("\n   {}\n", refusal_of(served, manager.num_pages() * kPage + 1));
  try {
    served.manager.process_request(prompt('B', 4), [](auto, auto, auto) { throw std::runtime_error("no device"); });
  } catch (const std::runtime_error& error) {
    const SizeInfo sizes = manager.cache().size_info();
    fmt::print("   a generator fails ({}): {} pages are free + {} cached, of these {} locked\n", error.what(),
               manager.free_count(), sizes.total_size(), sizes.protected_size);
  }
}

}  // namespace

void show_attention(Demo& demo) {
  Served served;
  const RadixAttentionManager& manager = served.manager;
  demo.step(fmt::format("RadixAttentionManager: {} requests on a budget of {} MiB, {} pages of {} tokens",
                        kEvents.size(), kBudget >> 20, manager.num_pages(), kPage));
  fmt::print("   {:<26}{:>8}{:>10}{:>10}{:>16}{:>16}\n", "request", "found", "computed", "hit rate", "pages evicted",
             "pages cached");
  Json found = Json::array(), evicted = Json::array();
  for (const auto& [document, question] : kEvents) {
    const ProcessedRequest done = served.process(prompt(document, question));
    fmt::print("   {:<26}{:>8}{:>10}{:>8.1f} %{:>16}{:>16}\n",
               fmt::format("document {}, question {}", document, question), done.cached_len, done.computed_len,
               100 * done.cache_hit_rate, done.evicted, manager.cache().size_info().total_size());
    found.push_back(done.cached_len);
    evicted.push_back(done.evicted);
  }
  show_failures(served);
  fmt::print("   at most {} of {} pages were out, also while a request was computed\n\n", served.most_pages,
             manager.num_pages());
  const PrefixCachingStatistics statistics = manager.get_statistics();
  std::istringstream text(statistics.to_text());
  for (std::string line; std::getline(text, line);) fmt::print("   {}\n", line);
  demo.figure("attention.found", found);
  demo.figure("attention.evicted", evicted);
  demo.figure("attention.most_pages", served.most_pages);
  demo.figure("attention.total_requests", statistics.total_requests);
  demo.figure("attention.cache_hits", statistics.cache_hits);
  demo.figure("attention.cached_nodes", statistics.cached_nodes);
  demo.figure("attention.memory_usage_gb", statistics.memory_usage_gb);
}

}  // namespace radixlab
