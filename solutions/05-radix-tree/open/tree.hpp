// A trie of pages: a node for each page of tokens, a table of children by their tokens. Nothing is compressed, so no edge
// is ever cut, and a handle is a node's name for as long as the node is there.
//
//   match_prefix, insert_prefix   O(tokens x log siblings)        lock_handle, unlock_handle   O(pages of the prefix)
//   evict                         O(nodes) a page
#pragma once
#include <map>

#include "05-radix-tree/open.hpp"

namespace radixlab {

class PageTrie : public BaseCacheManager {
 public:
  explicit PageTrie(std::size_t page_size) : page_size_(page_size) {}

  CacheHandle match_prefix(PrefixKey key) override;
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;
  std::vector<PageId> evict(std::size_t num_pages) override;
  std::vector<PageId> reset() override;
  SizeInfo size_info() const override;
  Snapshot snapshot() const override;

 private:
  struct Node {
    Node* parent = nullptr;  // none: a root, which holds no page
    std::uint32_t name = 0, cache_salt = 0;
    std::size_t len = 0;  // [tokens] from the root to the end of this page
    PageId page = 0;
    std::size_t locks = 0;  // here and below
    std::uint64_t last_used = 0;
    std::map<std::vector<TokenId>, Node*> children = {};  // by their page of tokens [P]
  };
  CacheHandle handle(const Node& node) const {
    return node.parent ? CacheHandle{node.len, node.name, 1} : CacheHandle{};
  }
  Node& named(const CacheHandle& handle) const;
  std::vector<TokenId> page_of(PrefixKey key, std::size_t begin) const;
  Node& walk(PrefixKey key, Node& from) const;
  void touch(Node& end);

  std::size_t page_size_;                                 // [tokens]
  std::map<std::uint32_t, Node> roots_;                   // by salt
  std::map<std::uint32_t, std::unique_ptr<Node>> nodes_;  // by name, and so parents before their children
  std::uint32_t last_name_ = 0;                           // names are never used again, so a handle needs no generation
  std::uint64_t now_ = 0;                                 // [ticks], one a look-up or insert
};

}  // namespace radixlab
