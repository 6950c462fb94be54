/// \file
/// For chapter 07's suite: what policies.hpp says of each policy, written down once more and slowly. Which leaf goes is looked up
/// among all that a snapshot shows, and a wrong victim is told in words.
#pragma once
#include <array>
#include <functional>
#include <string>

#include "../conformance/policies.hpp"
#include "07-eviction/policies.hpp"

namespace radixlab {

/// Of two leaves the one with the smaller key goes first; ties go by id.
using Key = std::array<std::int64_t, 2>;

struct Definition {
  int task;
  const char* name;
  Key (*key)(const NodeView& leaf, std::int64_t now);
  std::string (*words)(const NodeView& leaf, std::int64_t now);  ///< what the policy looks at
};

inline std::string counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}
inline std::string last_used(const NodeView& leaf) { return "last used " + std::to_string(leaf.use.last_used); }
inline std::int64_t use_of(const NodeView& leaf) { return static_cast<std::int64_t>(leaf.use.last_used); }
inline std::int64_t hits_of(const NodeView& leaf) { return static_cast<std::int64_t>(leaf.use.hits); }
inline std::int64_t pages_of(const NodeView& leaf) { return static_cast<std::int64_t>(leaf.pages.size()); }
inline std::int64_t priority_of(const NodeView& leaf, std::int64_t now) {
  return static_cast<std::uint64_t>(now) < leaf.use.expires ? leaf.use.priority : 0;
}
inline std::int64_t hybrid_of(const NodeView& leaf, std::int64_t now) {
  return 7 * (now - use_of(leaf)) + 3 * (1000 / (hits_of(leaf) + 1));
}
inline std::int64_t product_of(const NodeView& leaf, std::int64_t now) {
  return (now - use_of(leaf)) * pages_of(leaf) * 1024 / (hits_of(leaf) + 1);
}

inline constexpr Definition kDefinitions[] = {
    {1, "lru", [](const NodeView& n, std::int64_t) { return Key{use_of(n)}; },
     [](const NodeView& n, std::int64_t) { return last_used(n); }},
    {1, "mru", [](const NodeView& n, std::int64_t) { return Key{-use_of(n)}; },
     [](const NodeView& n, std::int64_t) { return last_used(n); }},
    {1, "fifo", [](const NodeView& n, std::int64_t) { return Key{static_cast<std::int64_t>(n.use.created)}; },
     [](const NodeView& n, std::int64_t) { return "created " + std::to_string(n.use.created); }},
    {1, "filo", [](const NodeView& n, std::int64_t) { return Key{-static_cast<std::int64_t>(n.use.created)}; },
     [](const NodeView& n, std::int64_t) { return "created " + std::to_string(n.use.created); }},
    {1, "lfu",
     [](const NodeView& n, std::int64_t) {
       return Key{hits_of(n), use_of(n)};
     },
     [](const NodeView& n, std::int64_t) { return counted(n.use.hits, "hit") + ", " + last_used(n); }},
    {1, "size", [](const NodeView& n, std::int64_t) { return Key{-pages_of(n)}; },
     [](const NodeView& n, std::int64_t) { return counted(n.pages.size(), "page") + ", id " + std::to_string(n.id); }},
    {2, "slru",
     [](const NodeView& n, std::int64_t) {
       return Key{n.use.hits > 0, use_of(n)};
     },
     [](const NodeView& n, std::int64_t) { return counted(n.use.hits, "hit") + ", " + last_used(n); }},
    {2, "priority",
     [](const NodeView& n, std::int64_t now) {
       return Key{priority_of(n, now), use_of(n)};
     },
     [](const NodeView& n, std::int64_t now) {
       return "priority " + std::to_string(n.use.priority) + " until " + std::to_string(n.use.expires) + ", so " +
              std::to_string(priority_of(n, now)) + " at " + std::to_string(now) + ", " + last_used(n);
     }},
    {3, "hybrid", [](const NodeView& n, std::int64_t now) { return Key{-hybrid_of(n, now)}; },
     [](const NodeView& n, std::int64_t now) {
       return std::to_string(hybrid_of(n, now)) + " tenths: age " + std::to_string(now - use_of(n)) + ", " +
              counted(n.use.hits, "hit") + ", id " + std::to_string(n.id);
     }},
    {3, "product", [](const NodeView& n, std::int64_t now) { return Key{-product_of(n, now)}; },
     [](const NodeView& n, std::int64_t now) {
       return std::to_string(product_of(n, now)) + " of 1,024ths: age " + std::to_string(now - use_of(n)) + ", " +
              counted(n.pages.size(), "page") + ", " + counted(n.use.hits, "hit") + ", id " + std::to_string(n.id);
     }},
};

/// What is wrong with the pages that evict(needed) freed of `nodes` at `now`; empty where nothing is. `name` calls a leaf.
inline std::string wrong_victim(policies::Nodes nodes, std::span<const PageId> freed, std::size_t needed,
                                EvictionUnit unit, const Definition& by, std::int64_t now,
                                const std::function<std::string(const NodeView&)>& name) {
  const auto told = [&](const NodeView& n) { return name(n) + " (" + by.words(n, now) + ")"; };
  std::size_t done = 0;
  while (done < needed) {
    const std::uint32_t id =
        policies::first_by(policies::unlocked_leaves(nodes),
                           [&](const NodeView& a, const NodeView& b) { return by.key(a, now) < by.key(b, now); });
    const NodeView& first = *policies::find(nodes, id);
    const bool is_cut = unit == EvictionUnit::tail && first.pages.size() > needed - done;
    const auto pages = std::span(first.pages).last(is_cut ? needed - done : first.pages.size());
    if (!std::ranges::equal(pages, freed.subspan(done, std::min(pages.size(), freed.size() - done)))) {
      const auto went =
          std::ranges::find_if(nodes, [&](const NodeView& n) { return std::ranges::count(n.pages, freed[done]) > 0; });
      return std::string("under ") + by.name + " " + told(first) + " must go before " +
             (went == nodes.end() ? "any that is gone" : told(*went)) + ", but " +
             (went == nodes.end() ? "page " + std::to_string(freed[done]) : name(*went)) + " went";
    }
    done += pages.size();
    std::erase_if(nodes, [&](const NodeView& n) { return n.id == id; });
  }
  return done == freed.size() ? "" : "evict freed more than its victims' pages";
}

/// The order of one leaf in a policy: its class, and its score there. The smaller goes first where classes go by themselves.
using Place = std::pair<std::uint32_t, std::uint64_t>;
inline Place place(EvictionPolicy& policy, const Usage& use, std::size_t num_pages, std::uint64_t now) {
  Arena arena;
  RadixTreeNode leaf;
  leaf.use = use;
  std::vector<PageId> neighbours(num_pages);
  for (std::size_t i = 0; i < num_pages; ++i) neighbours[i] = static_cast<PageId>(i);
  leaf.pages = PageRun(neighbours, arena);
  return {policy.class_of(leaf, now), policy.score(leaf, now)};
}

/// The same for a policy by name; now is 2^40 - 1 or later.
inline Place place(const char* policy, const Usage& use, std::size_t num_pages = 1) {
  return place(*create_eviction_policy(policy), use, num_pages, std::max(use.last_used, std::uint64_t{1} << 40));
}

}  // namespace radixlab
