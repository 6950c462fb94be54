/// \file
/// Chapter 01, task 1.5: managers by name. The names are the rows of a table (`chapters/ladder.hpp` for the whole
/// course).
#pragma once
#include <functional>
#include <memory>
#include <string_view>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "01-naive-manager/scheduler_cache.hpp"
#include "testing/story.hpp"

namespace radixlab {

struct CacheOptions {
  std::size_t page_size = 1;  ///< [tokens]
  std::size_t num_pages = 64;
  bool watch = false;            ///< wrap the manager in a Story; unwatched calls cost nothing
  std::string_view policy = {};  ///< who goes first, by name; empty: the row's own. For rows that have several
};

/// A desk over a manager, its page source and the pool; all must outlive it.
using MakeDesk =
    std::function<std::unique_ptr<CacheManager>(BaseCacheManager&, PageSource&, KvStore&, std::size_t page_size)>;

/// The desk that `make` makes; without one, tasks 1.2 to 1.4.
inline std::unique_ptr<CacheManager> set_up_desk(const MakeDesk& make, BaseCacheManager& cache, PageSource& source,
                                                 KvStore& kv, std::size_t page_size) {
  return make ? make(cache, source, kv, page_size) : std::make_unique<CacheManager>(cache, source, kv, page_size);
}

/// A pool of pages under a manager: who caches them, and who has those that are free.
struct ManagedPool {
  std::unique_ptr<BaseCacheManager> manager;
  std::shared_ptr<PageSource> source;  ///< shared: chapter 06's manager counts in it who needs a page
  Story* story = nullptr;              ///< the manager itself, where it was asked to be watched
  MakeDesk make_desk = {};             ///< none: tasks 1.2 to 1.4 are its desk (chapter 06's forks share a page)
  std::function<std::size_t(PageId)> owners = {};  ///< requests that need a page, where they are counted (chapter 06)
};

/// What serves a row's requests: one at a time, or in a batch (chapter 08).
enum class Runner { single, batch };

/// A row of the ladder: one chapter's way to find a prefix. What it lists, the ladder runs at: each value of an axis
/// with each of the others. Tests of the contract ask each policy at one page size.
struct Stage {
  const char* chapter;                         ///< "05"
  const char* name;                            ///< as create_cache_manager knows it
  const char* finds_by;                        ///< in a few words, for the chapter table
  const char* saves;                           ///< as above
  ManagedPool (*make)(const CacheOptions&);    ///< nullptr: not built or not released yet
  std::vector<std::size_t> page_sizes;         ///< [tokens] what tests and sweeps of this row run at
  bool partial_hits = false;                   ///< a hit may end inside a page
  bool whole_texts = false;                    ///< a page is a row, which holds one whole text (chapter 04)
  std::vector<const char*> policies = {""};    ///< for CacheOptions::policy (chapter 07)
  std::vector<const char*> devices = {"cpu"};  ///< by name (chapter 09)
  Runner runner = Runner::single;
};

/// 1.5  The manager of the stage called `type`. Throws std::invalid_argument: for an unknown name with the names that
///      there are ("naive, lcp"), for a stage without `make` with the lab that builds it ("built in lab 02"). Where such a
///      stage saves "nothing", no lab ever does: "a row without a manager: " and what it finds a prefix by.
ManagedPool create_cache_manager(std::span<const Stage> stages, std::string_view type, const CacheOptions& options);

}  // namespace radixlab
