/// \file
/// For the desk's tests, and for demo_01: a manager that holds one text, so that a reader sees at a glance what is cached,
/// and that writes down what it is asked: "match 11", "lock 8", "insert 13 from 8", "evict 2", "ended 13, found 8".
#pragma once
#include <algorithm>
#include <map>
#include <string>

#include "contract/snapshot.hpp"

namespace radixlab {

class OneTextManager : public BaseCacheManager {
 public:
  explicit OneTextManager(std::size_t page_size) : page_size_(page_size) {}

  /// From now on this text [n] is cached, on these pages [ceil(n / P)].
  void hold(std::vector<TokenId> text, std::vector<PageId> pages, std::uint32_t salt = 0) {
    text_ = std::move(text), pages_ = std::move(pages), salt_ = salt;
  }

  bool partial_hits = false;      ///< hits may end inside a page
  bool locks_whole_text = false;  ///< whoever locks a part of the text keeps all of it, as in chapter 02
  bool keeps_parts = false;       ///< an insert keeps a partly filled last page too, as chapter 04's row
  bool frees_too_little = false;  ///< evict gives one page less than it was asked for
  bool insert_fails = false;
  mutable std::vector<std::string> asked;

  /// Place of a call in `asked`, from 1; 0 if it was not made.
  std::size_t place_of(const std::string& call) const {
    const auto it = std::ranges::find(asked, call);
    return it == asked.end() ? 0 : static_cast<std::size_t>(it - asked.begin()) + 1;
  }
  /// All calls that begin so, in order.
  std::vector<std::string> calls(const std::string& verb) const {
    std::vector<std::string> found;
    std::ranges::copy_if(asked, std::back_inserter(found),
                         [&](const std::string& call) { return call.starts_with(verb); });
    return found;
  }
  std::size_t num_locks() const {
    std::size_t sum = 0;
    for (const auto& [len, count] : locks_) sum += count;
    return sum;
  }

  CacheHandle match_prefix(PrefixKey key) override {
    asked.push_back("match " + std::to_string(key.tokens.size()));
    return handle_of(common(key));
  }
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override {
    if (out.size() != (handle.cached_len + page_size_ - 1) / page_size_)
      throw std::invalid_argument("copy_pages: room for " + std::to_string(out.size()) + " pages, for a handle of " +
                                  std::to_string(handle.cached_len) + " tokens");
    std::copy_n(pages_.begin(), out.size(), out.begin());
  }
  CacheHandle whole_pages(const CacheHandle& handle) const override {
    return handle_of(handle.cached_len / page_size_ * page_size_);
  }
  void lock_handle(const CacheHandle& handle) override {
    asked.push_back("lock " + std::to_string(handle.cached_len));
    if (handle.cached_len > 0) ++locks_[handle.cached_len];
  }
  void unlock_handle(const CacheHandle& handle) override {
    asked.push_back("unlock " + std::to_string(handle.cached_len));
    if (handle.cached_len > 0 && locks_[handle.cached_len]-- == 0)
      throw std::logic_error("I18: unlock of " + std::to_string(handle.cached_len) + " tokens that nobody locked");
  }
  /// Goes on with the text that it holds, if `key` does.
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override {
    asked.push_back("insert " + std::to_string(key.tokens.size()) + " on " + std::to_string(pages.size()) +
                    " pages from " + std::to_string(from.cached_len));
    if (insert_fails) throw std::runtime_error("insert_prefix: out of memory");
    const std::size_t had = common(key), n = key.tokens.size();
    const std::size_t kept = keeps_parts ? n : n / page_size_ * page_size_;  // [tokens]
    if (kept > had) {
      pages_.resize(had / page_size_);
      pages_.insert(pages_.end(), pages.begin() + static_cast<std::ptrdiff_t>(had / page_size_),
                    pages.begin() + static_cast<std::ptrdiff_t>((kept + page_size_ - 1) / page_size_));
      text_.assign(key.tokens.begin(), key.tokens.begin() + static_cast<std::ptrdiff_t>(kept));
    }
    return {had, handle_of(std::max(had, kept))};
  }
  /// From the end of the text, as far as it is not locked.
  std::vector<PageId> evict(std::size_t num_pages) override {
    asked.push_back("evict " + std::to_string(num_pages));
    if (num_pages > size_info().evictable_size)
      throw std::runtime_error("I25: asked to evict " + std::to_string(num_pages) + " pages, " +
                               std::to_string(size_info().evictable_size) + " are not locked");
    if (frees_too_little) --num_pages;
    std::vector<PageId> freed(pages_.end() - static_cast<std::ptrdiff_t>(num_pages), pages_.end());
    pages_.resize(pages_.size() - num_pages);
    text_.resize(std::min(text_.size(), pages_.size() * page_size_));
    return freed;
  }
  void request_ended(PrefixKey key, std::size_t found) override {
    asked.push_back("ended " + std::to_string(key.tokens.size()) + ", found " + std::to_string(found));
  }
  std::vector<PageId> reset() override { return evict(pages_.size()); }
  SizeInfo size_info() const override {
    std::size_t locked = 0;  // [tokens]
    for (const auto& [len, count] : locks_)
      if (count > 0) locked = locks_whole_text ? text_.size() : len;
    const std::size_t pages = (locked + page_size_ - 1) / page_size_;
    return {pages_.size() - pages, pages};
  }
  Snapshot snapshot() const override { return {}; }

 private:
  std::size_t common(PrefixKey key) const {
    if (key.cache_salt != salt_) return 0;
    const auto end = std::ranges::mismatch(key.tokens, text_).in1;
    const auto len = static_cast<std::size_t>(end - key.tokens.begin());
    return partial_hits ? len : len / page_size_ * page_size_;
  }
  CacheHandle handle_of(std::size_t len) const { return len > 0 ? CacheHandle{len, 1, 1} : CacheHandle{}; }

  std::size_t page_size_;
  std::vector<TokenId> text_;
  std::vector<PageId> pages_;
  std::uint32_t salt_ = 0;
  std::map<std::size_t, std::size_t> locks_;  // by length
};

}  // namespace radixlab
