#include <fmt/format.h>
#include <fmt/ranges.h>

#include "07-eviction/demo_scene.hpp"
#include "07-eviction/demo_steps.hpp"
#include "07-eviction/policies.hpp"
#include "contract/snapshot.hpp"

namespace radixlab {
namespace {

/// LFU on a server that has the counter and never counts.
class UncountedLfu : public LfuPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override {
    Node never_hit;
    never_hit.use = leaf.use;
    never_hit.use.hits = 0;
    return LfuPolicy::score(never_hit, now);
  }
};

std::shared_ptr<EvictionPolicy> make(const std::string& name) {
  if (name == "uncounted") return std::make_shared<UncountedLfu>();
  return create_eviction_policy(name);
}

/// Texts of four pages, by a letter, and room for three of them: how many requests find theirs.
std::size_t found(const std::string& requests, const std::string& policy) {
  constexpr std::size_t kText = 4, kRoom = 3 * kText;
  DemoScene scene(make(policy));
  std::size_t hits = 0;
  for (const char letter : requests) {
    const auto text = static_cast<std::size_t>(letter - 'a');
    const bool is_cached = scene.cache.match_prefix(DemoScene::tokens(text, kText)).cached_len > 0;
    hits += is_cached;
    if (is_cached) continue;
    if (scene.cache.size_info().total_size() == kRoom) scene.evict(kText);
    scene.insert(text, kText);
  }
  return hits;
}

}  // namespace

void show_dead_counter(Demo& demo) {
  demo.step("A counter that nobody counts: LFU in sglang, for months");
  constexpr const char *kNoScan = "abcabcabc", *kScan = "aaabcdaefga";
  fmt::print("   {:<24}{:<20}{:>18}{:>18}\n", "", "the five texts go", std::string("found in ") + kNoScan,
             std::string("in ") + kScan);
  for (const char* const policy : {"lru", "lfu", "uncounted"}) {
    DemoScene scene(make(policy));
    scene.play();
    const std::vector<std::size_t> order = scene.evict_all();
    const std::size_t no_scan = found(kNoScan, policy), scan = found(kScan, policy);
    const std::string begin = std::string("dead.") + policy;
    fmt::print("   {:<24}{:<20}{:>18}{:>18}\n", policy == std::string("uncounted") ? "lfu, hits uncounted" : policy,
               fmt::format("{}", fmt::join(order, " ")), no_scan, scan);
    demo.figure(begin + ".order", order);
    demo.figure(begin + ".no_scan", no_scan);
    demo.figure(begin + ".scan", scan);
  }
  fmt::print(
      "\n   A letter is a text; three fit. Without the count all leaves are equal, ties go by last use, and lfu is "
      "lru.\n"
      "   No test fails for that, unless its trace is made so that the two differ: {} does, and {} does not.\n",
      kScan, kNoScan);
}

}  // namespace radixlab
