/// \file
/// The brute-force truth about what is cached: no tree, no hash, only the list of pages and the prefix that each one
/// ends.
#pragma once
#include <map>
#include <memory>

#include "contract/cache_manager.hpp"

namespace radixlab {

class Oracle {
 public:
  /// A page holds the KV of the last tokens of a prefix: those from the last multiple of P on.
  struct Held {
    std::uint32_t cache_salt;
    std::shared_ptr<const std::vector<TokenId>> text;  // shared by the pages that came with one insert
    std::size_t len;                                   // [tokens] of text that are this prefix
    std::span<const TokenId> prefix() const { return {text->data(), len}; }
  };

  Oracle(std::size_t page_size, bool partial_hits) : page_size_(page_size), partial_hits_(partial_hits) {}

  /// I7: the longest cached prefix of `key`, in whole pages unless partial hits are on. O(pages x tokens).
  std::size_t longest(PrefixKey key) const;

  /// Pages [ceil(key / P)] now hold key's prefixes. Those that `given` leaves out belong to someone else.
  void hold(PrefixKey key, std::span<const PageId> pages, const std::vector<bool>& given);
  void rename(std::span<const PageMove> moves);  ///< all at once
  static PageId renamed(PageId page, std::span<const PageMove> moves);
  bool forget(PageId page) { return held_.erase(page) > 0; }  ///< false if it was not cached

  const Held* find(PageId page) const;
  /// What is wrong with saying that `pages` hold `key`, or an empty string. O(tokens).
  std::string mismatch(PrefixKey key, std::span<const PageId> pages) const;
  /// A page whose prefix goes on behind `gone`, which is cached no more: it cannot be reached (I26).
  const PageId* orphan_of(const Held& gone) const;

  const std::map<PageId, Held>& pages() const { return held_; }

 private:
  std::size_t page_size_;
  bool partial_hits_;
  std::map<PageId, Held> held_;
};

}  // namespace radixlab
