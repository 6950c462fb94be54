#include <array>
#include <fmt/format.h>

#include "04-slots/demo_steps.hpp"
#include "04-slots/prefix_cache_manager.hpp"
#include "04-slots/slot_allocator.hpp"
#include "io/error.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

constexpr std::int32_t kSlots = 4;

std::string row_of_slots(const SlotAllocator& slots) {
  std::string row = "|";
  for (std::int32_t slot = 0; slot < kSlots; ++slot)
    row += fmt::format(" {} {}v{} |", slot, slots.is_free(slot) ? "      " : "taken ", slots.version(slot));
  return row;
}

// 64-bit words in a mask of `slots` bits, and those that a search in levels reads.
std::size_t words(std::size_t slots) { return (slots + 63) / 64; }
std::size_t levels(std::size_t slots) { return slots <= 64 ? 1 : 1 + levels(words(slots)); }

// A node of the picture: its prefix, and what a look-up of that answers.
struct Drawn {
  Text prefix;
  PrefixHit hit;
  bool is_stale = false;  // the slot has another version by now, and nobody has told the trie
};

// One tree of the picture: the nodes of two texts.
struct Drawing {
  std::string name, title;
  std::vector<Drawn> nodes = {};
};

const std::array<Text, 2> kTexts = {Text{7, 7, 3, 1}, Text{7, 7, 9}};

Drawing draw(PrefixCacheManager& trie, const std::string& name, const std::string& title) {
  Drawing drawing{name, title};
  for (const Text& text : kTexts)
    for (std::size_t n = 1; n <= text.size(); ++n) {
      const Text prefix(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(n));
      const bool is_drawn = &text != &kTexts.front() && n <= 2;  // both begin so
      const PrefixHit hit = is_drawn ? PrefixHit{} : trie.find(prefix);
      if (hit.prefix_len == n) drawing.nodes.push_back({prefix, hit});
    }
  return drawing;
}

std::string node_name(const Drawing& drawing, std::span<const TokenId> prefix) {
  std::string name = drawing.name;
  for (const TokenId token : prefix) name += fmt::format("_{}", token);
  return name;
}

std::string label_of(const PrefixHit& hit, bool is_stale) {
  return fmt::format("slot {} v{}{}", hit.slot, hit.slot_ver, is_stale ? ": wrong" : "");
}

std::string to_dot_trie(const std::vector<Drawing>& drawings) {
  std::string dot(kCellsHead);
  for (const Drawing& drawing : drawings) {
    dot += fmt::format("  {} [label=<{}>];\n", drawing.name, cell_table({{{.text = drawing.title}}}));
    for (const auto& [prefix, hit, is_stale] : drawing.nodes) {
      const auto colour = is_stale ? cell_colour::wasted : hit.slot == 0 ? cell_colour::own : cell_colour::shared;
      const CellRows cells = {{{.text = fmt::format("{}", prefix.back()), .colour = colour, .width = 20, .bold = true},
                               {.text = label_of(hit, is_stale), .colour = colour}}};
      const std::string name = node_name(drawing, prefix);
      dot += fmt::format("  {} [label=<{}>];\n", name, cell_table(cells));
      dot += fmt::format("  {} -> {};\n", node_name(drawing, std::span(prefix).first(prefix.size() - 1)), name);
    }
  }
  return dot + "}\n";
}

std::string words_of(const Drawing& drawing) {
  std::string words;
  for (const auto& [prefix, hit, is_stale] : drawing.nodes)
    words += fmt::format("  {}{} {}", prefix.size() > 1 ? "... " : "", prefix.back(), label_of(hit, is_stale));
  return words;
}

}  // namespace

void show_slots(Demo& demo) {
  demo.step("Slots: the lowest free one goes first, and a version says whether a row still holds what it held");
  SlotAllocator slots(kSlots);
  Json calls = Json::array();
  const auto show = [&](const std::string& call) {
    fmt::print("   {:<30}{}\n", call, row_of_slots(slots));
    calls.push_back(row_of_slots(slots));
  };
  show("at the beginning");
  for (int i = 0; i < 3; ++i) show(fmt::format("alloc() -> {}", slots.alloc()));
  for (const std::int32_t slot : {1, 0}) slots.free(slot), show(fmt::format("free({})", slot));
  slots.occupy(1), show("occupy(1): the same text");
  show(fmt::format("alloc() -> {}: another text", slots.alloc()));
  demo.figure("slots.calls", calls);
  fmt::print("\n");
  for (const std::size_t count : {std::size_t{64}, std::size_t{4096}, std::size_t{1} << 24}) {
    fmt::print("   {:>10} slots: {:>7} words of mask, of which alloc reads {}\n", grouped(count), grouped(words(count)),
               levels(count));
    demo.figure(fmt::format("slots.{}.words", count), words(count));
    demo.figure(fmt::format("slots.{}.read", count), levels(count));
  }
}

void show_trie(Demo& demo) {
  demo.step("A trie with a node a token: each names the newest row whose text goes through it");
  std::array<std::uint32_t, 3> versions = {1, 1, 1};
  PrefixCacheManager trie(100, [&](std::int32_t slot) { return versions.at(static_cast<std::size_t>(slot)); });
  std::vector<Drawing> drawings;
  const auto show = [&](const std::string& name, const std::string& title) {
    drawings.push_back(draw(trie, name, title));
    fmt::print("   {:<26}{}\n", title, words_of(drawings.back()));
  };
  trie.insert(kTexts[0], 0, 1);
  show("a", "7 7 3 1 in slot 0");
  trie.insert(kTexts[1], 2, 1);
  show("b", "then 7 7 9 in slot 2");
  for (const Text& text : kTexts) trie.release(text);
  ++versions[2];
  Drawing unaware{"s", "slot 2 is taken anew: v2", drawings.back().nodes};
  for (Drawn& node : unaware.nodes)
    node.is_stale = node.hit.slot_ver != versions[static_cast<std::size_t>(node.hit.slot)];
  fmt::print("   {:<26}{}\n", unaware.title, words_of(unaware));
  drawings.push_back(std::move(unaware));
  show("c", "look-ups have met them");
  const PrefixHit hit = trie.find(kTexts[1]);
  fmt::print("\n   find 7 7 9: {} tokens in slot {}; {} nodes are left\n", hit.prefix_len, hit.slot, trie.num_nodes());
  demo.figure("trie.found", hit.prefix_len);
  demo.figure("trie.slot", hit.slot);
  demo.figure("trie.nodes", trie.num_nodes());
  demo.picture("trie", to_dot_trie(drawings));
}

}  // namespace radixlab
