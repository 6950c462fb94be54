// Chapter 08, task 8.5: who runs in the next step, and who waits.
#include "scene.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::SizeIs;

constexpr EngineConfig kLpm = {.schedule_policy = SchedulePolicy::lpm};

std::string next(Scene& s) {
  const EngineRequest* const r = s.router.next_waiting();
  return r ? "request " + std::to_string(r->id) : "nobody";
}

TEST(Lab08NextWaiting, T5_NobodyWaits) {
  Scene s;
  EXPECT_EQ(s.router.next_waiting(), nullptr);
  s.admitted(text(1, 4));
  EXPECT_EQ(s.router.next_waiting(), nullptr) << "one runs, nobody waits";
}

TEST(Lab08NextWaiting, T5_FirstComeFirstServed) {
  Scene s;
  s.store(text(40, 12));
  s.ask(text(1, 8)), s.ask(text(40, 14));
  EXPECT_EQ(next(s), "request 0") << "fcfs: the oldest, whatever the others find";
  EXPECT_EQ(s.waiting(), (Ids{0, 1})) << "it is named, and goes on waiting";
  EXPECT_EQ(s.pages.cache().size_info().protected_size, 0u) << "a look-up locks nothing";
}

TEST(Lab08NextWaiting, T5_LongestPrefixFirst) {
  Scene s(kLpm);
  s.store(text(40, 12)), s.store(text(80, 8));
  s.ask(text(1, 30)), s.ask(text(80, 20)), s.ask(text(40, 14)), s.ask(text(80, 9));
  EXPECT_EQ(next(s), "request 2") << "lpm: request 2 finds 12 tokens, requests 1 and 3 find 8, request 0 nothing";
  s.evict_all();
  EXPECT_EQ(next(s), "request 0") << "nothing is cached any more: the oldest of those that find equally much";
}

TEST(Lab08NextWaiting, T5_OfEqualOnesTheOldest) {
  Scene s(kLpm);
  s.store(text(40, 12));
  s.ask(text(1, 30)), s.ask(text(40, 12) + text(90, 1)), s.ask(text(40, 12) + text(100, 1)), s.ask(text(40, 12));
  EXPECT_EQ(next(s), "request 1") << "requests 1 and 2 find 12 tokens each";
}

TEST(Lab08NextWaiting, T5_OnlyTheOldestAreLookedUp) {
  for (const std::size_t place : {Router::kScored - 1, Router::kScored}) {
    Scene s(kLpm);
    s.store(text(40, 12));
    for (std::size_t i = 0; i < Router::kScored + 2; ++i)
      s.ask(i == place ? text(40, 14) : text(static_cast<TokenId>(60 + i), 5));
    EXPECT_EQ(next(s), "request " + std::to_string(place < Router::kScored ? place : 0))
        << "request " << place << " finds 12 tokens; the oldest " << Router::kScored << " are looked up";
  }
}

TEST(Lab08NextWaiting, T5_ATwinWaits) {
  for (const SchedulePolicy policy : {SchedulePolicy::fcfs, SchedulePolicy::lpm}) {
    Scene s({.schedule_policy = policy});
    EngineRequest& first = s.admitted(text(1, 40));
    s.ask(text(1, 40));
    EXPECT_EQ(s.router.next_waiting(), nullptr)
        << "request 0 is about to publish the prompt of request 1, who waits for it";
    s.ask(text(90, 10));
    EXPECT_EQ(next(s), "request 2") << "request 2 is nobody's twin";
    s.run_all(first);
    EXPECT_EQ(next(s), "request 1") << "now request 1 finds all";
  }
}

TEST(Lab08NextWaiting, T5_TwinsAreCountedAmongTheOldest) {
  for (const SchedulePolicy policy : {SchedulePolicy::fcfs, SchedulePolicy::lpm})
    for (const std::size_t twins : {Router::kScored - 1, Router::kScored}) {
      Scene s({.schedule_policy = policy});
      s.admitted(text(1, 40));
      for (std::size_t i = 0; i < twins; ++i) s.ask(text(1, 40));
      s.ask(text(90, 10));
      EXPECT_EQ(next(s), twins < Router::kScored ? "request " + std::to_string(twins + 1) : "nobody")
          << twins << " twins wait, and one behind them may start; the oldest " << Router::kScored << " are looked at";
    }
}

