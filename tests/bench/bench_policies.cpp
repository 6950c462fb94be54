// Token hit rates of eviction policies: one trace, some capacities, chapter 05's manager. ./lab bench policies runs it on
// all traces. Conversations are traces of blocks: there a page is a block, and a token stands for all of its 512. The eight
// workloads are texts, on pages of 16 tokens.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <map>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "07-eviction/clairvoyant.hpp"
#include "07-eviction/hit_rates.hpp"
#include "07-eviction/policies.hpp"
#include "apps/cli.hpp"
#include "apps/timing.hpp"
#include "io/error.hpp"
#include "io/json.hpp"
#include "replay/cache_workloads.hpp"
#include "replay/generate_conversations.hpp"
#include "storage/free_runs.hpp"
#include "storage/page_hashes.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string kind, workload;
  std::uint64_t seed = 11;
  std::vector<std::size_t> capacities, percents;  // [blocks], [% of unique tokens]
  std::vector<std::string> policies = {"lru", "lfu", "slru", "return-rate", "clairvoyant"};
  bool check = false;
};

struct Trace {
  std::string name;
  std::size_t page_size;
  std::vector<std::vector<TokenId>> requests;
  std::size_t longest = 0, unique = 0;  // [pages]
  double infinite = 0;                  // token hit rate of a cache that never evicts
  std::shared_ptr<NextUses> uses = std::make_shared<NextUses>();
};

/// Whole blocks alone: the ragged one at a request's end is in no cache of whole pages.
Trace conversation_trace(const Options& o) {
  Trace trace{fmt::format("{}:{}", o.kind, o.seed), 1, {}};
  for (const ConversationRequest& request : conversations(o.kind, o.seed)) {
    std::vector<TokenId>& tokens = trace.requests.emplace_back();
    for (const std::uint64_t block : std::span(request.blocks).first(request.blocks.size() - 1))
      tokens.push_back(static_cast<TokenId>(block));
  }
  return trace;
}

Trace workload_trace(const Options& o) {
  constexpr std::size_t kMostTokens = 2'000'000;  // of g, which grows to 10 million
  auto made = o.workload.size() == 1 ? make_cache_workload(o.workload.front()) : std::nullopt;
  if (!made) throw InputError("--workload " + quote(o.workload) + ": expected one of a, b, c, d, e, f, g, h");
  Trace trace{o.workload, 16, std::move(made->requests)};
  std::size_t tokens = 0;
  for (std::size_t i = 0; o.workload == "g" && i < trace.requests.size(); ++i)
    if ((tokens += trace.requests[i].size()) > kMostTokens) trace.requests.resize(i);
  return trace;
}

Trace read_through(Trace trace) {
  InfiniteCache infinite(trace.page_size);
  HitRates rates;
  for (const auto& tokens : trace.requests) {
    rates.add(tokens.size(), infinite.request(tokens), trace.page_size);
    trace.uses->add(page_hashes(tokens, trace.page_size));
    trace.longest = std::max(trace.longest, tokens.size() / trace.page_size + 1);
  }
  trace.unique = infinite.num_pages();
  trace.infinite = rates.token_hit_rate();
  return trace;
}

std::shared_ptr<EvictionPolicy> make_policy(const std::string& name, const Trace& trace) {
  if (name == "clairvoyant") return std::make_shared<ClairvoyantPolicy>(trace.uses);
  return create_eviction_policy(name);
}

struct Run {
  double rate = 0, us = 0;  // token hit rate; time a request
};

