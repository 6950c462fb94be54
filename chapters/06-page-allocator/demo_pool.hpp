/// \file
/// demo_06's pools: what a cell says of a page, on the terminal and in pictures; a desk and a pool without a model.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "06-page-allocator/paged_cache_manager.hpp"
#include "06-page-allocator/paged_radix_cache.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {

using PageTables = std::map<std::string, std::vector<PageId>>;  ///< by request

/// What is known of each page [max_pages]: "" (free), "A 1" (request A's, needed by one), "AB 2" (a fork's), "cache 0"
/// (the cache's, needed by nobody).
std::vector<std::string> page_cells(const PageAllocator& allocator, const PageTables& tables);

/// "| A 1 |cache 0|": the first `count` of them, or all.
std::string row_of_pages(const std::vector<std::string>& cells, std::size_t count = SIZE_MAX);
/// The same row with the pages' numbers, which stands above.
std::string row_of_numbers(std::size_t count);

std::string_view page_colour(const std::string& cell);        ///< for a picture
bool is_shared(const PageAllocator& allocator, PageId page);  ///< two requests or more need it

/// Chapter 06's desk, and a pool whose places say which prefix they hold.
struct PagedDesk {
  PagedDesk(std::size_t num_pages, std::size_t page_size)
      : allocator(std::make_shared<PageAllocator>(num_pages)),
        cache(allocator, {.page_size = page_size, .partial_hits = true}),
        kv(num_pages, page_size),
        desk(cache, *allocator, kv, page_size, *allocator) {}

  Request start(std::vector<TokenId> prompt);
  /// Computes all of `r` that is left. Throws IntegrityError if the request does not read its own keys and values then.
  void compute(Request& r);
  void append(Request& r, TokenId token);  ///< a place for a token more, which no other request needs, and computes it
  Request fork(Request& r);
  void serve(std::vector<TokenId> prompt);  ///< start, compute, finish
  void check(const Request& r) const { kv.check(std::span(r.tokens).first(r.computed), r.pages); }

  std::shared_ptr<PageAllocator> allocator;
  PagedRadixCache cache;
  FakeKv kv;
  PagedCacheManager desk;
};

}  // namespace radixlab
