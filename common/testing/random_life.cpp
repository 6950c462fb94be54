#include "testing/random_life.hpp"

#include <algorithm>
#include <random>
#include <unordered_map>

#include "01-naive-manager/scheduler_cache.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

class Life {
 public:
  Life(Story& cache, PageSource& source, const LifeOptions& options)
      : options_(options),
        cache_(cache),
        kv_(options.num_pages, cache.page_size()),
        source_(source, [this](PageId page) { kv_.poison(page); }),
        desk_(set_up_desk(options.make_desk, cache, source_, kv_, cache.page_size())),
        rng_(options.seed) {}

  LifeCounts run() {
    for (Snapshot before = cache_.snapshot(); counts_.steps < options_.steps; ++counts_.steps) {
      step();
      Snapshot after = cache_.snapshot();
      check(after);
      count_changes(before, after);
      before = std::move(after);
    }
    while (!live_.empty()) finish(live_.size() - 1);
    if (cache_.size_info().protected_size > 0) throw IntegrityError("I18: locks are left when all requests are done");
    desk_->reset();
    check(cache_.snapshot());
    if (source_.free_count() != options_.num_pages)
      throw IntegrityError("I4: " + std::to_string(source_.free_count()) + " pages are free after reset, expected all");
    counts_.copied = kv_.copied_tokens();
    return counts_;
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(rng_() % n); }  // the same on every machine
  bool one_in(std::size_t n) { return below(n) == 0; }

  // Each call that may fail in its middle goes through here.
  void attempt(const std::function<void()>& call) {
    if (options_.attempt)
      options_.attempt(call, [this] { check(cache_.snapshot()); });
    else
      call();
  }

  void step() {
    const std::size_t what = below(20);
    if (what == 0)
      try_old_handles();
    else if (what == 1)
      look_up();
    else if (what == 2 && one_in(4))
      squeeze();
    else if (what == 3 && one_in(8))
      reset();
    else if (what == 4 && !live_.empty() && live_.size() < options_.max_live)
      fork(below(live_.size()));
    else if (what == 5 && options_.owners && one_in(2))
      compact();
    else if (what == 5 && renames_)
      move_pages();
    else if (live_.empty() || (live_.size() < options_.max_live && what < 12))
      start();
    else
      go_on(below(live_.size()));
  }

  // A prompt: new, or the beginning of one that lives or lived, often with something new behind it.
  Request prompt() {
    Request r;
    const std::string tenant = std::to_string(below(options_.tenants + 1));
    const SaltField field{'t', tenant};
    r.cache_salt = desk_->salt(std::span(&field, tenant == "0" ? 0 : 1));
    if (!past_.empty() && !one_in(4)) {
      const Request& like = live_.empty() || one_in(3) ? past_[below(past_.size())] : live_[below(live_.size())];
      r.tokens = like.tokens;
      if (!one_in(4)) r.cache_salt = like.cache_salt;  // else it differs in the salt alone
      if (one_in(3)) return r;                         // a twin, if `like` is alive
      r.tokens.resize(1 + below(r.tokens.size()));
    }
    const std::size_t length = std::min(options_.max_tokens, r.tokens.size() + 1 + below(options_.max_tokens));
    while (r.tokens.size() < length) r.tokens.push_back(static_cast<TokenId>(below(options_.alphabet)));
    return r;
  }

  void start() {
    Request r = prompt();
    const bool twin = std::ranges::any_of(
        live_, [&](const Request& o) { return o.tokens == r.tokens && o.cache_salt == r.cache_salt; });
    bool started = false;
    attempt([&] { started = desk_->start(r); });
    if (!started) {
      ++counts_.refused;
      if (!r.pages.empty() || r.handle != CacheHandle{}) throw IntegrityError("I4: a refused start kept something");
      return;
    }
    if (r.hit >= r.tokens.size()) throw IntegrityError("I8: a start left no token to compute");
    ++counts_.requests;
    counts_.twins += twin;
    counts_.reused += r.hit;
    kv_.check(computed(r), r.pages);
    past_.push_back(r);
    if (past_.size() > 12) past_.erase(past_.begin());
    live_.push_back(std::move(r));
  }

  void fork(std::size_t i) {
    std::optional<Request> twin;
    attempt([&] { twin = desk_->fork(live_[i]); });
    if (!twin) return;
    ++counts_.forks;
    kv_.check(computed(*twin), twin->pages);
    live_.push_back(std::move(*twin));
  }