Run run(const Trace& trace, std::size_t capacity, const std::string& policy) {
  const std::size_t P = trace.page_size;
  FreeRuns free(capacity);
  RadixCacheManager manager({.page_size = P, .policy = make_policy(policy, trace), .unit = EvictionUnit::tail});
  HitRates rates;
  std::vector<PageId> pages(trace.longest);
  const bool page_by_page =
      policy == "clairvoyant";  // of a leaf's tail only the last page may be useless, and it knows that
  const auto request = [&](std::span<const TokenId> tokens) {
    const CacheHandle hit = manager.match_prefix(tokens);
    const std::span<PageId> all = std::span(pages).first((tokens.size() + P - 1) / P);
    const std::span<PageId> fresh = all.subspan(hit.cached_len / P);
    manager.copy_pages(hit, all.first(hit.cached_len / P));
    manager.lock_handle(hit);
    while (fresh.size() > free.free_count())
      free.give(manager.evict(page_by_page ? 1 : fresh.size() - free.free_count()));
    free.take(fresh);
    manager.insert_prefix(tokens, all, hit);
    manager.unlock_handle(hit);
    manager.request_ended(tokens, hit.cached_len);
    if (tokens.size() % P) free.give(all.back());
    rates.add(tokens.size(), hit.cached_len, P);
  };
  const double ms = milliseconds([&] {
    for (const auto& tokens : trace.requests) request(tokens);
  });
  return {rates.token_hit_rate(), 1e3 * ms / static_cast<double>(trace.requests.size())};
}

/// What ./lab bench policies promises, on one trace.
void check(const std::map<std::string, double>& rate, std::size_t capacity) {
  const double lru = rate.at("lru"), ours = rate.at("return-rate"), most = rate.at("clairvoyant");
  if (ours < lru + .1 * (most - lru))
    throw CheckFailed(
        fmt::format("return-rate at {} pages: {:.4f}, expected a tenth of the way from lru, {:.4f}, to "
                    "clairvoyant, {:.4f}",
                    capacity, ours, lru, most));
}

int bench(const Options& o) {
  if (o.kind.empty() == o.workload.empty()) throw InputError("expected one of --kind and --workload");
  const Trace trace = read_through(o.kind.empty() ? workload_trace(o) : conversation_trace(o));
  std::vector<std::size_t> capacities = o.capacities;
  for (const std::size_t percent : o.percents)
    capacities.push_back(std::max(trace.longest, trace.unique * percent / 100));
  Json rows = Json::array();
  for (const std::size_t capacity : capacities) {
    if (capacity < trace.longest)
      throw InputError(fmt::format("capacity {}: the longest request has {} pages", capacity, trace.longest));
    std::map<std::string, double> rate, us;
    for (const std::string& policy : o.policies) {
      const Run one = run(trace, capacity, policy);
      rate[policy] = one.rate, us[policy] = one.us;
    }
    if (o.check) check(rate, capacity);
    rows.push_back({{"capacity", capacity}, {"rates", rate}, {"us", us}});
  }
  const Json figures = {{"trace", trace.name},    {"requests", trace.requests.size()}, {"page_size", trace.page_size},
                        {"unique", trace.unique}, {"infinite", trace.infinite},        {"compiler", RADIXLAB_COMPILER},
                        {"rows", std::move(rows)}};
  fmt::print("{}\n", figures.dump());
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options o;
  return radixlab::run_program(
      "bench_policies", argc, argv,
      [&](CLI::App& app) {
        app.description("Token hit rates of eviction policies on one trace, as a line of JSON.");
        app.footer(
            "Example: bench_policies --kind chat --seed 11 --capacity 1000,3000 --policies "
            "lru,return-rate,clairvoyant");
        app.add_option("--kind", o.kind, "conversations of this kind: chat, mix, drift, agent, api, flip, flop");
        app.add_option("--seed", o.seed, "of the conversations")->capture_default_str();
        app.add_option("--workload", o.workload, "or a workload, a to h (g: its first 2 million tokens)");
        app.add_option("--capacity", o.capacities, "in pages; several are allowed")->delimiter(',');
        app.add_option("--percent", o.percents, "capacities in percent of the trace's different pages")->delimiter(',');
        app.add_option("--policies", o.policies, "of chapter 07, and clairvoyant")->delimiter(',');
        app.add_flag("--check", o.check,
                     "exit code 1 if return-rate closes less than a tenth of lru's gap to clairvoyant");
      },
      [&] { return radixlab::bench(o); });
}