TEST(Lab08NextWaiting, T5_I38_WhoWasBypassedOftenGoesFirst) {
  Scene s({.schedule_policy = SchedulePolicy::lpm, .max_bypass = 3});
  s.store(text(40, 12));
  EngineRequest &a = s.ask(text(1, 10)), &b = s.ask(text(20, 10));
  s.ask(text(40, 14));
  b.figures.num_bypassed = 2;
  EXPECT_EQ(next(s), "request 2") << "nobody was bypassed 3 times yet";
  b.figures.num_bypassed = 3;
  EXPECT_EQ(next(s), "request 1") << "I38: request 1 was bypassed max_bypass times";
  a.figures.num_bypassed = 3;
  EXPECT_EQ(next(s), "request 0") << "I38: of two that were, the oldest";
}

TEST(Lab08NextWaiting, T5_I38_ATwinWaitsNotForEver) {
  Scene s({.max_bypass = 2});
  s.admitted(text(1, 40));
  EngineRequest& twin = s.ask(text(1, 40));
  s.ask(text(90, 10));
  twin.figures.num_bypassed = 2;
  EXPECT_EQ(next(s), "request 1")
      << "I38: it was bypassed max_bypass times, so that it goes first though its twin runs";
}

TEST(Lab08NextWaiting, T5_I38_BehindTheOldest) {
  Scene s({.schedule_policy = SchedulePolicy::lpm, .max_bypass = 5}, 256);
  for (std::size_t i = 0; i < Router::kScored + 3; ++i) s.ask(text(static_cast<TokenId>(i), 5));
  s.requests.back().figures.num_bypassed = 5;
  EXPECT_EQ(next(s), "request " + std::to_string(Router::kScored + 2))
      << "I38 holds for each that waits, not for those alone that are looked up";
}

TEST(Lab08Schedule, T5_NothingToDo) {
  Scene s;
  EXPECT_THAT(s.step(), IsEmpty());
}

TEST(Lab08Schedule, T5_AllOfAPrompt) {
  Scene s;
  s.ask(text(1, 30)), s.ask(text(50, 9));
  EXPECT_EQ(s.step(), (Steps{{0, 30}, {1, 9}})) << "the step has room for both";
  EXPECT_EQ(s.running(), (Ids{0, 1}));
  EXPECT_THAT(s.waiting(), IsEmpty());
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 1}})) << "each generates a token";
  s.expect_all_well("two steps");
}

TEST(Lab08Schedule, T5_WhatIsFoundIsNotScheduled) {
  Scene s;
  s.store(text(1, 36));
  s.ask(text(1, 36)), s.ask(text(1, 36) + text(90, 7));
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 7}})) << "I8: 35 of 36 tokens are found, and 36 of 43";
}

TEST(Lab08Schedule, T5_StepsToTheFirstToken) {
  Scene s({.max_num_batched_tokens = 32});
  s.ask(text(1, 100));
  for (const std::size_t tokens : {32, 32, 32, 4, 1}) EXPECT_EQ(s.step(), (Steps{{0, tokens}}));
}

TEST(Lab08Schedule, T5_TokensBesideFiveThatGenerate) {
  Scene s({.max_num_batched_tokens = 32});
  for (TokenId i = 0; i < 5; ++i) s.ask(text(20 * i, 3));
  s.step();
  s.ask(text(120, 100));
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 27}}))
      << "each that generates takes one of the 32";
  EXPECT_THAT(s.step(), testing::Contains(Computed{5, 27})) << "and in the next step too";
}

TEST(Lab08Schedule, T5_TwinsAtOnce) {
  Scene s;
  s.ask(text(1, 40)), s.ask(text(1, 40));
  EXPECT_EQ(s.step(), (Steps{{0, 40}})) << "the second waits for a step";
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 1}})) << "and then finds all but its last token";
}

TEST(Lab08Schedule, T5_ATwinWaitsForEachChunk) {
  Scene s({.max_num_batched_tokens = 32, .chunked_prefill_size = 16});
  s.ask(text(1, 40)), s.ask(text(1, 40));
  for (const std::size_t chunk : {16, 16, 8}) EXPECT_EQ(s.step(), (Steps{{0, chunk}})) << "its twin waits";
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 1}}));
}

