// The runner on workloads: against brute force, against the clairvoyant policy, twice, and with every rule checked everywhere.
#include <gmock/gmock.h>
#include <map>

#include "07-eviction/hit_rates.hpp"
#include "replay/trace_writer.hpp"
#include "storage/page_hashes.hpp"
#include "testing/short_form.hpp"
#include "testing/temporary_folder.hpp"
#include "traces.hpp"

namespace radixlab {
namespace {

constexpr const char* kSmall[] = {
    "shared-system-prompt", "multi-turn-chat", "few-shot-tree", "rag", "short-prompts", "f", "d"};

TEST(ReplayRates, WithoutALimitTheyAreTheInfiniteCaches) {
  for (const char* name : kSmall)
    for (const std::size_t page_size : {1, 3, 16}) {
      const Trace trace = first_requests(generate_trace(name), 100);
      InfiniteCache infinite(page_size);
      std::size_t cached = 0;
      for (const TraceOp& op : all_ops(trace))
        if (op.kind == TraceOp::Kind::request) cached += infinite.request(op.key());
      for (const char* manager : {"radix", "hash"})
        EXPECT_EQ(
            replay(trace, {.manager = manager, .page_size = page_size, .capacity = Capacity{}}).total.cached_tokens,
            cached)
            << name << ", " << manager << ", pages of " << page_size;
    }
}

/// Pages one by one: of those that no other page stands behind and that the running request does not need, the one that was used
/// least recently goes.
class PagesByBruteForce {
 public:
  PagesByBruteForce(std::size_t page_size, std::size_t capacity) : page_size_(page_size), capacity_(capacity) {}

  std::size_t request(const TraceOp& op) {
    ++now_;
    const auto names = page_hashes(op.key(), page_size_);
    std::size_t found = 0;
    while (found < names.size() && pages_.contains(names[found])) pages_[names[found++]].used = now_;
    const std::size_t needed = (op.tokens.size() + page_size_ - 1) / page_size_;
    if (needed > capacity_) return found * page_size_;
    while (pages_.size() - found + needed > capacity_) forget_one();
    for (std::size_t i = found; i < names.size(); ++i) {
      pages_[names[i]] = {now_, i > 0 ? names[i - 1] : 0, 0};
      if (i > 0) ++pages_[names[i - 1]].behind;
    }
    return found * page_size_;
  }

 private:
  struct Page {
    std::uint64_t used = 0, before = 0;
    std::size_t behind = 0;
  };
  void forget_one() {
    auto victim = pages_.end();
    for (auto page = pages_.begin(); page != pages_.end(); ++page)
      if (page->second.behind == 0 && page->second.used < now_ &&
          (victim == pages_.end() || page->second.used < victim->second.used))
        victim = page;
    if (const auto before = pages_.find(victim->second.before); before != pages_.end()) --before->second.behind;
    pages_.erase(victim);
  }
  std::map<std::uint64_t, Page> pages_;  // by name
  std::size_t page_size_, capacity_;
  std::uint64_t now_ = 0;
};

TEST(ReplayRates, TailsByLruAreThoseOfPagesOneByOne) {
  for (const char* name : kSmall)
    for (const double percent : {10, 30, 70}) {
      const Trace trace = first_requests(generate_trace(name), 150);
      std::vector<std::size_t> wanted, got;
      const ReplaySummary s = replay(trace, {.tail = true, .page_size = 16, .capacity = Capacity{.percent = percent}},
                                     {.request = [&](const TraceOp&, std::size_t cached) { got.push_back(cached); }});
      PagesByBruteForce pages(16, s.capacity / 16);
      for (const TraceOp& op : all_ops(trace))
        if (op.kind == TraceOp::Kind::request) wanted.push_back(pages.request(op));
      EXPECT_EQ(got, wanted) << name << " at " << percent << " %";
    }
}

TEST(ReplayRates, NoPolicyIsBetterThanTheClairvoyantOne) {
  for (const Generator& each : generators()) {
    const Trace trace = first_requests(each.make({}), 50);
    for (const double percent : {15, 40, 75}) {
      const auto cached = [&](const std::string& policy) {
        return replay(trace,
                      {.policy = policy, .tail = true, .page_size = 64, .capacity = Capacity{.percent = percent}})
            .total.cached_tokens;
      };
      const std::size_t most = cached("clairvoyant");
      for (const std::string& policy : replay_policies())
        EXPECT_LE(cached(policy), most) << each.name << " at " << percent << " %: " << policy;
    }
  }
}

TEST(ReplayRates, OneTraceGivesOneSummaryAlsoFromDisk) {
  const TemporaryFolder folder;
  for (const Generator& each : generators()) {
    const Trace trace = first_requests(each.make({}), 20);
    const ReplayOptions options{.policy = "return-rate", .capacity = Capacity{.percent = 30}};
    const std::string once = without_times(replay(trace, options));
    EXPECT_EQ(once, without_times(replay(trace, options))) << each.name;
    write_trace(trace, folder / "trace.jsonl");
    EXPECT_EQ(once, without_times(replay(trace_file(folder / "trace.jsonl"), options))) << each.name;
  }
}

// The short form; ./lab check replay runs it on more requests.
TEST(ReplayRates, EveryRuleHoldsOnEveryWorkloadManagerAndPolicy) {
  for (const Generator& each : generators()) {
    const Trace trace = first_requests(each.make({}), num_lives(16, 8));
    for (const bool tail : {false, true}) {
      const auto all =
          compare_managers(trace, {.tail = tail, .page_size = 64, .capacity = Capacity{.percent = 40}, .check = true});
      EXPECT_GE(all.size(), 5 + replay_policies().size()) << each.name;
      for (const ReplaySummary& s : all)
        EXPECT_EQ(s.total.requests, all.front().total.requests) << each.name << s.manager;
    }
  }
}

}  // namespace
}  // namespace radixlab
