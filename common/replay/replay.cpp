#include "replay/replay.hpp"

#include <chrono>
#include <fmt/format.h>
#include <malloc.h>

#include "07-eviction/hit_rates.hpp"
#include "contract/snapshot.hpp"
#include "io/error.hpp"
#include "ladder.hpp"
#include "replay/random.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kUsualPage = 16;  // [tokens]

/// Writes the time since it was made, or since the last one that it wrote.
class Clock {
 public:
  void add_to(std::uint64_t& ns) {
    const auto now = std::chrono::steady_clock::now();
    ns += static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now - begin_).count());
    begin_ = now;
  }
  void restart() { begin_ = std::chrono::steady_clock::now(); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Figures and the rates that chapter 07 makes of them.
class Counter {
 public:
  explicit Counter(std::size_t page_size) : page_size_(page_size) {}

  ReplayFigures figures;

  void add(std::size_t prompt, std::size_t cached) {
    ++figures.requests;
    figures.requests_hit += cached > 0;
    figures.prompt_tokens += prompt;
    figures.cached_tokens += cached;
    if constexpr (kBuilt07) rates_.add(prompt, cached, page_size_);
  }
  ReplayFigures done() const {
    ReplayFigures all = figures;
    if constexpr (kBuilt07) {
      all.request_hit_rate = rates_.request_hit_rate();
      all.token_hit_rate = rates_.token_hit_rate();
      all.block_hit_rate = rates_.block_hit_rate();
    }
    return all;
  }

 private:
  std::size_t page_size_;
  HitRates rates_;
};

/// One manager through a trace.
class Replayer {
 public:
  Replayer(ReplayCache cache, std::size_t page_size, std::optional<std::size_t> num_pages)
      : cache_(std::move(cache)), page_size_(page_size), num_pages_(num_pages), total_(page_size) {}

  /// Returns how many tokens of its prompt were cached.
  std::size_t request(const TraceOp& op) {
    ReplayFigures spent;
    const std::size_t cached = serve(op, spent);
    count(op.prompt, cached, spent);
    cache_.manager->request_ended(op.key(), cached);
    return cached;
  }
  void look_up(const TraceOp& op) {
    ReplayFigures spent;
    Clock clock;
    copy_pages(cache_.manager->match_prefix(op.prompt_key()));
    clock.add_to(spent.lookup_ns);
    spent.lookups = 1;
    add(spent);
  }
  void mark(const std::string& label) { stages_.push_back({label, Counter(page_size_)}); }

  /// Every rule of the manager, and that no page is lost between two requests.
  void check_integrity() const {
    cache_.manager->check_integrity();
    const std::size_t free = cache_.source->free_count(), cached = cache_.manager->size_info().total_size();
    if (num_pages_ && free + cached != *num_pages_)
      throw IntegrityError(
          fmt::format("I4: {} free pages and {} cached are not the pool's {}", free, cached, *num_pages_));
  }

  const BaseCacheManager& manager() const { return *cache_.manager; }
  void write(ReplaySummary& summary) const {
    summary.total = total_.done();
    for (const auto& [label, counter] : stages_) summary.stages.push_back({label, counter.done()});
    summary.held_tokens = cache_.manager->size_info().total_size() * page_size_;
    summary.nodes = cache_.num_nodes();
  }

 private:
  std::size_t pages_for(std::size_t tokens) const { return (tokens + page_size_ - 1) / page_size_; }

  std::span<PageId> copy_pages(const CacheHandle& handle) {
    named_.resize(pages_for(handle.cached_len));
    cache_.manager->copy_pages(handle, named_);
    return named_;
  }

  // The desk's start and finish (chapter 01) for a request that looks up its last token too.
  std::size_t serve(const TraceOp& op, ReplayFigures& spent) {
    BaseCacheManager& manager = *cache_.manager;
    Clock clock;
    const CacheHandle hit = manager.match_prefix(op.prompt_key());
    const auto found = copy_pages(hit);
    CacheHandle held = hit;
    manager.lock_handle(held);
    clock.add_to(spent.match_ns);
    if (num_pages_ && pages_for(op.tokens.size()) > *num_pages_) {
      manager.unlock_handle(held);
      spent.too_long = 1;
      return hit.cached_len;
    }
    pages_.assign(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(hit.cached_len / page_size_));
    make_room(op, held, spent);
    clock.restart();
    take_rest(op.tokens.size());
    insert(op, held);
    clock.add_to(spent.insert_ns);
    return hit.cached_len;
  }

  // What a hit holds locked may be what the request needs: the page that it ends in. Then it goes on with whole pages, and if
  // that is not enough without a hit.
  void make_room(const TraceOp& op, CacheHandle& held, ReplayFigures& spent) {
    BaseCacheManager& manager = *cache_.manager;
    const auto let_go_for = [&](const CacheHandle& less) {
      manager.lock_handle(less);
      manager.unlock_handle(held);
      held = less;
      pages_.resize(less.cached_len / page_size_);
    };
    const auto missing = [&] {
      const std::size_t needed = pages_for(op.tokens.size()) - pages_.size(), free = cache_.source->free_count();
      return needed > free ? needed - free : 0;
    };
    const auto has_room = [&] { return missing() <= manager.size_info().evictable_size; };
    if (!has_room()) let_go_for(manager.whole_pages(held));
    if (!has_room()) let_go_for({});
    if (const std::size_t pages = missing(); pages > 0) {
      Clock clock;
      std::vector<PageId> victims = manager.evict(cache_.page_by_page ? 1 : pages);
      while (victims.size() < pages) {
        const std::vector<PageId> more = manager.evict(1);
        victims.insert(victims.end(), more.begin(), more.end());
      }
      clock.add_to(spent.evict_ns);
      cache_.source->give(victims);
      spent.evicted_tokens += victims.size() * page_size_;
    }
    if (held.cached_len % page_size_ > 0) let_go_for(manager.whole_pages(held));  // its part was copied
  }

  void take_rest(std::size_t tokens) {
    const std::size_t shared = pages_.size();
    pages_.resize(pages_for(tokens));
    cache_.source->take(std::span(pages_).subspan(shared));
  }

  // Publishes the request, and gives back what the cache did not take.
  void insert(const TraceOp& op, const CacheHandle& held) {
    BaseCacheManager& manager = *cache_.manager;
    const std::size_t shared = held.cached_len / page_size_;
    const CacheHandle kept = manager.insert_prefix(op.key(), pages_, held).handle;
    if (op.duration > 0 && cache_.keeps_priorities) manager.retain(kept, op.priority, op.duration);
    const auto named = copy_pages(kept);
    manager.unlock_handle(held);
    for (std::size_t i = shared; i < pages_.size(); ++i)
      if (i >= named.size() || named[i] != pages_[i]) cache_.source->give(pages_[i]);
  }

  static void add_times(ReplayFigures& to, const ReplayFigures& spent) {
    to.evicted_tokens += spent.evicted_tokens;
    to.too_long += spent.too_long;
    to.match_ns += spent.match_ns;
    to.insert_ns += spent.insert_ns;
    to.evict_ns += spent.evict_ns;
    to.lookups += spent.lookups;
    to.lookup_ns += spent.lookup_ns;
  }
  void add(const ReplayFigures& spent) {
    add_times(total_.figures, spent);
    if (!stages_.empty()) add_times(stages_.back().counter.figures, spent);
  }
  void count(std::size_t prompt, std::size_t cached, const ReplayFigures& spent) {
    total_.add(prompt, cached);
    if (!stages_.empty()) stages_.back().counter.add(prompt, cached);
    add(spent);
  }

  struct Stage {
    std::string label;
    Counter counter;
  };

  ReplayCache cache_;
  std::size_t page_size_;                 // [tokens]
  std::optional<std::size_t> num_pages_;  // none: unbounded
  Counter total_;
  std::vector<Stage> stages_;
  std::vector<PageId> pages_, named_;  // of a request; what a handle names. Kept for their memory
};

/// What is chosen by options, by the trace's head, or by reading the trace to its end.
struct Sizes {
  std::size_t page_size;                 // [tokens]
  std::optional<std::size_t> num_pages;  // none: unbounded, and not counted in advance
  std::size_t capacity;                  // [tokens]; 0: unbounded
};

Sizes choose_sizes(const Trace& trace, const ReplayOptions& o, const TraceOp& head) {
  Sizes sizes{o.page_size.value_or(head.page_size.value_or(kUsualPage)), {}, 0};
  const Capacity wanted = o.capacity.value_or(Capacity{.tokens = head.capacity.value_or(0)});
  const bool whole_texts = has_whole_texts(o.manager) && !o.page_size;
  const bool bounded = wanted.tokens > 0 || wanted.percent > 0;
  if (whole_texts) sizes.page_size = std::max<std::size_t>(scan_trace(trace, kUsualPage).longest, 1);
  if (wanted.percent > 0) {
    const std::size_t page = whole_texts ? kUsualPage : sizes.page_size;
    const std::size_t distinct = scan_trace(trace, page).distinct_pages * page;
    sizes.capacity = static_cast<std::size_t>(static_cast<double>(distinct) * wanted.percent / 100);
  } else {
    sizes.capacity = wanted.tokens;
  }
  if (bounded) {
    sizes.num_pages = sizes.capacity / sizes.page_size;
    if (sizes.num_pages == 0)
      throw InputError(fmt::format("--capacity: {} tokens are less than a page of {}", grouped(sizes.capacity),
                                   grouped(sizes.page_size)));
  } else if (needs_num_pages(o.manager)) {
    sizes.num_pages = scan_trace(trace, sizes.page_size).pages;
  }
  if (sizes.num_pages && *sizes.num_pages > UINT32_MAX)
    throw InputError(fmt::format("--capacity: {} pages are more than 2^32 - 1", grouped(*sizes.num_pages)));
  return sizes;
}

void check(const Replayer& replayer, const TraceOp& op) try {
  replayer.check_integrity();
} catch (const IntegrityError& broken) {
  throw IntegrityError("after request " + op.id + ": " + broken.what());
}

}  // namespace