TEST(Lab08Schedule, T5_TheBudgetIsForAll) {
  Scene s({.max_num_seqs = 8, .max_num_batched_tokens = 10});
  s.ask(text(1, 8)), s.ask(text(40, 8)), s.ask(text(80, 8));
  EXPECT_EQ(s.step(), (Steps{{0, 8}, {1, 2}})) << "10 tokens in all: nothing is left for request 2";
  EXPECT_EQ(s.waiting(), (Ids{2})) << "who gets no token is not admitted";
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 6}, {2, 3}}));
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 1}, {2, 5}}));
}

TEST(Lab08Schedule, T5_TheBudgetIsForThoseThatRunToo) {
  Scene s({.max_num_seqs = 4, .max_num_batched_tokens = 10});
  s.ask(text(1, 4)), s.ask(text(40, 30)), s.ask(text(80, 30));
  EXPECT_EQ(s.step(), (Steps{{0, 4}, {1, 6}}));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 9}})) << "nothing is left for request 2";
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 6}, {2, 3}}));
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 1}, {2, 8}}));
}

TEST(Lab08Schedule, T5_WhoRunsAndGetsNothingIsLeftOut) {
  Scene s({.max_num_seqs = 3, .max_num_batched_tokens = 3});
  EngineRequest &a = s.admitted(text(1, 30)), &b = s.admitted(text(60, 30));
  EXPECT_EQ(s.step(), (Steps{{a.id, 3}})) << "request 1 runs, and gets no token: it is not in the batch";
  EXPECT_EQ(s.running(), (Ids{a.id, b.id})) << "it goes on running";
  s.expect_all_well("one that runs got nothing");
}

TEST(Lab08Schedule, T5_WhoGetsNothingNeedsNoRoom) {
  Scene s({.max_num_seqs = 3, .max_num_batched_tokens = 3});
  EngineRequest &a = s.admitted(text(1, 30)), &b = s.admitted(text(60, 4));
  s.run_all(b);
  b.at_desk.tokens.push_back(90);
  s.leave_free(0);
  EXPECT_EQ(s.step(), (Steps{{a.id, 3}})) << "request 0 uses up the budget";
  EXPECT_THAT(s.preempted(), IsEmpty())
      << "no page is free for the next token of request 1, which is not in this step: nobody is preempted for it";
  EXPECT_EQ(s.running(), (Ids{a.id, b.id}));
  s.expect_all_well("one that runs and lacks room got nothing");
}

TEST(Lab08Schedule, T5_Chunks) {
  Scene s({.max_num_batched_tokens = 32, .chunked_prefill_size = 7});
  s.ask(text(1, 20)), s.ask(text(40, 9)), s.ask(text(80, 7));
  EXPECT_EQ(s.step(), (Steps{{0, 7}, {1, 7}, {2, 7}})) << "of one request at most chunked_prefill_size";
  EXPECT_EQ(s.step(), (Steps{{0, 7}, {1, 2}, {2, 1}}));
  EXPECT_EQ(s.step(), (Steps{{0, 6}, {1, 1}, {2, 1}}));
  s.expect_all_well("prompts were computed in chunks");
}

TEST(Lab08Schedule, T5_AChunkIsCutByTheBudget) {
  Scene s({.max_num_seqs = 4, .max_num_batched_tokens = 10, .chunked_prefill_size = 7});
  s.ask(text(1, 20)), s.ask(text(40, 20));
  EXPECT_EQ(s.step(), (Steps{{0, 7}, {1, 3}}));
  EXPECT_EQ(s.step(), (Steps{{0, 7}, {1, 3}}));
  EXPECT_EQ(s.step(), (Steps{{0, 6}, {1, 4}}));
}

TEST(Lab08Schedule, T5_MaxNumSeqs) {
  Scene s({.max_num_seqs = 2});
  s.ask(text(1, 8)), s.ask(text(40, 8)), s.ask(text(80, 8));
  EXPECT_EQ(s.step(), (Steps{{0, 8}, {1, 8}})) << "two run at once, at most";
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 1}}));
  s.router.release(s.requests.front());
  EXPECT_EQ(s.step(), (Steps{{1, 1}, {2, 8}})) << "one is done: the third starts";
}

