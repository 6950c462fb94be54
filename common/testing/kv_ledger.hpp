/// \file
/// Whose prefix lies at each place of a real KV pool, and which call put it there. The pool holds only numbers; this is
/// kept beside it while a test, or a run that went wrong, is looked into.
///
///   call 1: forward of request 0, positions 0..12       page 3, place 2 holds request 0's prefix up to position 10
///   call 2: page 3 copied to page 7, 2 places           page 7, place 1 holds request 0's prefix up to position 9
///   call 3: page 3 freed                                page 3 holds nothing that may be read
///
/// Whether a place holds a prefix is asked of FakeKv, which knows each place by a hash; the ledger adds the words.
#pragma once
#include <memory>
#include <string>

#include "testing/fake_kv.hpp"

namespace radixlab {

class KvLedger {
 public:
  /// What lies at one place: the KV of the last of the first `len` tokens of `text`.
  struct Place {
    std::string who;  ///< the request that computed it
    std::uint32_t cache_salt = 0;
    std::shared_ptr<const std::vector<TokenId>> text;  ///< nullptr: no call has written here
    std::size_t len = 0;                               ///< [tokens]
    std::size_t call = 0;                              ///< that put it there, or freed the page
    bool freed = false;
  };

  KvLedger(std::size_t num_pages, std::size_t page_size)
      : page_size_(page_size), kv_(num_pages, page_size), places_(num_pages * page_size) {}

  /// `who` computes tokens [begin, text) of `text` and writes their KV through `table` [ceil(text / P)].
  void forward(const std::string& who, PrefixKey text, std::span<const PageId> table, std::size_t begin);
  void copy(PageId from, PageId to, std::size_t tokens);  ///< the first places of a page go to another one
  void free(PageId page);                                 ///< nobody may read it until it is written again

  /// The first token of `text` whose place in the table does not hold its prefix. O(tokens).
  std::optional<std::size_t> first_wrong(PrefixKey text, std::span<const PageId> table) const {
    return kv_.first_wrong(text, table);
  }
  const Place& at(PageId page, std::size_t place) const { return places_.at(page * page_size_ + place); }

  /// "call 41: forward of request 2, positions 16..31". Calls are numbered from 1, in the order in which they came.
  std::string call(std::size_t number) const;
  std::size_t calls() const { return calls_.size(); }
  std::size_t page_size() const { return page_size_; }

 private:
  std::size_t page_size_;
  FakeKv kv_;
  std::vector<Place> places_;  // [pages * P]
  std::vector<std::string> calls_;
};

/// "tokens 8..15", "token 8"; `last` is included.
std::string range_in_words(const std::string& noun, std::size_t first, std::size_t last);

}  // namespace radixlab
