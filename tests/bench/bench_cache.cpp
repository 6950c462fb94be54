// Cache operations: one of the eight workloads on chapter 05's manager, in the order in which a scheduler calls it, with its
// indices collected and its pages taken and given back. The first run is in a process whose heap is untouched, as in a
// server that has just started; the others find it warm.
//
// Beside it the floor: what no manager can leave out. Each matched token is compared and its index copied once, each new
// one is copied in. ./lab bench cache runs this as figures are taken, each workload in a process of its own.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <climits>
#include <fmt/format.h>
#include <fstream>
#include <malloc.h>
#include <unistd.h>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "apps/cli.hpp"
#include "apps/timing.hpp"
#include "io/atomic_file.hpp"
#include "io/error.hpp"
#include "io/json.hpp"
#include "replay/cache_workloads.hpp"
#include "storage/free_runs.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string workload = "a", json;
  std::size_t page_size = 1, rounds = 7;
  bool write = false;
};

struct Counts {
  std::size_t matched = 0, evicted = 0;  // [tokens], [pages]
  bool operator==(const Counts&) const = default;
};

/// A manager, its free pages, and the scheduler's part of a request's life.
class Cache {
 public:
  Cache(std::size_t num_pages, std::size_t page_size) : P(page_size), free_(num_pages), manager_({page_size}) {}

  void request(std::span<const TokenId> tokens) {
    const CacheHandle hit = manager_.match_prefix(tokens);
    const std::size_t known = hit.cached_len / P, needed = (tokens.size() + P - 1) / P;
    if (pages_.size() < needed) pages_.resize(needed);
    const std::span<PageId> pages = std::span(pages_).first(needed);
    manager_.copy_pages(hit, pages.first(known));
    manager_.lock_handle(hit);
    const std::size_t fresh = needed - known;
    if (fresh > free_.free_count()) evict(fresh - free_.free_count());
    free_.take(pages.subspan(known));
    manager_.insert_prefix(tokens, pages, hit);
    manager_.unlock_handle(hit);
    counts_.matched += hit.cached_len;
    if (tokens.size() % P) free_.give(pages.back());
  }
  std::size_t match(std::span<const TokenId> tokens) {
    const CacheHandle hit = manager_.match_prefix(tokens);
    manager_.copy_pages(hit, std::span(pages_).first(hit.cached_len / P));
    return hit.cached_len;
  }
  const Counts& counts() const { return counts_; }
  std::span<const PageId> pages() const { return pages_; }  // of the last request
  std::size_t cached() const { return manager_.size_info().total_size() * P; }

 private:
  void evict(std::size_t pages) {
    const std::vector<PageId> victims = manager_.evict(pages);
    counts_.evicted += victims.size();
    free_.give(victims);
  }

  std::size_t P;
  FreeRuns free_;
  RadixCacheManager manager_;
  std::vector<PageId> pages_;
  Counts counts_;
};

struct Run {
  double ms = 0;
  Counts counts;
  double bytes_per_token = 0;
  std::vector<double> match_us;  // of a full hit, at each stage of the probes
};

std::size_t num_pages(const CacheWorkload& w, std::size_t P) {
  return w.capacity > 0 ? w.capacity / P : w.tokens() / P + w.requests.size();
}

