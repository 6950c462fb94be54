// A list of texts, oldest first. Texts that begin alike share pages, so each page counts the texts that it belongs to;
// a lock is counted on every page of its prefix, and what is evicted of a text is what stands behind its locked pages.
//
//   match_prefix, insert_prefix   O(texts x tokens)        lock_handle, unlock_handle   O(pages of the prefix)
#pragma once
#include <map>

#include "01-naive-manager/open.hpp"

namespace radixlab {

class FifoCacheManager : public CountingCacheManager {
 public:
  explicit FifoCacheManager(std::size_t page_size) : page_size_(page_size) {}

  CacheHandle match_prefix(PrefixKey key) override;
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;
  std::vector<PageId> evict(std::size_t num_pages) override;
  std::vector<PageId> reset() override;
  SizeInfo size_info() const override;
  Snapshot snapshot() const override;
  CacheStatistics statistics() const override { return statistics_; }

 private:
  struct Text {
    std::uint32_t name, cache_salt;
    std::vector<TokenId> tokens;  // [pages * P]
    std::vector<PageId> pages;
  };
  struct Use {
    std::size_t texts = 0, locks = 0;
  };
  CacheHandle longest(PrefixKey key) const;
  std::span<const PageId> pages_of(const CacheHandle& handle) const;
  const Text& text_of(const CacheHandle& handle) const;
  void shorten(Text& text, std::vector<PageId>& freed);

  std::size_t page_size_;  // [tokens]
  std::vector<Text> texts_;
  std::map<PageId, Use> uses_;   // of every cached page
  std::uint32_t last_name_ = 0;  // names are never used again, so a handle needs no generation
  CacheStatistics statistics_;
};

}  // namespace radixlab