ReplaySummary replay(const Trace& trace, const ReplayOptions& o, const ReplayWatch& watch) {
  const auto source = trace.open();
  TraceOp op, head;
  bool more = source->next(op);
  for (; more && op.kind == TraceOp::Kind::config; more = source->next(op)) {
    if (op.capacity) head.capacity = op.capacity;
    if (op.page_size) head.page_size = op.page_size;
  }
  if (!more) throw InputError(trace.name + ": holds no request");
  if (!head.page_size && !op.blocks.empty()) head.page_size = kHashBlock;
  const Sizes sizes = choose_sizes(trace, o, head);
  ReplaySummary summary{
      .manager = o.manager, .policy = o.policy, .page_size = sizes.page_size, .capacity = sizes.capacity};
  const std::size_t before = heap_bytes();
  Replayer replayer(make_replay_cache(o, sizes.page_size, sizes.num_pages, trace), sizes.page_size, sizes.num_pages);
  for (; more; more = source->next(op)) {
    if (op.kind == TraceOp::Kind::mark) replayer.mark(op.label);
    if (op.kind == TraceOp::Kind::match) replayer.look_up(op);
    if (op.kind == TraceOp::Kind::request) {
      const std::size_t cached = replayer.request(op);
      if (o.check) check(replayer, op);
      if (watch.request) watch.request(op, cached);
    }
    if (watch.progress) watch.progress(source->done(), source->total());
  }
  const std::size_t after = heap_bytes();
  replayer.write(summary);
  if (after > before && summary.held_tokens > 0)
    summary.bytes_per_cached_token = static_cast<double>(after - before) / static_cast<double>(summary.held_tokens);
  if (watch.at_end) watch.at_end(replayer.manager());
  return summary;
}

}  // namespace radixlab
