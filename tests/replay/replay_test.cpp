// The runner by hand: what a request does, what is counted, what options and the trace's own head decide.
#include <gmock/gmock.h>

#include "contract/snapshot.hpp"
#include "traces.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::size_t> cached_each(const Trace& trace, const ReplayOptions& options) {
  std::vector<std::size_t> cached;
  ReplayOptions checked = options;
  checked.check = true;
  replay(trace, checked, {.request = [&](const TraceOp&, std::size_t tokens) { cached.push_back(tokens); }});
  return cached;
}

std::string request(const std::string& tokens, const std::string& more = "") {
  return "{\"tokens\":[" + tokens + "]" + more + "}\n";
}

const std::string A = request("1,1,1,1"), B = request("2,2,2,2"), C = request("3,3,3,3");
constexpr Capacity kTwoTexts{.tokens = 8};

TEST(Replay, TheLeastRecentlyUsedTextIsForgotten) {
  EXPECT_THAT(cached_each(trace_text(A + B + A + C + B + A), {.page_size = 1, .capacity = kTwoTexts}),
              ElementsAre(0, 0, 4, 0, 0, 0));
}

TEST(Replay, AnotherPolicyForgetsAnother) {
  const Trace trace = trace_text(A + B + A + C + B + A);
  EXPECT_THAT(cached_each(trace, {.policy = "mru", .page_size = 1, .capacity = kTwoTexts}),
              ElementsAre(0, 0, 4, 0, 4, 0));
  EXPECT_THAT(cached_each(trace, {.policy = "lfu", .page_size = 1, .capacity = kTwoTexts}),
              ElementsAre(0, 0, 4, 0, 0, 4));
  EXPECT_THAT(cached_each(trace, {.policy = "clairvoyant", .page_size = 1, .capacity = kTwoTexts}),
              ElementsAre(0, 0, 4, 0, 4, 0));
}

