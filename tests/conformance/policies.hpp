/// \file
/// Policies that chapter 05's manager does not have, one for each thing that it lets a policy do. Each has its
/// definition beside it: which leaf goes, by brute force over what a snapshot shows.
#pragma once
#include <algorithm>
#include <unordered_map>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "storage/page_hashes.hpp"

namespace radixlab::policies {

using Nodes = std::vector<NodeView>;
using Ended = std::vector<std::pair<std::uint32_t, std::vector<TokenId>>>;  // requests: salt, text

inline const NodeView* find(const Nodes& nodes, std::uint32_t id) {
  const auto it = std::ranges::find(nodes, id, &NodeView::id);
  return it == nodes.end() ? nullptr : &*it;
}
inline std::size_t children(const Nodes& nodes, std::uint32_t id) {
  return static_cast<std::size_t>(std::ranges::count(nodes, id, &NodeView::parent));
}
inline std::vector<TokenId> text(const Nodes& nodes, const NodeView& node) {
  std::vector<TokenId> all = node.parent ? text(nodes, *find(nodes, node.parent)) : std::vector<TokenId>{};
  all.insert(all.end(), node.tokens.begin(), node.tokens.end());
  return all;
}
inline Nodes unlocked_leaves(const Nodes& nodes) {
  Nodes leaves;
  for (const NodeView& node : nodes)
    if (node.use.ref_count == 0 && children(nodes, node.id) == 0) leaves.push_back(node);
  return leaves;
}
/// The leaf that `less` puts first; ties go by id.
template <class Less>
std::uint32_t first_by(const Nodes& leaves, Less less) {
  return std::ranges::min_element(
             leaves, [&](const NodeView& a, const NodeView& b) { return less(a, b) || (!less(b, a) && a.id < b.id); })
      ->id;
}

/// A policy with its definition, and what it was told of evictions.
class Defined : public EvictionPolicy {
 public:
  virtual std::uint32_t define(const Nodes& nodes) const = 0;                       ///< the id of the leaf that goes
  virtual std::string wrong_words(const Nodes&, const Ended&) const { return {}; }  ///< nothing if all are right
  bool scores_changed(std::uint64_t now) override { return clock = now, false; }
  void evicted(const Node& leaf, std::uint64_t) override {
    if (!gone) return;
    gone->resize(gone->size() + leaf.pages.size());
    leaf.pages.copy_to(std::span(*gone).last(leaf.pages.size()));
  }
  std::uint64_t clock = 0;              // at the last victim
  std::vector<PageId>* gone = nullptr;  // where evicted pages are noted, if anywhere
};

/// The course's own order, as one.
class LeastRecent : public Defined {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t) override { return leaf.use.last_used; }
  std::uint32_t define(const Nodes& nodes) const override {
    return first_by(unlocked_leaves(nodes),
                    [](const NodeView& a, const NodeView& b) { return a.use.last_used < b.use.last_used; });
  }
};

class MostRecent : public Defined {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t) override { return ~leaf.use.last_used; }
  std::uint32_t define(const Nodes& nodes) const override {
    return first_by(unlocked_leaves(nodes),
                    [](const NodeView& a, const NodeView& b) { return a.use.last_used > b.use.last_used; });
  }
};

/// Counts uses in its word; of equals the oldest.
class Frequent : public Defined {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t) override {
    return leaf.use.policy_word << 32 | leaf.use.last_used;
  }
  void used(Node& node, std::uint64_t) override { ++node.use.policy_word; }
  std::uint32_t define(const Nodes& nodes) const override {
    return first_by(unlocked_leaves(nodes), [](const NodeView& a, const NodeView& b) {
      return std::pair(a.use.policy_word, a.use.last_used) < std::pair(b.use.policy_word, b.use.last_used);
    });
  }
};

/// A cut makes the lower half less worth, which stands in the order already.
class Halving : public Frequent {
 public:
  void split(Node&, Node& lower) override { lower.use.policy_word /= 2; }
};

/// Depth and subtree: the leaf with the most siblings, of equals the deepest. What it looks at is not the leaf's own.
class Crowded : public Defined {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t) override {
    return UINT64_MAX - (std::uint64_t{leaf.parent->children.size()} << 32 | leaf.end);
  }
  bool scores_changed(std::uint64_t) override { return true; }
  std::uint32_t define(const Nodes& nodes) const override {
    const auto score = [&](const NodeView& n) {
      const auto top = [&](const NodeView& other) { return other.parent == 0 && other.cache_salt == n.cache_salt; };
      const auto at_top = static_cast<std::size_t>(std::ranges::count_if(nodes, top));
      return std::pair(n.parent ? children(nodes, n.parent) : at_top, text(nodes, n).size());
    };
    return first_by(unlocked_leaves(nodes), [&](const NodeView& a, const NodeView& b) { return score(a) > score(b); });
  }
};