  // Some pages move to free places, as a compaction moves them: cached ones and private ones.
  void move_pages() {
    std::vector<PageMove> moves;
    for (std::size_t from = below(3); from < options_.num_pages; from += 1 + below(6)) {
      const PageId page = static_cast<PageId>(from);
      const auto holds = [&](const Request& r) { return std::ranges::count(r.pages, page) > 0; };
      if (!cache_.mirror().find(page) && std::ranges::none_of(live_, holds)) continue;
      const std::optional<PageId> free = source_.take();
      if (!free) break;
      kv_.copy_kv(page, *free, cache_.page_size());
      moves.push_back({page, *free});
    }
    between_ = moves.size();
    try {
      attempt([&] { cache_.rename_pages(moves); });
    } catch (const IntegrityError&) {
      throw;
    } catch (const std::logic_error&) {  // most managers refuse
      renames_ = false;
    }
    counts_.renamed += renames_ ? moves.size() : 0;
    between_ = 0;
    for (const auto& [from, to] : moves) {
      for (Request& r : live_)
        if (renames_) std::ranges::replace(r.pages, from, to);
      source_.give(renames_ ? from : to);
    }
  }

  void compact() {
    std::vector<Request*> running;
    for (Request& r : live_) running.push_back(&r);
    std::size_t moved = 0;
    attempt([&] { moved = desk_->compact(running); });
    if (moved == 0) return;
    counts_.renamed += moved;
    std::vector<PageId> free(source_.free_count());
    for (PageId& page : free) page = source_.take().value();
    for (const PageId page : free) {
      if (page < options_.num_pages - free.size())
        throw IntegrityError("I31: page " + std::to_string(page) +
                             " is free after a compaction, but a later one is in use");
      source_.give(page);
    }
  }

  void go_on(std::size_t i) {
    Request& r = live_[i];
    if (one_in(12)) {
      ++counts_.aborts;
      return finish(i);
    }
    bool writable = false;
    const std::vector<PageId> before = r.pages;
    attempt([&] { writable = desk_->make_writable(r); });
    if (!writable) return finish(i);
    counts_.unshared += r.pages != before;
    const std::size_t begin = r.computed;
    r.computed = one_in(3) ? r.tokens.size() : std::min(r.tokens.size(), begin + 1 + below(cache_.page_size() + 3));
    kv_.write(computed(r), r.pages, begin);
    kv_.check(computed(r), r.pages);  // attention reads all of it
    if (r.computed < r.tokens.size()) {
      if (!one_in(4)) attempt([&] { desk_->chunk_done(r); });
      return;
    }
    bool goes_on = !one_in(3) && r.tokens.size() < options_.max_length;
    if (goes_on) attempt([&] { goes_on = desk_->grow(r, r.tokens.size() + 1); });
    if (!goes_on) return finish(i);
    r.tokens.push_back(static_cast<TokenId>(below(options_.alphabet)));  // generated: it has no KV yet (I23)
  }

