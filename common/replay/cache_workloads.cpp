#include "replay/cache_workloads.hpp"

#include <numeric>
#include <set>

#include "replay/random.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

using Random = WorkloadRandom;

Text operator+(Text a, const Text& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<Text> shared_system_prompt(std::uint64_t seed) {
  Random random(seed);
  const Text prompt = random.text(500);
  std::vector<Text> all(1000);
  for (Text& text : all) text = prompt + random.text(100);
  return all;
}

/// Every chat once a round, in another order each time; a turn adds 120 to 180 tokens.
std::vector<Text> chats(std::uint64_t seed) {
  Random random(seed);
  std::vector<Text> history(200), all;
  for (int turn = 0; turn < 8; ++turn) {
    std::vector<std::size_t> order(history.size());
    std::iota(order.begin(), order.end(), 0);
    random.shuffle(order);
    for (const std::size_t chat : order) {
      const std::size_t tokens = 120 + random.below(61);
      all.push_back(history[chat] = history[chat] + random.text(tokens));
    }
  }
  return all;
}

std::vector<Text> document_questions(std::uint64_t seed) {
  Random random(seed);
  std::vector<Text> documents(50), all;
  for (Text& document : documents) document = random.text(4000);
  std::vector<std::size_t> order;
  for (std::size_t document = 0; document < documents.size(); ++document) order.insert(order.end(), 20, document);
  random.shuffle(order);
  for (const std::size_t document : order) all.push_back(documents[document] + random.text(30));
  return all;
}

std::vector<Text> tree_of_thought(std::uint64_t seed) {
  Random random(seed);
  std::vector<Text> level = {random.text(64)}, all = level;
  for (int depth = 0; depth < 6; ++depth) {
    std::vector<Text> next;
    for (const Text& thought : level)
      for (int branch = 0; branch < 4; ++branch) next.push_back(thought + random.text(64));
    level = std::move(next);
    std::vector<std::size_t> order(level.size());
    std::iota(order.begin(), order.end(), 0);
    random.shuffle(order);
    for (const std::size_t i : order) all.push_back(level[i]);
  }
  return all;
}

std::vector<Text> unrelated(std::uint64_t seed, std::size_t count, std::size_t tokens) {
  Random random(seed);
  std::vector<Text> all(count);
  for (Text& text : all) text = random.text(tokens);
  return all;
}

/// 64 prefixes of 200 tokens, 800 tokens of its own a request; 200 of the requests so far are asked for at each million.
void grow(CacheWorkload& workload, std::uint64_t seed) {
  constexpr std::size_t kMillion = 1'000'000, kShared = 200, kOwn = 800;
  Random random(seed);
  std::vector<Text> prefixes(64);
  for (Text& prefix : prefixes) prefix = random.text(kShared);
  std::set<std::size_t> seen;
  std::size_t unique = 0, next = kMillion;
  while (unique < 10 * kMillion) {
    const std::size_t prefix = random.below(prefixes.size());
    workload.requests.push_back(prefixes[prefix] + random.text(kOwn));
    unique += kOwn + (seen.insert(prefix).second ? kShared : 0);
    if (unique < next) continue;
    CacheProbes& probes = workload.probes.emplace_back(CacheProbes{.after = workload.requests.size(), .requests = {}});
    for (int i = 0; i < 200; ++i) probes.requests.push_back(random.below(workload.requests.size()));
    next += kMillion;
  }
}

}  // namespace

std::size_t CacheWorkload::tokens() const {
  return std::accumulate(requests.begin(), requests.end(), std::size_t{0},
                         [](std::size_t sum, const Text& text) { return sum + text.size(); });
}

std::optional<CacheWorkload> make_cache_workload(char name, std::optional<std::uint64_t> seed) {
  CacheWorkload workload{.name = name};
  switch (name) {
    case 'a':
      workload.requests = shared_system_prompt(seed.value_or(1));
      break;
    case 'b':
      workload.requests = chats(seed.value_or(2));
      break;
    case 'c':
      workload.requests = document_questions(seed.value_or(3));
      break;
    case 'd':
      workload.requests = tree_of_thought(seed.value_or(4));
      break;
    case 'e':
      workload.requests = unrelated(seed.value_or(5), 2000, 500);
      break;
    case 'f':
      workload.requests = chats(seed.value_or(2));
      workload.capacity = 59'648;  // a quarter of its unique tokens
      break;
    case 'g':
      grow(workload, seed.value_or(7));
      break;
    case 'h':
      workload.requests = unrelated(seed.value_or(8), 12'000, 64);
      workload.capacity = 640'000;
      break;
    default:
      return std::nullopt;
  }
  return workload;
}

}  // namespace radixlab
