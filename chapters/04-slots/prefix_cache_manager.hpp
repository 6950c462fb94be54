/// \file
/// Chapter 04, tasks 4.2-4.5: a trie with a node a token, which says which slot holds the longest known prefix of a
/// text.
///
///   insert 7 7 3 1, slot 0          then insert 7 7 9, slot 2
///        root                            root
///         |                               |
///         7  slot 0                       7  slot 2      the newest slot whose text goes through
///         7  slot 0                       7  slot 2
///         3  slot 0                     /   \.
///         1  slot 0                    3 s0   9 slot 2
///                                      1 s0
///
/// A slot's version rises whenever it is taken anew. So a node may name a slot that holds another text by now; who
/// meets such a node forgets that slot, and the node goes to another slot that still has its text (in the figure: take
/// slot 2 anew, and both 7 are slot 0's again).
///
/// Invariants:
///
///   I7   a node names a slot whose text goes through it, as long as there is one
///   I26  leaves go first, so that every node hangs on a root; a node that is pinned stays
///   I28  a slot of another version than today's is never followed
///
/// After seed 002's PrefixCacheManager, with its repairs S8 and S13: evicting an ancestor left orphans, a full trie of
/// pinned nodes was searched for ever, nobody compared versions, and a text that is not there was passed over silently.
#pragma once
#include <functional>
#include <list>
#include <map>

#include "contract/kv_store.hpp"
#include "storage/node_pool.hpp"

namespace radixlab {

/// What find() answers: the first `prefix_len` tokens lie in row `slot`, as long as that has version `slot_ver`.
struct PrefixHit {
  std::size_t prefix_len = 0;  ///< [tokens]
  std::int32_t slot = -1;      ///< -1: nothing is known
  std::uint32_t slot_ver = 0;
  bool operator==(const PrefixHit&) const = default;
};

class PrefixCacheManager {
 public:
  /// `max_capacity` [nodes]; pinned ones may stand above it. `version_of` says the version of a slot as it is now, and
  /// throws for a number that is no slot's.
  PrefixCacheManager(std::size_t max_capacity, std::function<std::uint32_t(std::int32_t)> version_of);

  /// 4.2  The longest prefix of `key` that a slot of today's version holds. It and all before it are used now. O(n), and
  ///      for each stale slot that it meets, once, that slot's text.
  PrefixHit find(PrefixKey key);

  /// 4.2  Copies the KV of the whole text from the slot that find() names to row `target_slot`, all layers, K and V; a
  ///      use, as find is. Throws std::logic_error, with nothing copied, if the text is not there (S13) or no slot holds
  ///      it any more (I28); std::invalid_argument if that slot is `target_slot`.
  void copy_kv(PrefixKey key, std::int32_t target_slot, KvStore& kv);

  /// 4.3  From now on the slot holds this text, and nothing else that it held. The text is used now, and pinned once for
  ///      whoever inserts it: release() it. Throws, with nothing changed, std::invalid_argument for no tokens and
  ///      std::logic_error (I28) if `slot_ver` is not the slot's version. O(n tokens), and evictions.
  void insert(PrefixKey key, std::int32_t slot, std::uint32_t slot_ver);

  /// 4.3  A pinned text is not evicted. Pins are counted, and are no use of the text. release then removes what is dead
  ///      (remove_if_dead), and evicts where the trie stands above its capacity. Both throw std::logic_error for a text
  ///      that is not there (S13), release also for one that nobody pinned (I18). O(n).
  void pin(PrefixKey key);
  void release(PrefixKey key);

  /// Forgets every text, pinned or not, and every tenant. O(nodes).
  void clear() noexcept;

  std::size_t num_nodes() const { return order_.size(); }
  std::vector<TokenId> text_of(std::int32_t slot) const;  ///< that was inserted; empty if none is known

 private:
  struct Node {
    std::uint32_t id = 0, generation = 0;  // written by the pool
    TokenId token = 0;
    std::int32_t slot = -1;       // the newest whose text goes through here; -1: none has it now
    std::uint32_t ref_count = 0;  // pins that end here
    std::uint32_t ends = 0;       // slots whose text ends here
    Node* parent = nullptr;
    std::map<TokenId, Node*> children;
    std::list<Node*>::iterator place;  // in order_
    bool is_root() const { return parent == nullptr; }
    bool is_leaf() const { return children.empty(); }
  };
  struct Row {  // what is known of a slot
    Node* end = nullptr;
    std::uint32_t version = 0;
  };

  bool is_stale(std::int32_t slot) const;  // another version than today's
  /// 4.4  No node names it any more, and what is dead then is removed: a Node* on its path stays good only if pinned.
  void forget(std::int32_t slot);
  void relabel(Node& node);      // 4.4: the node goes to another slot that has its text, or to none
  void evict_if_needed();        // 4.5
  Node& node_at(PrefixKey key);  // 4.2: where the text ends; throws (S13) if it is not there

  Node* child(const Node& node, TokenId token) const;  // nullptr if there is none
  Node* root(std::uint32_t cache_salt) const;          // nullptr if this tenant never inserted anything
  Node& make_path(PrefixKey key);                      // the node where the text ends; a call that fails has made none
  Node& make_root(std::uint32_t cache_salt);           // this tenant's, new or not
  void drop_empty_roots();                             // of tenants whose last text is gone
  void make_row(std::int32_t slot);                    // room to note what this slot holds
  void touch(Node& node);           // used now: this node and all above it, which count as used later
  void remove_if_dead(Node& node);  // a leaf that names no slot and is not pinned, and what is one without it
  void remove(Node& leaf);          // slots whose text ended here end a token earlier

  std::size_t max_capacity_;
  std::function<std::uint32_t(std::int32_t)> version_of_;
  NodePool<Node> nodes_;
  std::map<std::uint32_t, Node*> roots_;  // by salt (I11); an empty one stays until enough new ones have come
  std::size_t enough_roots_ = 0;
  std::list<Node*> order_;  // all nodes but the roots, the one that was used last at the end; children before parents
  std::vector<Row> rows_;   // by slot, as far as inserted ones go
};

}  // namespace radixlab
