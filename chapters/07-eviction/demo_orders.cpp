#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "07-eviction/demo_scene.hpp"
#include "07-eviction/demo_steps.hpp"
#include "07-eviction/policies.hpp"
#include "contract/snapshot.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

/// A line about each of the five texts.
struct TextRow {
  const char* name;
  std::vector<std::string> cells;
};

std::vector<TextRow> rows_of(const DemoScene& scene) {
  std::vector<TextRow> rows = {{"created", {}}, {"last used", {}}, {"hits", {}}, {"pages", {}}, {"product", {}}};
  for (const NodeView& leaf : scene.leaves()) {
    const double product = static_cast<double>((scene.now() - leaf.use.last_used) * leaf.pages.size()) /
                           static_cast<double>(leaf.use.hits + 1);
    const std::string cells[] = {std::to_string(leaf.use.created), std::to_string(leaf.use.last_used),
                                 std::to_string(leaf.use.hits), std::to_string(leaf.pages.size()),
                                 fmt::format("{:.1f}", product)};
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].cells.push_back(cells[i]);
  }
  return rows;
}

/// A policy, and the texts in the order in which it lets them go.
struct Order {
  std::string name, words;
  std::vector<std::size_t> texts;
};

std::vector<Order> all_orders() {
  std::vector<Order> orders;
  for (const NamedPolicy& policy : eviction_policies()) {
    DemoScene scene(policy.make());
    scene.play();
    orders.push_back({policy.name, policy.words, scene.evict_all()});
  }
  DemoScene retained(create_eviction_policy("priority"));
  retained.play();
  retained.retain(2, 100);
  orders.push_back({"priority", "text 2 retained for 100 ticks", retained.evict_all()});
  return orders;
}

void draw(const Demo& demo, const std::vector<TextRow>& texts, const std::vector<Order>& orders) {
  CellRows rows = {{{.text = ""}}};
  for (std::size_t text = 0; text < kSceneTexts; ++text)
    rows[0].push_back({.text = fmt::format("text {}", text), .bold = true});
  rows[0].push_back({.text = ""});
  for (const TextRow& row : texts) {
    rows.push_back({{.text = row.name, .left = true}});
    for (const std::string& cell : row.cells)
      rows.back().push_back({.text = cell, .colour = cell_colour::empty, .width = 48});
    rows.back().push_back({.text = ""});
  }
  rows.push_back({{.text = "goes as number", .columns = kSceneTexts + 2, .left = true}});
  for (const Order& order : orders) {
    rows.push_back({{.text = order.name, .left = true}});
    for (std::size_t text = 0; text < kSceneTexts; ++text) {
      const auto place = std::ranges::find(order.texts, text) - order.texts.begin() + 1;
      rows.back().push_back({.text = std::to_string(place),
                             .colour = place == 1 ? cell_colour::shared : cell_colour::own,
                             .width = 48,
                             .bold = place == 1});
    }
    rows.back().push_back({.text = order.words, .left = true});
  }
  rows.push_back({{.text = "darker, bold: goes first.  product: age x size / (hits + 1) at tick 11.",
                   .columns = kSceneTexts + 2,
                   .left = true}});
  demo.picture("orders", to_dot_cells(rows));
}

std::size_t freed_by_lru(EvictionUnit unit) {
  DemoScene scene(create_eviction_policy("lru"), unit);
  scene.play();
  return scene.cache.evict(2).size();
}

}  // namespace

void show_orders(Demo& demo) {
  demo.step("Five texts after eleven ticks: which one goes first?");
  DemoScene scene(nullptr);
  scene.play();
  demo.tree(scene.cache.snapshot(), "Five texts, pages of one token");
  const std::vector<TextRow> texts = rows_of(scene);
  fmt::print("   {:<14}", "text");
  for (std::size_t text = 0; text < kSceneTexts; ++text) fmt::print("{:>5}", text);
  fmt::print("\n");
  for (const TextRow& row : texts) {
    fmt::print("   {:<14}", row.name);
    for (const std::string& cell : row.cells) fmt::print("{:>5}", cell);
    fmt::print("\n");
  }
  fmt::print("   product: age x size / (hits + 1), at tick {}\n\n   {:<14}{:<18}which goes first\n", scene.now(),
             "policy", "the order");

  const std::vector<Order> orders = all_orders();
  for (const Order& order : orders) {
    fmt::print("   {:<14}{:<18}{}\n", order.name, fmt::format("{}", fmt::join(order.texts, " ")), order.words);
    if (&order != &orders.back()) demo.figure("orders." + order.name + ".first", order.texts.front());
  }
  const auto first = [&](const char* name) { return std::ranges::find(orders, name, &Order::name)->texts.front(); };
  for (const char* const name : {"lru", "lfu", "fifo", "product"})
    demo.figure(std::string("predicted_") + name, first(name));
  demo.figure("predicted_retained", orders.back().texts.front());

  const std::size_t leaf = freed_by_lru(EvictionUnit::leaf), tail = freed_by_lru(EvictionUnit::tail);
  fmt::print(
      "\n   return-rate has seen too little to learn from, and goes by age.\n"
      "   evict(2) by lru frees {} pages if whole leaves go, and {} if a leaf's tail is enough.\n",
      leaf, tail);
  demo.figure("unit.leaf.freed", leaf);
  demo.figure("unit.tail.freed", tail);
  demo.figure("predicted_freed", leaf);
  draw(demo, texts, orders);
}

}  // namespace radixlab