TEST(Lab08Schedule, T5_FirstThoseThatRun) {
  Scene s(kLpm);
  s.store(text(80, 8));
  EngineRequest& running = s.admitted(text(1, 8));
  s.ask(text(40, 8)), s.ask(text(80, 10));
  EXPECT_EQ(s.step(), (Steps{{running.id, 8}, {2, 2}, {1, 8}}))
      << "those that run, in order of arrival; then those that start, as next_waiting names them";
  EXPECT_EQ(s.running(), (Ids{0, 1, 2}));
  EXPECT_EQ(s.step(), (Steps{{0, 1}, {1, 1}, {2, 1}})) << "then in order of arrival";
}

TEST(Lab08Schedule, T5_BypassesAreCounted) {
  Scene s({.max_num_seqs = 2, .schedule_policy = SchedulePolicy::lpm});
  s.store(text(80, 8));
  EngineRequest &runs = s.admitted(text(150, 8)), &waits = s.ask(text(1, 8)), &starts = s.ask(text(80, 10)),
                &later = s.ask(text(40, 8));
  EXPECT_EQ(s.step(), (Steps{{0, 8}, {2, 2}}));
  EXPECT_EQ(waits.figures.num_bypassed, 1u) << "request 2 came later and started before request 1";
  EXPECT_EQ(starts.figures.num_bypassed, 0u);
  EXPECT_EQ(later.figures.num_bypassed, 0u) << "request 3 came after the one that started";
  EXPECT_EQ(runs.figures.num_bypassed, 0u) << "request 0 runs";
}

TEST(Lab08Schedule, T5_I38_NobodyIsBypassedForEver) {
  Scene s({.max_num_seqs = 1, .schedule_policy = SchedulePolicy::lpm, .max_bypass = 3});
  s.store(text(80, 20));
  EngineRequest& cold = s.ask(text(1, 8));
  Ids order;
  for (TokenId i = 0; order.size() < 6; ++i) {
    s.ask(text(80, 20) + text(120 + i, 2));
    const Steps ran = s.step();
    ASSERT_THAT(ran, SizeIs(1));
    order.push_back(ran[0].id);
    s.router.release(*std::next(s.requests.begin(), static_cast<long>(ran[0].id)));
  }
  EXPECT_THAT(order, ElementsAre(1, 2, 3, cold.id, 4, 5))
      << "I38: at most max_bypass that came later start before request 0";
  EXPECT_EQ(cold.figures.num_bypassed, 3u);
}

TEST(Lab08Schedule, T5_ATwinIsBypassed) {
  Scene s;
  s.ask(text(1, 40));
  EngineRequest& twin = s.ask(text(1, 40));
  s.ask(text(90, 10));
  EXPECT_EQ(s.step(), (Steps{{0, 40}, {2, 10}}));
  EXPECT_EQ(twin.figures.num_bypassed, 1u) << "request 2 started before it";
}

TEST(Lab08Schedule, T5_WhoLacksRoomIsNotOvertaken) {
  Scene s;
  s.leave_free(3);
  EngineRequest& large = s.ask(text(1, 16));
  s.ask(text(80, 4));
  EXPECT_THAT(s.step(), IsEmpty()) << "fcfs: there is room for request 1, but request 0 came first";
  EXPECT_EQ(s.waiting(), (Ids{0, 1}));
  EXPECT_EQ(large.figures.num_bypassed, 0u);
  EXPECT_THAT(s.preempted(), IsEmpty());
  s.let_go();
  EXPECT_EQ(s.step(), (Steps{{0, 16}, {1, 4}}));
}

TEST(Lab08Schedule, T5_WhoLacksRoomBypassesNobody) {
  Scene s(kLpm);
  s.store(text(80, 8));
  s.leave_free(1);
  EngineRequest &cold = s.ask(text(1, 8)), &hot = s.ask(text(80, 8) + text(120, 30));
  EXPECT_THAT(s.step(), IsEmpty()) << "request 1 is first, and there is no room for it";
  EXPECT_EQ(cold.figures.num_bypassed, 0u) << "request 1 came later, and did not start";
  s.let_go();
  EXPECT_EQ(s.step(), (Steps{{hot.id, 30}, {cold.id, 8}}));
  EXPECT_EQ(cold.figures.num_bypassed, 1u);
}