/// Hits a tick since the last use: what is left alone fades, and passes others on the way.
class Fading : public Defined {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override { return value(leaf.use, now); }
  bool scores_changed(std::uint64_t now) override { return std::exchange(clock, now) != now; }
  void reset() override { clock = 0; }
  std::uint32_t define(const Nodes& nodes) const override {
    return first_by(unlocked_leaves(nodes),
                    [&](const NodeView& a, const NodeView& b) { return value(a.use, clock) < value(b.use, clock); });
  }

 private:
  static std::uint64_t value(const Usage& use, std::uint64_t now) {
    return 1000 * (use.hits + 1) / (now - use.last_used + 1);
  }
};

/// Five classes by hits, in each the order of use; of all ends the one that is worth least at its age.
class ByClass : public Defined {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t) override { return leaf.use.last_used; }
  std::uint32_t num_classes() const override { return kClasses; }
  std::uint32_t class_of(const Node& leaf, std::uint64_t) override { return of(leaf.use); }
  Node& choose(std::span<const LeafEnds> classes, std::uint64_t now) override {
    Node* least = nullptr;
    for (const auto& [first, last] : classes)
      for (Node* end : {first, last})
        if (end && (!least || std::pair(worth(end->use, now), end->id) < std::pair(worth(least->use, now), least->id)))
          least = end;
    return *least;
  }
  std::uint32_t define(const Nodes& nodes) const override {
    Nodes ends;
    for (std::uint32_t c = 0; c < kClasses; ++c) {
      Nodes in = unlocked_leaves(nodes);
      std::erase_if(in, [&](const NodeView& n) { return of(n.use) != c; });
      std::ranges::sort(in, {}, [](const NodeView& n) { return std::pair(n.use.last_used, n.id); });
      if (!in.empty()) ends.insert(ends.end(), {in.front(), in.back()});
    }
    return first_by(ends,
                    [&](const NodeView& a, const NodeView& b) { return worth(a.use, clock) < worth(b.use, clock); });
  }

 private:
  static constexpr std::uint32_t kClasses = 5;
  static std::uint32_t of(const Usage& use) { return static_cast<std::uint32_t>(use.hits % kClasses); }
  static std::uint64_t worth(const Usage& use, std::uint64_t now) {
    return (now - use.last_used + 1) * (3 * of(use) + 1) % 17;
  }
};

/// Counts in its word the requests that went through a node's end, those too whose pages are gone since.
class Remembers : public Defined {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t) override {
    return leaf.use.policy_word << 32 | leaf.use.last_used;
  }
  void used(Node& node, std::uint64_t now) override {
    if (node.use.created == now) node.use.policy_word = count(node);
  }
  void split(Node& upper, Node&) override { upper.use.policy_word = count(upper); }
  void request_ended(EndedRequest& request) override {
    const auto path = request.path();
    const auto hashes = request.hashes();
    for (const std::uint64_t hash : hashes) ++ended_[hash];
    for (Node* const node : path) node->use.policy_word = ended_.at(hashes[node->end / request.page_size - 1]);
  }
  void reset() override { ended_.clear(); }
  std::uint32_t define(const Nodes& nodes) const override {
    return first_by(unlocked_leaves(nodes), [](const NodeView& a, const NodeView& b) {
      return std::pair(a.use.policy_word, a.use.last_used) < std::pair(b.use.policy_word, b.use.last_used);
    });
  }
  std::string wrong_words(const Nodes& nodes, const Ended& ended) const override {
    for (const NodeView& n : nodes) {
      const std::vector<TokenId> prefix = text(nodes, n);
      const auto through = static_cast<std::uint64_t>(std::ranges::count_if(ended, [&](const auto& request) {
        const auto& [salt, tokens] = request;
        return salt == n.cache_salt && tokens.size() >= prefix.size() &&
               std::equal(prefix.begin(), prefix.end(), tokens.begin());
      }));
      if (n.use.policy_word != through)
        return "node " + std::to_string(n.id) + " has the word " + std::to_string(n.use.policy_word) + ", but " +
               std::to_string(through) + " requests went through it";
    }
    return {};
  }

 private:
  std::uint64_t count(const Node& node) const {
    const auto it = ended_.find(name(node));
    return it == ended_.end() ? 0 : it->second;
  }
  static std::uint64_t name(const Node& node) {
    if (node.is_root()) return node.cache_salt;
    std::uint64_t hash = name(*node.parent);
    const auto tokens = node.tokens.view();
    const std::size_t P = tokens.size() / node.pages.size();
    for (std::size_t at = 0; at < tokens.size(); at += P) hash = hash_page(hash, tokens.subspan(at, P));
    return hash;
  }

  std::unordered_map<std::uint64_t, std::uint64_t> ended_;
};

}  // namespace radixlab::policies
