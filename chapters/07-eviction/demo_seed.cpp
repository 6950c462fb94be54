#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <random>

#include "07-eviction/demo_scene.hpp"
#include "07-eviction/demo_steps.hpp"
#include "07-eviction/policies.hpp"
#include "apps/timing.hpp"
#include "contract/snapshot.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kTexts = 100, kShare = 5, kHour = 3600;  // [texts], a fifth of the pages, [ticks]

/// As the seed draws them: 10 to 100 pages, 1 to 100 hits, and the last one in the last hour of 3,600 ticks.
void fill(DemoScene& scene) {
  std::mt19937 random(4);
  const auto from_to = [&](std::size_t least, std::size_t most) { return least + random() % (most - least + 1); };
  for (std::size_t text = 0; text < kTexts; ++text) scene.insert(text, from_to(10, 100));
  for (std::size_t text = 0; text < kTexts; ++text)
    for (std::size_t hits = from_to(1, 100); hits > 1; --hits) scene.look_up(text);
  std::vector<std::optional<std::size_t>> hour(kHour);
  for (std::size_t text = 0; text < kTexts;)
    if (auto& tick = hour[random() % kHour]; !tick) tick = text++;
  for (const auto& text : hour) text ? scene.look_up(*text) : scene.look_up_nothing();
}

struct Evicted {
  std::size_t leaves = 0, pages = 0;
  double hits = 0, age = 0;  // sums
  void add(const NodeView& leaf, std::uint64_t now) {
    ++leaves;
    pages += leaf.pages.size();
    hits += static_cast<double>(leaf.use.hits);
    age += static_cast<double>(now - leaf.use.last_used);
  }
  double mean_hits() const { return hits / static_cast<double>(leaves); }
  double mean_age() const { return age / static_cast<double>(leaves); }
};

void print_row(const char* name, const Evicted& of, const std::string& time) {
  fmt::print("   {:<12}{:>8}{:>8}{:>12.1f}{:>12.0f}{:>12}\n", name, of.leaves, of.pages, of.mean_hits(), of.mean_age(),
             time);
}

}  // namespace

void show_seed_comparison(Demo& demo) {
  demo.step("Seed 004's comparison: 100 texts, and a fifth of their pages is needed");
  fmt::print("   {:<12}{:>8}{:>8}{:>12}{:>12}{:>12}\n", "", "leaves", "pages", "mean hits", "mean age", "time");
  for (const char* const name : {"all", "lru", "lfu", "size", "product", "hybrid"}) {
    const bool all = name == std::string("all");
    DemoScene scene(all ? nullptr : create_eviction_policy(name));
    fill(scene);
    const std::vector<NodeView> leaves = scene.leaves();
    const std::size_t needed = scene.cache.size_info().total_size() / kShare;
    std::vector<PageId> pages;
    const double ms =
        milliseconds([&] { pages = scene.cache.evict(all ? scene.cache.size_info().total_size() : needed); });
    Evicted gone;
    for (const std::size_t text : DemoScene::texts_of(pages)) gone.add(leaves[text], scene.now());
    print_row(name, gone, all ? "" : fmt::format("{:.0f} us", 1000 * ms));
    const std::string begin = std::string("seed.") + name;
    demo.figure(begin + ".leaves", gone.leaves);
    demo.figure(begin + ".pages", gone.pages);
    demo.figure(begin + ".hits", std::lround(gone.mean_hits()));
    demo.figure(begin + ".age", std::lround(gone.mean_age()));
    if (all) demo.figure("seed.needed", needed);
  }
  fmt::print(
      "\n   Age in ticks. Each frees what is needed, and no leaf more: the unit is a page for all of them. In the "
      "seed,\n"
      "   20 was a number of nodes for three policies and a number of bytes for the fourth, which evicted one node.\n"
      "   hybrid lets the same go as lru: each text was hit, so that its rarity weighs no more than 215 ticks of "
      "age.\n");
}

}  // namespace radixlab