TEST(Lab08Schedule, T5_AsManyAsThereIsRoomFor) {
  Scene s({}, 5);
  s.ask(text(1, 8)), s.ask(text(40, 8)), s.ask(text(80, 8));
  EXPECT_EQ(s.step(), (Steps{{0, 8}, {1, 8}})) << "5 pages: room for two prompts of 2 pages";
  EXPECT_EQ(s.waiting(), (Ids{2}));
  s.expect_all_well("the pool is nearly full");
}

TEST(Lab08Schedule, T5_WhoRunsHasRoomForItsNextToken) {
  Scene s;
  EngineRequest& r = s.ask(text(1, 8));
  for (int i = 0; i < 12; ++i) {
    s.step();
    s.expect_all_well("a request generates");
  }
  EXPECT_THAT(r.at_desk.pages, SizeIs(Ge(5u))) << "19 tokens have keys and values, in pages of 4";
}

TEST(Lab08Schedule, T5_CachedPagesGoBeforeRequests) {
  Scene s({}, 5);
  s.store(text(80, 8));
  s.ask(text(1, 8));
  s.step();
  s.leave_free(0);
  EXPECT_EQ(s.step(), (Steps{{0, 1}})) << "a cached page that nobody needs is evicted for it";
  EXPECT_THAT(s.preempted(), IsEmpty());
  s.expect_all_well("a page was evicted for a token");
}

TEST(Lab08Schedule, T5_TheYoungestIsPreempted) {
  Scene s({}, 6);
  EngineRequest &a = s.ask(text(1, 8)), &b = s.ask(text(40, 8)), &c = s.ask(text(80, 8));
  EXPECT_THAT(s.step(), SizeIs(3)) << "6 pages: room for three prompts, and for no token more";
  EXPECT_EQ(s.step(), (Steps{{a.id, 1}, {b.id, 1}})) << "request 2 came last: its pages make room for the others";
  EXPECT_EQ(s.preempted(), (Ids{c.id}));
  EXPECT_EQ(s.waiting(), (Ids{c.id}));
  EXPECT_EQ(c.figures.num_preemptions, 1u);
  EXPECT_EQ(a.figures.num_preemptions + b.figures.num_preemptions, 0u);
  s.expect_all_well("the youngest was preempted");
}

TEST(Lab08Schedule, T5_UntilItIsItsOwnTurn) {
  Scene s({}, 5);
  EngineRequest &a = s.ask(text(1, 8)), &b = s.ask(text(40, 8));
  s.step();
  EXPECT_EQ(s.step(), (Steps{{a.id, 1}})) << "request 0 takes the last page; request 1 lacks room, and is the youngest";
  EXPECT_EQ(s.preempted(), (Ids{b.id}));
  EXPECT_EQ(s.running(), (Ids{a.id}));
  s.expect_all_well("the youngest made room for itself");
}

TEST(Lab08Schedule, T5_TheOnlyOneMakesRoomForItself) {
  Scene s({}, 3);
  EngineRequest& r = s.ask(text(1, 8));
  s.step();
  s.leave_free(0);
  EXPECT_THAT(s.step(), IsEmpty()) << "others hold the last page";
  EXPECT_EQ(s.preempted(), (Ids{r.id}));
  EXPECT_EQ(s.waiting(), (Ids{r.id}));
  s.expect_all_well("the only one was preempted");
  s.let_go();
  const Steps again = s.step();
  EXPECT_THAT(s.preempted(), IsEmpty()) << "schedule empties preempted_ first: in this step nobody was preempted";
  EXPECT_EQ(again, (Steps{{r.id, 1}})) << "it finds what it computed";
}