/// [bytes] of this process that lie in memory.
std::size_t resident_bytes() {
  std::size_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

Run run_once(const CacheWorkload& w, std::size_t P) {
  Run run;
  Cache cache(num_pages(w, P), P);
  const std::size_t before = resident_bytes();
  std::size_t done = 0;
  const auto go_on = [&](std::size_t to) {
    run.ms += milliseconds([&] {
      for (; done < to; ++done) cache.request(w.requests[done]);
    });
  };
  for (const CacheProbes& probes : w.probes) {
    go_on(probes.after);
    std::vector<double> times;
    for (const std::size_t request : probes.requests)
      times.push_back(1e3 * milliseconds([&] { cache.match(w.requests[request]); }));
    run.match_us.push_back(median(times));
  }
  go_on(w.requests.size());
  run.counts = cache.counts();
  run.bytes_per_token = static_cast<double>(resident_bytes() - before) / static_cast<double>(cache.cached());
  return run;
}

/// What must be done in any case, as a plan of copies: page i of a store of texts is place i.
class Floor {
 public:
  Floor(const CacheWorkload& w, std::size_t P) : workload_(w), P_(P) {
    Cache cache(num_pages(w, P), P);
    text_.resize(num_pages(w, P) * P);
    pages_.resize(num_pages(w, P));
    for (const auto& tokens : w.requests) {
      const std::size_t before = cache.counts().matched;
      cache.request(tokens);
      Plan& plan = plans_.emplace_back();
      plan.matched = (cache.counts().matched - before) / P;
      const auto pages = cache.pages().first(tokens.size() / P);
      for (std::size_t i = 0; i < pages.size(); ++i) {
        const bool goes_on = i > 0 && i != plan.matched && pages[i] == pages[i - 1] + 1;
        if (goes_on) ++plan.runs.back().size;
        if (!goes_on) plan.runs.push_back({pages[i], 1});
      }
      longest_ = std::max(longest_, pages.size());
    }
  }

  double run() {
    std::vector<PageId> out(longest_);
    bool equal = true;
    const double ms = milliseconds([&] {
      for (std::size_t i = 0; i < plans_.size(); ++i) {
        std::size_t at = 0;
        const TokenId* const tokens = workload_.requests[i].data();
        for (const auto& [first, size] : plans_[i].runs) {
          TokenId* const text = text_.data() + first * P_;
          if (at < plans_[i].matched) {
            equal &= get_match_len({text, size * P_}, {tokens + at * P_, size * P_}) == size * P_;
            std::copy_n(pages_.data() + first, size, out.data() + at);
          } else {
            std::copy_n(tokens + at * P_, size * P_, text);
            for (std::size_t page = 0; page < size; ++page) pages_[first + page] = static_cast<PageId>(first + page);
          }
          at += size;
        }
      }
    });
    if (!equal) throw CheckFailed("the floor's plan reads another text than was matched");
    return ms;
  }

 private:
  struct Piece {
    std::size_t first, size;  // [pages]
  };
  struct Plan {
    std::size_t matched = 0;  // [pages]
    std::vector<Piece> runs;
  };
  const CacheWorkload& workload_;
  std::size_t P_, longest_ = 0;
  std::vector<Plan> plans_;
  std::vector<TokenId> text_;
  std::vector<PageId> pages_;
};

void write_lines(const CacheWorkload& w) {
  fmt::print("{{\"op\":\"config\",\"name\":\"{}\",\"capacity\":{}}}\n", w.name, w.capacity);
  for (std::size_t i = 0; i < w.requests.size(); ++i)
    fmt::print("{{\"op\":\"request\",\"id\":{},\"tokens\":[{}]}}\n", i, fmt::join(w.requests[i], ","));
}

int run(const Options& o) {
  const auto made = make_cache_workload(o.workload.size() == 1 ? o.workload.front() : '?');
  if (!made) throw InputError("--workload " + quote(o.workload) + ": expected one of a, b, c, d, e, f, g, h");
  const CacheWorkload& w = *made;
  if (o.write) return write_lines(w), exit_fine;
  // What one run gives back the next finds again: that is what a warm heap is.
  mallopt(M_MMAP_THRESHOLD, INT_MAX);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  std::vector<Run> runs = {run_once(w, o.page_size)};
  Floor floor(w, o.page_size);
  std::vector<double> warm, floors;
  floor.run();
  for (std::size_t round = 1; round < o.rounds; ++round) {
    runs.push_back(run_once(w, o.page_size));
    if (runs.back().counts != runs.front().counts) throw CheckFailed("two runs matched or evicted differently");
    warm.push_back(runs.back().ms);
    floors.push_back(floor.run());
  }
  std::vector<double> matches(w.probes.size());
  for (std::size_t stage = 0; stage < matches.size(); ++stage)
    matches[stage] =
        std::ranges::min_element(runs, {}, [&](const Run& r) { return r.match_us[stage]; })->match_us[stage];
  const Json figures = {{"workload", o.workload},
                        {"page_size", o.page_size},
                        {"requests", w.requests.size()},
                        {"tokens", w.tokens()},
                        {"matched", runs.front().counts.matched},
                        {"evicted", runs.front().counts.evicted},
                        {"fresh_ms", runs.front().ms},
                        {"warm_ms", *std::ranges::min_element(warm)},
                        {"floor_ms", *std::ranges::min_element(floors)},
                        {"match_us", matches},
                        {"bytes_per_token", runs.front().bytes_per_token},
                        {"compiler", RADIXLAB_COMPILER}};
  fmt::print("{}\n", figures.dump());
  if (!o.json.empty()) write_file(o.json, figures.dump() + "\n");
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options o;
  return radixlab::run_program(
      "bench_cache", argc, argv,
      [&](CLI::App& app) {
        app.description("Times chapter 05's manager on one of eight workloads, beside what no manager can leave out.");
        app.add_option("--workload", o.workload, "a to h")->capture_default_str();
        app.add_option("--page-size", o.page_size, "Tokens of a page")
            ->check(CLI::Range(1, 4096))
            ->capture_default_str();
        app.add_option("--rounds", o.rounds, "Runs, the first with a fresh heap")
            ->check(CLI::Range(2, 1000))
            ->capture_default_str();
        app.add_option("--json", o.json, "Writes the figures to this file");
        app.add_flag("--write", o.write, "Writes the workload as JSON lines, for another program, and times nothing");
        app.footer("Example: taskset -c 1 bench_cache --workload b");
      },
      [&] { return radixlab::run(o); });
}