  void finish(std::size_t i) {
    old_.push_back(live_[i].handle);
    attempt([&] { desk_->finish(live_[i]); });
    live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(i));
  }

  void look_up() {
    const Request r = prompt();
    CacheHandle found;
    attempt([&] { found = cache_.match_prefix({r.tokens, r.cache_salt}); });
    old_.push_back(found);
  }

  // Story says whether a handle had to be refused (I28), or must not have been (I15).
  void try_old_handles() {
    for (const CacheHandle& handle : old_) {
      std::vector<PageId> pages(desk_->pages_for(handle.cached_len));
      try {
        cache_.copy_pages(handle, pages);
        cache_.lock_handle(handle);
      } catch (const IntegrityError&) {
        throw;
      } catch (const std::logic_error&) {
        ++counts_.stale;
        continue;
      }
      cache_.unlock_handle(handle);
    }
    old_.clear();
  }

  void squeeze() {
    const std::size_t num_pages = below(cache_.size_info().evictable_size + 1);
    std::vector<PageId> freed;
    attempt([&] { freed = cache_.evict(num_pages); });
    for (const PageId page : freed) source_.give(page);
  }

  void reset() {
    const bool locked = cache_.size_info().protected_size > 0;
    try {
      attempt([&] { desk_->reset(); });
    } catch (const IntegrityError&) {
      throw;
    } catch (const std::logic_error&) {
      if (!locked) throw;
    }
  }

  static PrefixKey computed(const Request& r) { return {std::span(r.tokens).first(r.computed), r.cache_salt}; }

  void count_changes(const Snapshot& before, const Snapshot& after) {
    std::unordered_map<std::uint32_t, std::size_t> length;
    std::vector<bool> held(options_.num_pages);
    for (const NodeView& n : after.nodes) {
      length[n.id] = n.tokens.size();
      for (const PageId page : n.pages) held[page] = true;
    }
    for (const NodeView& n : before.nodes) {
      const auto gone = std::ranges::count_if(n.pages, [&](PageId page) { return !held[page]; });
      counts_.evicted += static_cast<std::size_t>(gone) * cache_.page_size();
      counts_.splits += gone == 0 && length.contains(n.id) && length[n.id] < n.tokens.size();
    }
  }

  // `shot` is the manager as it is now: taken once a step, for all who look.
  void check(const Snapshot& shot) {
    cache_.check_state(shot);
    std::vector<std::size_t> tables(options_.num_pages);
    std::size_t private_pages = between_;
    for (const Request& r : live_)
      for (const PageId page : r.pages)
        if (!cache_.mirror().find(page) && ++tables.at(page) == 1) ++private_pages;
    check_owners(shot, tables);
    const std::size_t cached = cache_.mirror().pages().size();
    if (source_.free_count() + cached + private_pages != options_.num_pages)
      throw IntegrityError("I4: " + std::to_string(source_.free_count()) + " free + " + std::to_string(cached) +
                           " cached + " + std::to_string(private_pages) + " private pages, expected " +
                           std::to_string(options_.num_pages));
    check_cached_kv(shot);
    for (const Request& r : live_) kv_.check(computed(r), r.pages);
  }

  // `tables`: in how many a page stands that is not cached.
  void check_owners(const Snapshot& shot, const std::vector<std::size_t>& tables) {
    const auto expect = [&](PageId page, std::size_t expected, const char* rule) {
      if (const std::size_t found = options_.owners(page); found != expected)
        throw IntegrityError(std::string(rule) + ": page " + std::to_string(page) + " is counted for " +
                             std::to_string(found) + " requests, expected " + std::to_string(expected));
    };
    for (PageId page = 0; page < tables.size(); ++page) {
      if (options_.owners && tables[page] > 0) expect(page, tables[page], "I3");
      if (!options_.owners && tables[page] > 1)
        throw IntegrityError("I3: page " + std::to_string(page) + " is private to two requests");
    }
    if (!options_.owners) return;
    for (const NodeView& n : shot.nodes)
      for (const PageId page : n.pages) expect(page, n.use.ref_count, "I16");
  }

  void check_cached_kv(const Snapshot& shot) {
    std::unordered_map<std::uint32_t, std::pair<std::vector<TokenId>, std::vector<PageId>>> paths;
    for (const NodeView& n : shot.nodes) {
      auto path = n.parent ? paths.at(n.parent) : std::pair<std::vector<TokenId>, std::vector<PageId>>{};
      path.first.insert(path.first.end(), n.tokens.begin(), n.tokens.end());
      path.second.insert(path.second.end(), n.pages.begin(), n.pages.end());
      kv_.check({path.first, n.cache_salt}, path.second);
      paths[n.id] = std::move(path);
    }
  }

  LifeOptions options_;
  Story& cache_;
  FakeKv kv_;
  OnGive source_;
  std::unique_ptr<CacheManager> desk_;
  std::mt19937_64 rng_;
  std::vector<Request> live_, past_;
  std::vector<CacheHandle> old_;
  bool renames_ = true;      // until the manager refuses
  std::size_t between_ = 0;  // pages that are taken for a move, and nobody's yet
  LifeCounts counts_;
};

}  // namespace

LifeCounts& LifeCounts::operator+=(const LifeCounts& other) {
  steps += other.steps, requests += other.requests, reused += other.reused, evicted += other.evicted,
      copied += other.copied;
  splits += other.splits, twins += other.twins, aborts += other.aborts, refused += other.refused, stale += other.stale;
  forks += other.forks, renamed += other.renamed, unshared += other.unshared;
  return *this;
}

LifeCounts random_life(Story& cache, PageSource& source, const LifeOptions& options) {
  return Life(cache, source, options).run();
}

}  // namespace radixlab