TEST(Lab08Schedule, T5_PreemptedUntilThereIsRoom) {
  Scene s({}, 4);
  EngineRequest &a = s.ask(text(1, 8)), &b = s.ask(text(40, 6));
  ASSERT_THAT(s.step(), SizeIs(2));
  b.at_desk.tokens.pop_back();
  EngineRequest& c = s.fork(b);
  ASSERT_TRUE(c.is_running());
  b.at_desk.tokens.push_back(90), c.at_desk.tokens.push_back(91);
  EXPECT_EQ(s.step(), (Steps{{a.id, 1}}))
      << "request 2 shares its pages with request 1: preempting it frees none, so that request 1 is preempted too";
  EXPECT_EQ(s.preempted(), (Ids{c.id, b.id})) << "the youngest first";
  EXPECT_EQ(s.waiting(), (Ids{b.id, c.id}));
  s.expect_all_well("two were preempted for one");
}

TEST(Lab08Schedule, T5_NobodyIsAdmittedInAStepThatPreempts) {
  Scene s(kLpm, 6);
  EngineRequest &a = s.ask(text(1, 12)), &b = s.ask(text(40, 8));
  s.step();
  EngineRequest& hot = s.ask(text(1, 12) + text(90, 1));
  EXPECT_EQ(s.step(), (Steps{{a.id, 1}})) << "request 1 was preempted, and left room for request 2: nobody may start";
  EXPECT_EQ(s.waiting(), (Ids{b.id, hot.id}));
  EXPECT_EQ(s.preempted(), (Ids{b.id}));
  EXPECT_EQ(b.figures.num_bypassed, 0u) << "nobody started";
  EXPECT_EQ(s.step(), (Steps{{a.id, 1}, {hot.id, 1}})) << "in the next step request 2 starts";
}

TEST(Lab08Schedule, T5_AForkWritesInAPageOfItsOwn) {
  Scene s;
  EngineRequest& a = s.ask(text(1, 6));
  s.step();
  a.at_desk.tokens.pop_back();
  EngineRequest& b = s.fork(a);
  a.at_desk.tokens.push_back(90), b.at_desk.tokens.push_back(91);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(s.step(), (Steps{{a.id, 1}, {b.id, 1}}));
    s.expect_all_well("two forks, which shared a page that was not full, generate");
  }
  EXPECT_EQ(s.device.text_in(a.at_desk.pages, 7), text(1, 6) + Text{90});
  EXPECT_EQ(s.device.text_in(b.at_desk.pages, 7), text(1, 6) + Text{91}) << "each writes in a page of its own (I22)";
}

TEST(Lab08Schedule, T5_AllComeToTheirEnd) {
  for (const EngineConfig& config :
       {EngineConfig{}, EngineConfig{.max_num_seqs = 3, .max_num_batched_tokens = 5, .chunked_prefill_size = 3},
        EngineConfig{.schedule_policy = SchedulePolicy::lpm, .max_bypass = 1}}) {
    Scene s(config, 6);
    for (TokenId i = 0; i < 7; ++i) s.ask(i % 3 == 0 ? text(1, 8) : text(30 * i, static_cast<std::size_t>(5 + i)));
    std::size_t steps = 0, preempted = 0;
    while (!s.router.waiting().empty() || !s.router.running().empty()) {
      ASSERT_LT(++steps, 1000u) << "somebody never comes to an end";
      const Steps ran = s.step();
      preempted += s.preempted().size();
      std::size_t tokens = 0;
      for (const auto& [id, num_tokens] : ran) tokens += num_tokens;
      ASSERT_LE(tokens, config.max_num_batched_tokens);
      ASSERT_LE(s.running().size(), config.max_num_seqs);
      for (EngineRequest& r : s.requests)
        if (r.num_generated() == 9) s.router.release(r), r.at_desk.tokens.resize(r.num_prompt_tokens());
      s.expect_all_well("step " + std::to_string(steps));
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(preempted, 0u) << "the pool is too small for all";
    for (const EngineRequest& r : s.requests) {
      EXPECT_EQ(r.figures.num_cached_tokens + r.figures.num_computed_tokens, r.num_prompt_tokens())
          << "I35: request " << r.id;
      EXPECT_LE(r.figures.num_bypassed, config.max_bypass) << "I38: request " << r.id;
    }
    s.expect_nothing_locked("all are done");
  }
}

}  // namespace
}  // namespace radixlab
