/// \file
/// Random request lives: what a busy scheduler does to a manager in a year, in a second, with every rule checked on the
/// way.
///
/// Requests start, compute in chunks, publish, generate, finish early, are aborted; some are twins (two live ones with
/// equal tokens and salt) or forks, some differ in the salt alone; the pool is so small that evictions happen all the time;
/// handles that are long gone are tried again. After every step: check_integrity(), mirror == snapshot (I36, I16), I4,
/// and the KV behind every cached and every private page (I10, I23, I33).
#pragma once
#include "01-naive-manager/factory.hpp"

namespace radixlab {

struct LifeOptions {
  std::uint64_t seed = 1;
  std::size_t num_pages = 24;  ///< of the source: all of them, free
  std::size_t steps = 300;
  std::size_t max_tokens = 24;        ///< of a prompt
  std::size_t max_length = SIZE_MAX;  ///< [tokens] at which a request is done, whatever it would still generate
  std::size_t alphabet = 3;           ///< different tokens: few, so that prompts meet
  std::size_t max_live = 6;           ///< requests that run at a time
  std::size_t tenants = 2;            ///< salts, besides none
  MakeDesk make_desk = {};            ///< as ManagedPool's
  /// As ManagedPool's: the count of a cached page must be its node's, that of another page the number of tables that it stands
  /// in. None: a page that is not cached has one owner.
  std::function<std::size_t(PageId)> owners = {};
  /// Makes a call of the desk or the manager; by default once. May make it again after a failure that changed nothing:
  /// `check` throws if it did.
  std::function<void(const std::function<void()>& call, const std::function<void()>& check)> attempt = {};
};

struct LifeCounts {
  std::size_t steps = 0, requests = 0;
  std::size_t reused = 0, evicted = 0, copied = 0;  ///< [tokens]
  std::size_t splits = 0;                           ///< edges cut, by difference of snapshots
  std::size_t twins = 0, aborts = 0, refused = 0;   ///< requests: started beside an equal one, aborted, no room
  std::size_t forks = 0, renamed = 0;               ///< requests forked; pages that were moved and renamed
  std::size_t unshared = 0;                         ///< pages that forks shared until one of them wrote
  std::size_t stale = 0;                            ///< handles refused because their place was gone
  LifeCounts& operator+=(const LifeCounts& other);
};

/// Lives one life; the same seed gives the same life. `cache` and `source` are fresh, and empty again afterwards.
/// Throws what breaks: IntegrityError with the rule's name, or the manager's own exception. `cache.text()` is then the
/// story.
LifeCounts random_life(Story& cache, PageSource& source, const LifeOptions& options);

}  // namespace radixlab
