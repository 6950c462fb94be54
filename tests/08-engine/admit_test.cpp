// Chapter 08, task 8.1: what a request finds, takes, publishes and gives back.
#include "scene.hpp"

namespace radixlab {
namespace {

using testing::IsEmpty;

TEST(Lab08Admit, T1_AMatchLeavesATokenToCompute) {
  Scene s;
  s.store(text(1, 8));
  EXPECT_EQ(s.router.match_prefix(s.ask(text(1, 8))), 7u)
      << "I8: all 8 tokens are cached, and the last one is to be computed: its row gives the logits";
  EXPECT_EQ(s.router.match_prefix(s.ask(text(1, 9))), 8u);
  EXPECT_EQ(s.router.match_prefix(s.ask(text(1, 1))), 0u) << "I8: a prompt of one token finds nothing";
  EXPECT_EQ(s.router.match_prefix(s.ask(text(1, 5) + text(90, 5))), 5u) << "a hit ends inside a page";
}

TEST(Lab08Admit, T1_AMatchLocksNothing) {
  Scene s;
  s.store(text(1, 12));
  EngineRequest& r = s.ask(text(1, 20));
  EXPECT_EQ(s.router.match_prefix(r), 12u);
  EXPECT_EQ(s.pages.cache().size_info().evictable_size, 3u) << "I19: looking for a prefix reserves nothing";
  EXPECT_EQ(s.pages.free_count(), 61u) << "a look-up takes no page";
  EXPECT_FALSE(r.is_running()) << "a look-up starts nothing";
  s.evict_all();
  EXPECT_EQ(s.router.match_prefix(r), 0u) << "it is less, a moment later";
  expect_figures(r, {.num_prompt_tokens = 20}, "a look-up counts nothing");
}

TEST(Lab08Admit, T1_AMatchKnowsTheSalt) {
  Scene s;
  s.store(text(1, 8), 3);
  EXPECT_EQ(s.router.match_prefix(s.ask(text(1, 12), 3)), 8u);
  EXPECT_EQ(s.router.match_prefix(s.ask(text(1, 12))), 0u) << "another tenant's cache";
}

TEST(Lab08Admit, T1_AMatchKnowsWhatWasGenerated) {
  Scene s;
  EngineRequest& r = s.admitted(text(1, 6));
  s.run_all(r);
  for (const TokenId token : {90, 91, 92}) s.generate(r, token), s.run_all(r);
  s.generate(r, 93);
  s.router.preempt(r);
  EXPECT_EQ(s.router.match_prefix(r), 8u) << "a request's text is its prompt and what it generated";
}

TEST(Lab08Admit, T1_I23_OnlyWhatIsWrittenIsPublished) {
  Scene s;
  const Text prompt = text(1, 20);
  EngineRequest& r = s.admitted(prompt);
  EXPECT_EQ(s.cached(prompt), 0u) << "I23: an admitted request has pages, and nothing is written in them yet";
  for (const std::size_t chunk : {7, 1, 5}) {
    s.run(r, chunk);
    EXPECT_EQ(s.cached(prompt), r.at_desk.computed / Scene::kP * Scene::kP)
        << "I23: the whole pages that are computed are published, and no more";
  }
  s.router.release(r);
  EXPECT_EQ(s.cached(prompt), 12u) << "I23: it ended with 13 of 20 tokens computed";
}

TEST(Lab08Admit, T1_AnAdmittedRequestRunsWithWhatItFound) {
  Scene s;
  s.store(text(1, 8));
  EngineRequest& r = s.ask(text(1, 8) + text(90, 6));
  r.figures.num_bypassed = 2;
  ASSERT_TRUE(s.router.admit(r));
  EXPECT_EQ(s.running(), (Ids{0})) << "it runs";
  EXPECT_THAT(s.waiting(), IsEmpty()) << "and waits no more";
  EXPECT_EQ(r.at_desk.computed, 8u) << "the 8 tokens that were found have keys and values";
  EXPECT_EQ(r.at_desk.pages.size(), 4u) << "14 tokens lie in 4 pages";
  EXPECT_EQ(r.furthest, 8u) << "it has had 8 tokens so far";
  EXPECT_EQ(s.pages.cache().size_info().protected_size, 2u) << "I19: what was found is locked";
  expect_figures(r, {.num_prompt_tokens = 14, .num_cached_tokens = 8, .num_bypassed = 2}, "8 tokens were found");
  s.expect_all_well("a request was admitted");
}

TEST(Lab08Admit, T1_AFullHitHasOneTokenLeft) {
  Scene s;
  s.store(text(1, 36));
  EngineRequest& r = s.admitted(text(1, 36));
  EXPECT_EQ(r.num_left(), 1u) << "I8: all 36 tokens are cached, and the last one is computed";
  s.run_all(r);
  expect_figures(r, {.num_prompt_tokens = 36, .num_cached_tokens = 35, .num_computed_tokens = 1}, "a full hit (I35)");
  s.expect_all_well("a full hit was run");
}

TEST(Lab08Admit, T1_NoRoomChangesNothing) {
  Scene s;
  s.store(text(1, 8));
  EngineRequest& other = s.admitted(text(1, 8) + text(90, 4));
  s.leave_free(2);
  EngineRequest& r = s.ask(text(1, 8) + text(120, 12));
  EXPECT_FALSE(s.router.admit(r)) << "it needs 3 pages more than it finds, and 2 are free";
  EXPECT_EQ(s.running(), (Ids{other.id}));
  EXPECT_EQ(s.waiting(), (Ids{r.id})) << "it waits as before";
  EXPECT_FALSE(r.is_running());
  EXPECT_EQ(r.furthest + r.at_desk.hit + r.at_desk.computed, 0u) << "it has had nothing";
  expect_figures(r, {.num_prompt_tokens = 20}, "it found 8 tokens and did not get them, so that nothing is counted");
  s.expect_all_well("there was no room");
  s.let_go();
  EXPECT_TRUE(s.router.admit(r)) << "there is room now";
  expect_figures(r, {.num_prompt_tokens = 20, .num_cached_tokens = 8}, "it was admitted later");
}

TEST(Lab08Admit, T1_I20_RoomIsCountedAfterTheLock) {
  Scene s({}, 6);
  s.store(text(1, 12));
  s.leave_free(2);
  EngineRequest& r = s.ask(text(1, 12) + text(90, 12));
  EXPECT_FALSE(s.router.admit(r))
      << "I20: 3 pages are free or evictable until the 3 that it finds are locked; then 2 are, "
         "and it needs 3";
  s.expect_all_well("there was no room behind a hit");
  EngineRequest& shorter = s.ask(text(1, 12) + text(90, 8));
  EXPECT_TRUE(s.router.admit(shorter)) << "it needs the 2 that are free";
  s.expect_all_well("there was room behind a hit");
}

TEST(Lab08Admit, T1_QueuesStandInOrderOfArrival) {
  Scene s;
  for (TokenId first = 0; first < 5; ++first) s.ask(text(40 * first, 6));
  const auto at = [&](std::size_t i) -> EngineRequest& { return *std::next(s.requests.begin(), static_cast<long>(i)); };
  for (const std::size_t i : {3, 0, 4, 1}) ASSERT_TRUE(s.router.admit(at(i)));
  EXPECT_EQ(s.running(), (Ids{0, 1, 3, 4})) << "in order of arrival, whoever was admitted first";
  EXPECT_EQ(s.waiting(), (Ids{2}));
  for (const std::size_t i : {4, 0, 3}) s.router.preempt(at(i));
  EXPECT_EQ(s.running(), (Ids{1}));
  EXPECT_EQ(s.waiting(), (Ids{0, 2, 3, 4})) << "who is preempted stands where it arrived";
}

TEST(Lab08Admit, T1_EachChunkIsFoundAtOnce) {
  Scene s;
  EngineRequest& r = s.admitted(text(1, 20));
  const EngineRequest& other = s.ask(text(1, 20) + text(90, 3));
  s.run(r, 8);
  EXPECT_EQ(r.at_desk.computed, 8u);
  EXPECT_EQ(r.furthest, 8u);
  EXPECT_EQ(s.router.match_prefix(other), 8u) << "what a chunk has written is published, so that others find it";
  s.run(r, 6);
  EXPECT_EQ(s.router.match_prefix(other), 12u) << "14 tokens are written, the last two in a page that is not full yet";
  s.run(r, 6);
  EXPECT_EQ(s.router.match_prefix(other), 20u);
  expect_figures(r, {.num_prompt_tokens = 20, .num_computed_tokens = 20}, "20 tokens were computed in three chunks");
  s.expect_all_well("a prompt was computed in chunks");
}

TEST(Lab08Admit, T1_GeneratedTokensArePublishedAtTheEnd) {
  Scene s;
  EngineRequest& r = s.admitted(text(1, 8));
  s.run_all(r);
  const Text answer = text(90, 8), all = text(1, 8) + answer;
  for (const TokenId token : answer) {
    s.generate(r, token);
    if (token != answer.back()) s.run_all(r);
    EXPECT_EQ(s.cached(all), 8u)
        << "what is generated is published when the request ends: a call a token costs O(tokens)";
  }
  expect_figures(r, {.num_prompt_tokens = 8, .num_computed_tokens = 8}, "generated tokens are not the prompt's (I35)");
  s.router.release(r);
  EXPECT_EQ(s.cached(all), 12u) << "15 of 16 tokens have keys and values, the last one never (I23): 3 whole pages";
  s.expect_nothing_locked("a request is done");
}

TEST(Lab08Admit, T1_TheFirstGeneratedTokenIsNotPublishedEither) {
  Scene s;
  EngineRequest& r = s.admitted(text(1, 7));
  s.run_all(r);
  s.generate(r, 8);
  s.run_all(r);
  EXPECT_EQ(s.cached(text(1, 12)), 4u)
      << "the prompt's 7 tokens were published, and the 8th is generated: the page that it fills "
         "is published when the request ends";
  s.router.release(r);
  EXPECT_EQ(s.cached(text(1, 12)), 8u);
}

TEST(Lab08Admit, T1_ReleaseGivesBackWhatNobodyCaches) {
  Scene s;
  EngineRequest& r = s.admitted(text(1, 30));
  s.run(r, 10);
  s.router.release(r);
  EXPECT_THAT(s.running(), IsEmpty());
  EXPECT_FALSE(r.is_running());
  EXPECT_EQ(s.cached(text(1, 30)), 8u) << "2 whole pages are computed";
  EXPECT_EQ(s.pages.free_count(), 62u) << "all other pages are free";
  s.expect_nothing_locked("a request was aborted in its prompt");
}

TEST(Lab08Admit, T1_ReleaseOfOneThatWaits) {
  Scene s;
  EngineRequest& first = s.ask(text(1, 8));
  EngineRequest& second = s.ask(text(40, 8));
  s.router.release(first);
  EXPECT_EQ(s.waiting(), (Ids{second.id})) << "who waits can be aborted too";
  EXPECT_EQ(s.pages.free_count(), 64u);
  s.router.release(first);
  EXPECT_EQ(s.waiting(), (Ids{second.id})) << "one that is in neither queue: nothing happens";
  ASSERT_TRUE(s.router.admit(second));
  s.router.release(first);
  EXPECT_EQ(s.running(), (Ids{second.id}));
  s.expect_all_well("a request that is in neither queue was released");
}

TEST(Lab08Admit, T1_I34_ReleaseLeavesOthersTheirPages) {
  Scene s;
  const Text shared = text(1, 14);
  EngineRequest& a = s.admitted(shared + text(60, 6));
  s.run(a, 14);
  EngineRequest& b = s.admitted(shared + text(90, 6));
  s.run(b, 3);
  s.expect_all_well("two requests share a prefix");
  s.router.release(a);
  s.expect_all_well("one of two that share a prefix was aborted (I34)");
  s.run_all(b);
  s.router.release(b);
  s.expect_nothing_locked("both are gone (I34)");
}

TEST(Lab08Admit, T1_I34_ReleaseLeavesAForkItsPages) {
  Scene s;
  EngineRequest& parent = s.admitted(text(1, 10));
  s.run_all(parent);
  EngineRequest& child = s.fork(parent);
  ASSERT_TRUE(child.is_running());
  s.router.release(parent);
  s.expect_all_well("one of two forks, which share their last page, was aborted (I34)");
  s.generate(child, 90);
  s.run_all(child);
  s.router.release(child);
  s.expect_nothing_locked("both forks are gone (I34)");
}

TEST(Lab08Admit, T1_I34_PreemptLetsGoOfAllPages) {
  Scene s;
  EngineRequest& a = s.admitted(text(1, 18));
  EngineRequest& b = s.admitted(text(60, 12));
  s.run(a, 10);
  s.run(b, 12);
  for (const TokenId token : {90, 91, 92, 93}) s.generate(b, token), s.run_all(b);
  s.generate(b, 94);
  s.router.preempt(b);
  EXPECT_EQ(s.waiting(), (Ids{b.id}));
  EXPECT_EQ(s.running(), (Ids{a.id}));
  EXPECT_EQ(s.preempted(), (Ids{b.id})) << "preempted_ notes who was preempted";
  EXPECT_EQ(b.at_desk.computed, 0u) << "it has no pages any more";
  EXPECT_FALSE(b.is_running());
  EXPECT_EQ(b.num_generated(), 5u) << "it keeps what it generated";
  EXPECT_EQ(s.cached(text(60, 12) + text(90, 5)), 16u) << "what is computed is published, what it generated too";
  s.expect_all_well("one of two was preempted (I34)");
  s.router.preempt(a);
  EXPECT_EQ(s.waiting(), (Ids{a.id, b.id}));
  EXPECT_EQ(s.preempted(), (Ids{b.id, a.id})) << "in that order";
  s.expect_nothing_locked("all were preempted (I34)");
  expect_figures(a, {.num_prompt_tokens = 18, .num_computed_tokens = 10, .num_preemptions = 1},
                 "it was preempted once");
}

TEST(Lab08Admit, T1_I35_WhatItHadBeforeIsNoHit) {
  Scene s;
  EngineRequest& r = s.admitted(text(1, 12));
  s.run(r, 8);
  s.router.preempt(r);
  ASSERT_TRUE(s.router.admit(r));
  EXPECT_EQ(r.at_desk.computed, 8u) << "it finds what it computed itself";
  expect_figures(r, {.num_prompt_tokens = 12, .num_computed_tokens = 8, .num_preemptions = 1},
                 "it computed these 8 tokens itself, and counted them once (I35)");
  s.run_all(r);
  expect_figures(r, {.num_prompt_tokens = 12, .num_computed_tokens = 12, .num_preemptions = 1},
                 "after a preemption it went on (I35)");
  s.expect_all_well("a request was preempted and goes on");
}

TEST(Lab08Admit, T1_I35_AHitThatIsLongerThanBefore) {
  Scene s;
  EngineRequest& a = s.admitted(text(1, 16));
  s.run(a, 6);
  s.router.preempt(a);
  s.store(text(1, 16));
  ASSERT_TRUE(s.router.admit(a));
  EXPECT_EQ(a.at_desk.computed, 15u);
  EXPECT_EQ(a.furthest, 15u);
  expect_figures(a, {.num_prompt_tokens = 16, .num_cached_tokens = 9, .num_computed_tokens = 6, .num_preemptions = 1},
                 "it had 6 of 15 tokens before; 9 are new to it (I35)");
  s.run_all(a);
  expect_figures(a, {.num_prompt_tokens = 16, .num_cached_tokens = 9, .num_computed_tokens = 7, .num_preemptions = 1},
                 "9 + 7 = 16 (I35)");
}

TEST(Lab08Admit, T1_I35_RecomputedIsNeitherFoundNorNew) {
  Scene s;
  EngineRequest& r = s.admitted(text(1, 40));
  s.run_all(r);
  s.router.preempt(r);
  s.evict_all();
  ASSERT_TRUE(s.router.admit(r));
  EXPECT_EQ(r.at_desk.computed, 0u) << "all of it was evicted";
  s.run(r, 25);
  expect_figures(
      r, {.num_prompt_tokens = 40, .num_computed_tokens = 40, .num_recomputed_tokens = 25, .num_preemptions = 1},
      "25 tokens were computed once more (I35)");
  s.run_all(r);
  expect_figures(
      r, {.num_prompt_tokens = 40, .num_computed_tokens = 40, .num_recomputed_tokens = 40, .num_preemptions = 1},
      "40 tokens were computed twice (I35)");
}

TEST(Lab08Admit, T1_I35_PartlyRecomputed) {
  Scene s;
  s.store(text(1, 8));
  EngineRequest& r = s.admitted(text(1, 30));
  s.run(r, 6);
  s.router.preempt(r);
  s.evict_all();
  ASSERT_TRUE(s.router.admit(r));
  s.run(r, 20);
  expect_figures(r,
                 {.num_prompt_tokens = 30,
                  .num_cached_tokens = 8,
                  .num_computed_tokens = 12,
                  .num_recomputed_tokens = 14,
                  .num_preemptions = 1},
                 "it had had 14 tokens, 8 found and 6 computed; a chunk of 20 is 14 of these and 6 new ones (I35)");
  s.run_all(r);
  expect_figures(r,
                 {.num_prompt_tokens = 30,
                  .num_cached_tokens = 8,
                  .num_computed_tokens = 22,
                  .num_recomputed_tokens = 14,
                  .num_preemptions = 1},
                 "8 + 22 = 30 (I35)");
}

TEST(Lab08Admit, T1_I35_GeneratedTokensAreRecomputedToo) {
  Scene s;
  EngineRequest& r = s.admitted(text(1, 6));
  s.run_all(r);
  for (const TokenId token : {90, 91, 92}) s.generate(r, token), s.run_all(r);
  EXPECT_EQ(r.furthest, 9u) << "prompt and generated tokens, as far as it came";
  r.at_desk.tokens.push_back(93);
  s.router.preempt(r);
  s.evict_all();
  ASSERT_TRUE(s.router.admit(r));
  s.run_all(r);
  expect_figures(
      r, {.num_prompt_tokens = 6, .num_computed_tokens = 6, .num_recomputed_tokens = 9, .num_preemptions = 1},
      "6 of the prompt and 3 generated ones were computed once more, the last generated one for the first time (I35)");
  EXPECT_EQ(s.cached(text(1, 6) + text(90, 4)), 8u) << "a chunk that begins in the prompt is published whole";
}

TEST(Lab08Admit, T1_I35_AHitBehindThePromptIsNotThePrompts) {
  Scene s;
  EngineRequest& r = s.admitted(text(1, 6));
  s.run(r, 4);
  s.router.preempt(r);
  r.at_desk.tokens = text(1, 14);  // as if it had generated 8 tokens
  s.store(text(1, 16));
  ASSERT_TRUE(s.router.admit(r));
  EXPECT_EQ(r.at_desk.computed, 13u);
  EXPECT_EQ(r.furthest, 13u);
  expect_figures(r, {.num_prompt_tokens = 6, .num_cached_tokens = 2, .num_computed_tokens = 4, .num_preemptions = 1},
                 "2 of the tokens that it had not had are its prompt's (I35)");
}

}  // namespace
}  // namespace radixlab
