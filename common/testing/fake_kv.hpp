/// \file
/// A KV pool without a model: each place holds a hash of the whole prefix whose KV should lie there, so that a wrong
/// index, a page read after it was freed and a page published before it was written are all seen.
#pragma once
#include <functional>

#include "contract/kv_store.hpp"
#include "contract/page_source.hpp"

namespace radixlab {

class FakeKv : public KvStore {
 public:
  FakeKv(std::size_t num_pages, std::size_t page_size)
      : page_size_(page_size), places_(num_pages * page_size, kUnwritten) {}

  void copy_kv(PageId from, PageId to, std::size_t tokens) override;

  /// Writes the KV of tokens [begin, text) of `text` through a page table [ceil(text / P)], as a model's forward pass
  /// does.
  void write(PrefixKey text, std::span<const PageId> table, std::size_t begin);
  /// Throws IntegrityError unless the table holds all of `text`'s KV: I33 for a freed page, I23 for an unwritten place,
  /// I10.
  void check(PrefixKey text, std::span<const PageId> table) const;
  /// The first token of `text` whose place in the table holds anything else than the KV of its prefix.
  std::optional<std::size_t> first_wrong(PrefixKey text, std::span<const PageId> table) const;
  void poison(PageId page);                                     ///< as NaN in a real pool
  std::size_t copied_tokens() const { return copied_tokens_; }  ///< by copy_kv, so far

 private:
  static constexpr std::uint64_t kUnwritten = 0, kPoison = 1;
  std::size_t index(std::span<const PageId> table, std::size_t token) const;

  std::size_t page_size_;
  std::vector<std::uint64_t> places_;  // [pages * P]
  std::size_t copied_tokens_ = 0;
};

/// A page source that does something to each page that is free from then on: fill it with NaN, count it. A page that another
/// owner still needs (chapter 06) is not free.
class OnGive : public PageSource {
 public:
  /// `source` must outlive it.
  OnGive(PageSource& source, std::function<void(PageId)> on_free) : source_(source), on_free_(std::move(on_free)) {}
  std::optional<PageId> take() override { return source_.take(); }
  void give(PageId page) override {
    const std::size_t before = source_.free_count();
    source_.give(page);  // first: a double free is refused and does nothing
    if (source_.free_count() > before) on_free_(page);
  }
  std::size_t free_count() const override { return source_.free_count(); }

 private:
  PageSource& source_;
  std::function<void(PageId)> on_free_;
};

}  // namespace radixlab
