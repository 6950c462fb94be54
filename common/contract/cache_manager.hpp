/// \file
/// The contract that every cache manager of the course fulfils.
///
/// A manager remembers which pages of the KV pool hold which token prefixes. It never touches KV data: it is the
/// library's card index, the pool is the shelf. Text is counted in tokens, memory in pages of P tokens (P = 1 is
/// legal).
///
///   tokens  7 7 3 1 | 9 9 4 2 | 5 5        P = 4, cached_len = 10
///   pages     p12   |   p03   | p40        p12 and p03 are shared in place: cached_len / P whole pages.
///                                          Of p40, cached_len % P tokens are copied into a page of the asker's own.
///
/// A request's life:
///
///   match_prefix, copy_pages, lock_handle, [take pages, copy a part, keep whole_pages alone locked, compute, write KV],
///   insert_prefix, unlock_handle, request_ended
///
/// Invariants (check_integrity() and the tests name a broken one):
///
///   I3   a page is in exactly one place: free, held by one cached prefix, or private to one request. (In chapter 06 alone
///        a count says who still needs it: forked requests share a last page until one of them writes.)
///   I17  evictable_size + protected_size = pages cached
///   I19  a locked prefix is never evicted
///   I28  a handle whose place is gone is refused, never followed
///
/// Errors are exceptions that name the rule; a failed call changes nothing, also when memory runs out in it. Copying,
/// cutting to whole pages, locking and unlocking a good handle, and the end of a request, never fail: whoever cleans up
/// relies on it. One thread at a time, as a scheduler's loop calls it. std::invalid_argument is a caller's mistake that
/// no rule covers: a span of the wrong size. After seed 003. `CacheManager` (chapter 01) is not one of these: it is the
/// scheduler's desk that uses one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace radixlab {

using TokenId = std::int32_t;
using PageId = std::uint32_t;  ///< page p holds places pP .. pP+P-1 of the pool

/// What is looked up: tokens, and who may see them. Two salts share nothing (I11).
struct PrefixKey {
  std::span<const TokenId> tokens;
  std::uint32_t cache_salt = 0;  ///< a tenant's number, given out by the desk; never a hash

  PrefixKey(std::span<const TokenId> text, std::uint32_t salt = 0) : tokens(text), cache_salt(salt) {}
  PrefixKey(const std::vector<TokenId>& text, std::uint32_t salt = 0) : tokens(text), cache_salt(salt) {}
};

/// A place in a manager's structure: a plain value that locks nothing. The default is "nothing cached"; locking,
/// unlocking and copying it does nothing, on any manager. Seed 002's find() answers (prefix_len, slot, slot_ver) with
/// the same three.
struct CacheHandle {
  std::size_t cached_len = 0;    ///< [tokens]
  std::uint32_t node = 0;        ///< the manager's own name for the place: a row, an entry, a tree node
  std::uint32_t generation = 0;  ///< tells a reused name from the old one
  bool operator==(const CacheHandle&) const = default;
};

/// What lay in page `from` lies in page `to` now.
struct PageMove {
  PageId from = 0, to = 0;
};

struct InsertResult {
  std::size_t cached_len = 0;  ///< [tokens] that were cached before this call; all of them for naive, as in seed 003
  CacheHandle handle;  ///< what the manager now holds of `key`: lock it to go on (a chunk), or drop it (finished)
};

struct SizeInfo {
  std::size_t evictable_size = 0;  ///< [pages]
  std::size_t protected_size = 0;  ///< [pages]
  std::size_t total_size() const { return evictable_size + protected_size; }
  bool operator==(const SizeInfo&) const = default;
};

struct Snapshot;  // common/contract/snapshot.hpp: every node with its tokens, pages, locks and times

/// What every manager does; the comment of the file tells a request's life and who owns what.
class BaseCacheManager {
 public:
  virtual ~BaseCacheManager() = default;

  /// Longest cached prefix of `key` [n], in O(n) for the tree. May refresh recency and cut an edge; creates nothing,
  /// and sizes and later answers are the same with or without it (I9). Good until the next evict(), and longer while
  /// locked.
  virtual CacheHandle match_prefix(PrefixKey key) = 0;

  /// Writes the pages of tokens 0 .. cached_len-1 to `out` [ceil(cached_len / P)], in order.
  virtual void copy_pages(const CacheHandle& handle, std::span<PageId> out) const = 0;

  /// The handle of a hit's whole pages: cached_len / P of them. It is what a request goes on holding when the part of a
  /// last page has been copied into a page of its own. By default the handle itself, for managers that give whole pages
  /// only.
  virtual CacheHandle whole_pages(const CacheHandle& handle) const { return handle; }

  /// A prefix is protected while it, or a longer one, is locked. Locks are counted; unlocking what
  /// nobody locked throws (I18), and Story checks that each unlock has its own lock.
  virtual void lock_handle(const CacheHandle& handle) = 0;
  virtual void unlock_handle(const CacheHandle& handle) = 0;

  /// Publishes `key` [n], whose KV is written in `pages` [ceil(n / P)]. `from` is a live handle on a prefix of `key`:
  /// the walk resumes there. Afterwards copy_pages(result.handle) says which page holds each stretch, and so who owns
  /// what:
  ///
  ///   it names pages[i]          given: the manager holds it until evict() or reset() returns it
  ///   it names another page      someone published these tokens first: the caller goes on with theirs and frees its
  ///                              own (I21)
  ///   it says nothing of page i, the caller keeps it, and frees it when the request ends. So too for a last page that
  ///   or names another partly    is only partly filled: partly filled pages are copied, never shared.
  /// The caller may go on writing behind cached_len in a page that it has given.
  virtual InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) = 0;

  /// Forgets unlocked prefixes until at least `num_pages` pages are free, and returns those pages. evict(0) does
  /// nothing. Throws, with nothing changed, if fewer than `num_pages` are evictable (I25).
  virtual std::vector<PageId> evict(std::size_t num_pages) = 0;

  /// Soft priority of a prefix for `duration` ticks (chapter 07). Managers without priorities refuse it.
  virtual void retain(const CacheHandle&, std::int32_t /*priority*/, std::uint64_t /*duration*/) {
    throw std::logic_error("this manager keeps no priorities");
  }

  /// Pages were moved, all at once: what the manager holds under an old name it holds under the new one from now on.
  /// Names that it does not hold are passed over, so that one list serves the cache and the tables of live requests,
  /// which the caller rewrites. Throws (I31), with nothing changed, if two pages would get one name. Managers whose pages
  /// never move refuse it (chapter 06's compaction is its user).
  virtual void rename_pages(std::span<const PageMove> /*moves*/) {
    throw std::logic_error("this manager renames no pages");
  }

  /// A request is over, done or aborted: `key` [n] is its text as far as it was computed, and `found` tokens of it were
  /// cached when it began. No answer and no size changes by it; it is for who learns from it what to keep (chapter 05's
  /// policies), and a manager without memory for its notes goes without them. REQUIRES: found <= n.
  virtual void request_ended(PrefixKey /*key*/, std::size_t /*found*/) {}

  virtual std::vector<PageId>
  reset() = 0;  ///< Forgets everything, returns all pages; refused while a lock is held (I37).
  virtual SizeInfo size_info() const = 0;
  virtual Snapshot snapshot() const = 0;  ///< For pictures and for check_integrity().

  /// Throws IntegrityError with the first broken rule. Not virtual: one checker reads every manager's snapshot.
  void check_integrity() const;
};

}  // namespace radixlab
