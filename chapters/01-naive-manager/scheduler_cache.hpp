/// \file
/// Chapter 01, tasks 1.2-1.4: the scheduler's desk. It takes pages for a request, publishes what is computed, evicts
/// when the pool is dry. One code path for every manager. After seed 003's CacheManager.
///
///   start        match, lock, take pages        the prompt's KV has a place, and a part of it is there already. What was
///                                               copied is let go again
///   (compute)                                   the model writes KV and raises `computed`
///   chunk_done   insert, lock new, unlock old   others can hit what is computed; the request goes on with cached pages
///   grow         take pages                     room for tokens to come
///   finish       insert, unlock, give back,     the end of a request, whether done or aborted
///                say that it is over
///   fork         insert, lock again, copy       a second request goes on from the same text
///
/// Invariants:
///
///   I4   free pages + cached pages + private pages = the pool, after every call, also one that throws
///   I8   one token at least is left to compute: all but the last are looked up
///   I20  room is counted after the lock, which lowers what is evictable
///   I22  a running request holds locked the whole pages that it shares, or all of its handle where the last page is its own
///   I23  only written KV is published: tokens beyond `computed`, such as the last generated one, never are
#pragma once
#include "01-naive-manager/cache_salt.hpp"
#include "contract/kv_store.hpp"
#include "contract/page_source.hpp"

namespace radixlab {

/// The scheduler's note of one request. The caller appends to `tokens` and raises `computed`; the desk writes the rest.
struct Request {
  std::vector<TokenId> tokens;   ///< prompt, then what was generated
  std::uint32_t cache_salt = 0;  ///< from CacheManager::salt()
  std::size_t computed = 0;      ///< [tokens] whose KV is written: from the cache, then by the model
  std::vector<PageId> pages;     ///< its page table [ceil(tokens reserved / P)]; empty while it is not running
  CacheHandle handle;            ///< locked while it runs; may be shorter than `hit`, whose last part was copied
  std::size_t hit = 0;           ///< [tokens] that start() found
};

/// Owns nothing: manager, page source and KV store must outlive it. A call that throws changes nothing, and may be made
/// again.
class CacheManager {
 public:
  CacheManager(BaseCacheManager& cache, PageSource& source, KvStore& kv, std::size_t page_size);
  virtual ~CacheManager() = default;
  CacheManager(const CacheManager&) = delete;
  CacheManager& operator=(const CacheManager&) = delete;

  /// 1.2  Matches, locks and takes pages for the whole prompt. False, with nothing changed, if there is no room now.
  ///      Throws for an empty prompt and for a request that is running already.
  bool start(Request& r);

  /// 1.3  Room for `tokens` tokens in all, of a request that is running or that start() begins. False, with nothing
  ///      changed, if there is none now: finish, and queue again.
  bool grow(Request& r, std::size_t tokens);

  /// 1.4  Publishes what is computed so far and goes on with the cache's pages (seed 003's chunk case).
  void chunk_done(Request& r) { publish(r, false); }
  /// 1.4  Publishes what is computed, lets go of the rest and then tells the manager that the request is over. On one
  ///      that is not running it does nothing.
  void finish(Request& r);

  /// A running request with the text, the salt and the KV of `r`, which is running and goes on. What is computed is
  /// published; its whole pages are shared, the rest is copied. Nothing if there is no room for that now. O(tokens).
  virtual std::optional<Request> fork(Request& r);

  /// To be called before KV is written behind `r.computed`. False if there is no room now. Here a page has one owner, so
  /// that there is nothing to do; chapter 06's forks share their last pages until one of them writes.
  virtual bool make_writable(Request&) { return true; }

  /// Moves pages so that the free ones are neighbours, while these requests run: all that do. Returns how many were moved.
  /// Here pages stay where they are; chapter 06's move.
  virtual std::size_t compact(std::span<Request* const> /*running*/) { return 0; }

  /// Empties the cache. Throws (I37), with nothing changed, while a request is running.
  void reset();

  /// For Request::cache_salt: the number of these fields, of which empty ones have 0. Now and then it forgets those under
  /// which nothing is cached any more and for which nobody asked of late. O(log salts), and all in all O(1) snapshots for
  /// as many new salts as are held.
  std::uint32_t salt(std::span<const SaltField> fields);
  std::size_t num_salts() const { return salts_.size(); }  ///< that it remembers
  /// [pages] in which so many tokens lie.
  std::size_t pages_for(std::size_t tokens) const { return tokens / page_size_ + (tokens % page_size_ > 0); }

 protected:
  bool begin(Request& r, const CacheHandle& hit);                // 1.2: start, with this hit
  void publish(Request& r, bool finished);                       // 1.4
  void check_running(const Request& r) const;                    // throws if the caller's numbers do not fit
  void evict(std::size_t num_pages);                             // from the cache to the source
  void give_back(std::vector<PageId>& pages, std::size_t keep);  // all behind the first `keep`

  BaseCacheManager& cache_;
  PageSource& source_;
  KvStore& kv_;
  std::size_t page_size_;  // [tokens]
  SaltTable salts_;
};

}  // namespace radixlab