TEST(Replay, ATailGoesWhereThatIsTheUnit) {
  const Trace trace = trace_text(A + B + request("4") + A);
  EXPECT_THAT(cached_each(trace, {.page_size = 1, .capacity = kTwoTexts}), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(cached_each(trace, {.tail = true, .page_size = 1, .capacity = kTwoTexts}), ElementsAre(0, 0, 0, 3));
}

TEST(Replay, APriorityDelaysAnEviction) {
  const std::string kept = request("1,1,1,1", ",\"priority\":1,\"duration\":100");
  const Trace trace = trace_text(kept + B + C + A);
  EXPECT_THAT(cached_each(trace, {.page_size = 1, .capacity = kTwoTexts}), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(cached_each(trace, {.policy = "priority", .page_size = 1, .capacity = kTwoTexts}),
              ElementsAre(0, 0, 0, 4));
  EXPECT_THAT(cached_each(trace, {.manager = "hash", .page_size = 1, .capacity = kTwoTexts}), ElementsAre(0, 0, 0, 0));
}

TEST(Replay, WhatWasGeneratedIsInsertedAndThePromptAloneLookedUp) {
  const Trace trace = trace_text(request("1,1", ",\"output_tokens\":[2,2]") + request("1,1,2,2,3") + request("1,1"));
  EXPECT_THAT(cached_each(trace, {.page_size = 1}), ElementsAre(0, 4, 2));
}

TEST(Replay, TwoTenantsShareNothing) {
  const Trace trace =
      trace_text(A + request("1,1,1,1", ",\"cache_salt\":1") + request("1,1,1,1", ",\"cache_salt\":\"x\"") + A);
  EXPECT_THAT(cached_each(trace, {.page_size = 2}), ElementsAre(0, 0, 0, 4));
}

TEST(Replay, CountsTokensBlocksAndRequests) {
  const ReplaySummary s = replay(trace_text(request("1,2,3,4,5") + request("1,2,3,4,6,7") + B), {.page_size = 2});
  EXPECT_EQ(s.total.requests, 3u);
  EXPECT_EQ(s.total.requests_hit, 1u);
  EXPECT_EQ(s.total.prompt_tokens, 15u);
  EXPECT_EQ(s.total.cached_tokens, 4u);
  EXPECT_DOUBLE_EQ(*s.total.request_hit_rate, 1.0 / 3);
  EXPECT_DOUBLE_EQ(*s.total.token_hit_rate, 4.0 / 15);
  EXPECT_DOUBLE_EQ(*s.total.block_hit_rate, 2.0 / 7);
  EXPECT_EQ(s.held_tokens, 4u + 2 + 4);
  EXPECT_EQ(s.nodes, 3u);
}

TEST(Replay, ALookUpIsInNoTotalAndStagesBeginAtMarks) {
  const ReplaySummary s =
      replay(trace_text(A + "{\"op\":\"match\",\"tokens\":[1,1]}\n{\"op\":\"mark\",\"label\":\"warm\"}\n" + A +
                        "{\"op\":\"match\",\"tokens\":[9]}\n{\"op\":\"match\",\"tokens\":[1]}\n"),
             {.page_size = 1});
  EXPECT_EQ(s.total.requests, 2u);
  EXPECT_EQ(s.total.prompt_tokens, 8u);
  EXPECT_EQ(s.total.lookups, 3u);
  ASSERT_EQ(s.stages.size(), 1u);
  EXPECT_EQ(s.stages[0].label, "warm");
  EXPECT_EQ(s.stages[0].figures.requests, 1u);
  EXPECT_EQ(s.stages[0].figures.cached_tokens, 4u);
  EXPECT_EQ(s.stages[0].figures.lookups, 2u);
  EXPECT_DOUBLE_EQ(*s.stages[0].figures.token_hit_rate, 1.0);
}

TEST(Replay, TheTracesHeadDecidesWhereNoOptionDoes) {
  const std::string head = "{\"op\":\"config\",\"capacity\":8}\n";
  EXPECT_EQ(replay(trace_text(head + A), {.page_size = 4}).capacity, 8u);
  EXPECT_EQ(replay(trace_text(head + A), {.page_size = 1, .capacity = Capacity{}}).capacity, 0u);
  EXPECT_EQ(replay(trace_text(A), {}).page_size, 16u);
  EXPECT_EQ(replay(trace_text("{\"input_length\":5,\"hash_ids\":[1]}\n"), {}).page_size, 512u);
  const std::string story =
      "{\"op\":\"story\",\"page_size\":4}\n{\"op\":\"request_ended\",\"tokens\":[1],\"cache_salt\":0,\"found\":0}\n";
  EXPECT_EQ(replay(trace_text(story), {}).page_size, 4u);
  EXPECT_EQ(replay(trace_text(story), {.page_size = 2}).page_size, 2u);
}

TEST(Replay, AShareIsOfTheTracesDistinctTokens) {
  const ReplaySummary s = replay(trace_text(A + B + C + A + B), {.page_size = 2, .capacity = Capacity{.percent = 50}});
  EXPECT_EQ(s.capacity, 6u);
}

TEST(Replay, ATextThatIsLongerThanTheCacheIsNotCached) {
  const std::string longer = request("1,1,1,1,5,5,5,5,5");
  const Trace trace = trace_text(A + longer + longer + A);
  EXPECT_THAT(cached_each(trace, {.page_size = 1, .capacity = kTwoTexts}), ElementsAre(0, 4, 4, 4));
  EXPECT_EQ(replay(trace, {.page_size = 1, .capacity = kTwoTexts}).total.too_long, 2u);
}

// In a pool of three pages the page in which a hit ends is itself the room that the request needs.
TEST(Replay, AHitIsCutWhereItHoldsWhatTheRequestNeeds) {
  const Trace trace = trace_text(request("1,1,1,1,1,1,1,1,1,1,1,1") + request("1,1,1,1,1,1,2,2,2,2,2,2"));
  EXPECT_THAT(cached_each(trace, {.manager = "paged", .page_size = 4, .capacity = Capacity{.tokens = 12}}),
              ElementsAre(0, 6));
  const Trace rows = trace_text(A + request("1,1,1,2"));
  EXPECT_THAT(cached_each(rows, {.manager = "slots", .page_size = 4, .capacity = Capacity{.tokens = 4}}),
              ElementsAre(0, 3));
}

// A pool of three pages that loses one a request would be dry soon.
TEST(Replay, PagesThatTheCacheDoesNotTakeComeBack) {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += request("1,1,1,1,1,1") + request("1,1,1,1,1,1,1,1") + request("1,1,1,1,2,2,2");
  for (const char* manager : {"naive", "lcp", "hash", "slots", "radix", "paged"}) {
    const std::size_t page_size = manager == std::string("slots") ? 8 : 4;
    EXPECT_NO_THROW(cached_each(
        trace_text(lines), {.manager = manager, .page_size = page_size, .capacity = Capacity{.tokens = 3 * page_size}}))
        << manager;
  }
}

TEST(Replay, AdmissionKeepsOutWhatComesOnce) {
  std::string lines;
  const std::string shared = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16";
  for (int i = 20; i < 28; ++i) lines += request(shared + "," + std::to_string(i) + "," + std::to_string(i));
  const ReplaySummary all = replay(trace_text(lines), {.page_size = 2});
  const ReplaySummary some =
      replay(trace_text(lines), {.admission = Admission::adaptive, .page_size = 2, .check = true});
  EXPECT_EQ(all.held_tokens, 16u + 8 * 2);
  EXPECT_EQ(some.held_tokens, 16u);
  EXPECT_GT(some.total.cached_tokens, 0u);
}

TEST(Replay, WatchersAreTold) {
  std::uint64_t at = 0;
  std::size_t nodes = 0;
  replay(trace_text(A + B), {.page_size = 4},
         {.progress = [&](std::uint64_t done, std::uint64_t) { EXPECT_GT(done, std::exchange(at, done)); },
          .at_end = [&](const BaseCacheManager& manager) { nodes = manager.snapshot().nodes.size(); }});
  EXPECT_EQ(at, (A + B).size());
  EXPECT_EQ(nodes, 2u);
}

template <class Error>
void expect_refused(const Trace& trace, const ReplayOptions& options, const char* says) {
  try {
    replay(trace, options);
    ADD_FAILURE() << "expected: " << says;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(says));
  }
}

TEST(Replay, RefusesWhatItCannotDo) {
  const Trace trace = trace_text(A);
  expect_refused<std::invalid_argument>(trace, {.policy = "lru2"},
                                        "unknown policy \"lru2\", expected one of lru, lfu,");
  expect_refused<std::invalid_argument>(trace, {.manager = "hash", .policy = "lru"},
                                        "manager \"hash\" takes no --policy");
  expect_refused<std::invalid_argument>(trace, {.manager = "naive", .tail = true},
                                        "manager \"naive\" takes no --policy");
  expect_refused<std::invalid_argument>(trace, {.manager = "tree"}, "\"tree\"");
  expect_refused<InputError>(trace, {.page_size = 16, .capacity = Capacity{.tokens = 15}},
                             "15 tokens are less than a page of 16");
  expect_refused<InputError>(trace_text("{\"op\":\"config\"}\n"), {}, "trace: holds no request");
  std::istringstream in(A);
  expect_refused<InputError>(trace_stream(in, "standard input"), {.policy = "clairvoyant"},
                             "standard input is read once only");
}

TEST(Replay, AStreamThatIsReadOnceIsEnoughForMost) {
  std::istringstream in(A + A);
  EXPECT_EQ(replay(trace_stream(in, "standard input"), {.page_size = 1}).total.cached_tokens, 4u);
}

TEST(Capacity, IsTokensOrAShare) {
  EXPECT_EQ(read_capacity("4096").tokens, 4096u);
  EXPECT_EQ(read_capacity("25%").percent, 25);
  EXPECT_EQ(read_capacity("2.5%").percent, 2.5);
  for (const char* wrong : {"", "%", "x", "12 tokens", "-1", "0%", "101%", "nan%", "25%%", "99999999999999999999"})
    EXPECT_THROW(read_capacity(wrong), InputError) << wrong;
}

}  // namespace
}  // namespace radixlab
