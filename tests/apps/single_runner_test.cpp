// Requests in a pool that just holds them: beside a text whose lock is in the way, and beside each other (I4, I18, I38).
#include "single_runner_fixture.hpp"

namespace radixlab {
namespace {

TEST_F(SingleRunnerTest, ItsHitIsDroppedForItsPrompt) {
  EXPECT_EQ(second("lcp", 16, 17, 8).cached_tokens, 0u) << "its hit would keep 6 of the 8 pages";
}

TEST_F(SingleRunnerTest, ItIsQueuedAgainForItsAnswer) {
  EXPECT_EQ(second("lcp", 8, 25, 8).cached_tokens, 4u) << "for the prompt there was room beside the hit's 6 pages";
}

TEST_F(SingleRunnerTest, WaitsAtItsStartAndHoldsNothing) {
  Served s(*device_, "lcp", 8);
  const Tokens first = text(24, 10), other = text(16, 100);
  LiveRequest a(*s.runner, first, {.max_new_tokens = 3, .keep_hidden = true});
  EXPECT_EQ(a.step(), StepResult::more);
  const std::size_t of_a = s.private_pages();
  LiveRequest b(*s.runner, other, {.max_new_tokens = 3, .keep_hidden = true});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(b.step(), StepResult::waiting);
    EXPECT_EQ(s.private_pages(), of_a);
    EXPECT_EQ(s.story->size_info().protected_size, 0u);
  }
  EXPECT_EQ(a.step(), StepResult::more);
  EXPECT_EQ(b.step(), StepResult::waiting);
  EXPECT_EQ(a.step(), StepResult::done);
  EXPECT_EQ(b.step(), StepResult::more);
  while (b.step() == StepResult::more) {
  }
  EXPECT_EQ(b.step(), StepResult::done);
  expect_as_alone(a.take(), first, 3);
  expect_as_alone(b.take(), other, 3);
  s.expect_nothing_held();
}

// Both have 4 pages of 8; the first that needs a fifth lets go of its four, and comes again when the other is done.
TEST_F(SingleRunnerTest, WaitsWhenItGrowsAndHoldsNothing) {
  for (const std::size_t chunk : {0, 5}) {
    Served s(*device_, "lcp", 8);
    const Tokens first = text(16, 10), other = text(13, 100);
    const GenerateOptions options{.max_new_tokens = 6, .chunk = chunk, .keep_hidden = true};
    LiveRequest a(*s.runner, first, options), b(*s.runner, other, options);
    StepResult of_a = StepResult::more;
    while (of_a == StepResult::more) {
      EXPECT_EQ(b.step(), StepResult::more);
      of_a = a.step();
    }
    ASSERT_EQ(of_a, StepResult::waiting);
    EXPECT_LE(s.private_pages() + s.story->size_info().protected_size, 5u) << "of the other";
    while (b.step() == StepResult::more) {
    }
    while (a.step() == StepResult::more) {
    }
    EXPECT_EQ(a.step(), StepResult::done);
    expect_as_alone(a.take(), first, 6);
    expect_as_alone(b.take(), other, 6);
    s.expect_nothing_held();
  }
}

// It waits until its own text is evicted: then each row is computed a second time, and kept once.
TEST_F(SingleRunnerTest, ComputesAgainWhatWasEvictedWhileItWaited) {
  for (const std::size_t chunk : {0, 5}) {
    Served s(*device_, "lcp", 8);
    const Tokens first = text(16, 10), other = text(16, 100), third = text(32, 150);
    const GenerateOptions options{.max_new_tokens = 6, .chunk = chunk, .keep_hidden = true};
    LiveRequest a(*s.runner, first, options);
    std::optional<LiveRequest> b(std::in_place, *s.runner, other, GenerateOptions{.max_new_tokens = 1});
    StepResult of_a = StepResult::more;
    while (of_a == StepResult::more) of_a = a.step();
    ASSERT_EQ(of_a, StepResult::waiting);
    b.reset();
    s.runner->generate(third, {.max_new_tokens = 1});
    while (a.step() == StepResult::more) {
    }
    expect_as_alone(a.take(), first, 6);
    s.expect_nothing_held();
  }
}

TEST_F(SingleRunnerTest, AloneItThrowsWhereNobodyCouldMakeRoom) {
  Served s(*device_, "lcp", 8);
  LiveRequest holder(*s.runner, text(24, 10), {.max_new_tokens = 3});
  try {
    s.runner->generate(text(16, 100), {.max_new_tokens = 3});
    ADD_FAILURE() << "found room";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "no room for the request now: the pool's pages are all in use by others");
  }
  EXPECT_EQ(s.private_pages(), 6u) << "the holder's";
}

TEST_F(SingleRunnerTest, AChunkIsFoundByOthersBeforeTheRestIsComputed) {
  Served s(*device_, "lcp", 16);
  const Tokens prompt = text(17, 10);
  LiveRequest first(*s.runner, prompt, {.max_new_tokens = 1, .chunk = 8});
  EXPECT_EQ(first.step(), StepResult::more);
  EXPECT_EQ(s.runner->generate(prompt, {.max_new_tokens = 1}).cached_tokens, 8u);
}

TEST_F(SingleRunnerTest, ThePeakHasThePagesThatAnAnswerGrewInto) {
  Served s(*device_, "naive", 8);
  s.runner->generate(text(4, 10), {.max_new_tokens = 9});
  EXPECT_EQ(s.runner->peak_pages(), 3u) << "4 tokens of the prompt and 8 of the answer are run";
  s.runner->generate(text(4, 10), {.max_new_tokens = 1});
  EXPECT_EQ(s.runner->peak_pages(), 3u) << "the most so far";
}

TEST_F(SingleRunnerTest, WhatCanNeverFitIsRefusedBeforeAnythingIsTaken) {
  Served s(*device_, "lcp", 8);
  EXPECT_THROW(LiveRequest(*s.runner, text(30, 10), {.max_new_tokens = 4}), std::invalid_argument);
  EXPECT_THROW(LiveRequest(*s.runner, Tokens{}, {}), std::invalid_argument);
  EXPECT_THROW(LiveRequest(*s.runner, Tokens{1, -1}, {.max_new_tokens = 1}), std::invalid_argument);
  s.expect_nothing_held();
}

/// The room that a forked request's last page would need is not there, so many times.
class NoRoomToWrite : public CacheManager {
 public:
  using CacheManager::CacheManager;
  bool make_writable(Request& r) override {
    asked.push_back(r.computed);
    if (refusals == 0) return true;
    --refusals;
    return false;
  }
  std::size_t refusals = 0;
  std::vector<std::size_t> asked;
};

/// A row that brings such a desk.
ManagedPool lcp_with_no_room_to_write(std::size_t num_pages) {
  ManagedPool made = create_cache_manager("lcp", {.page_size = kPage, .num_pages = num_pages});
  made.make_desk = [](BaseCacheManager& manager, PageSource& pages, KvStore& kv, std::size_t page_size) {
    return std::unique_ptr<CacheManager>(std::make_unique<NoRoomToWrite>(manager, pages, kv, page_size));
  };
  return made;
}

TEST_F(SingleRunnerTest, AsksTheDeskBeforeEachStepWhetherItMayWrite) {
  device_->make_pool(8, kPage);
  ManagedPool made = lcp_with_no_room_to_write(8);
  PageSource& source = *made.source;
  SingleRunner runner(*device_, std::move(made));
  auto& asked = dynamic_cast<NoRoomToWrite&>(runner.desk());
  const Tokens prompt = text(10, 10);
  LiveRequest request(runner, prompt, {.max_new_tokens = 3, .chunk = 8, .keep_hidden = true});
  EXPECT_EQ(request.step(), StepResult::more);
  EXPECT_EQ(source.free_count(), 5u);
  asked.refusals = 1;
  EXPECT_EQ(request.step(), StepResult::more) << "queued again, it has pages of its own";
  while (request.step() == StepResult::more) {
  }
  EXPECT_EQ(asked.asked, (std::vector<std::size_t>{0, 8, 10, 11}));
  expect_as_alone(request.take(), prompt, 3);
}

// Meanwhile another has published what it has not computed yet: behind the rows that it kept, some are missing.
TEST_F(SingleRunnerTest, QueuedAgainItKeepsTheRowsUpToTheFirstThatItFoundInstead) {
  device_->make_pool(16, kPage);
  SingleRunner runner(*device_, lcp_with_no_room_to_write(16));
  const Tokens prompt = text(18, 10);
  LiveRequest request(runner, prompt, {.max_new_tokens = 3, .chunk = 8, .keep_hidden = true});
  EXPECT_EQ(request.step(), StepResult::more);
  runner.generate(prompt, {.max_new_tokens = 1});
  dynamic_cast<NoRoomToWrite&>(runner.desk()).refusals = 1;
  while (request.step() == StepResult::more) {
  }
  const Generation got = request.take(), expected = alone(prompt, 3);
  EXPECT_EQ(got.output, expected.output);
  ASSERT_EQ(got.hidden.size(), 8 * model_->config().hidden_size) << "position 8 was found";
  EXPECT_FALSE(first_difference(got.hidden, std::span(expected.hidden).first(got.hidden.size())));
}

}  // namespace
}  // namespace radixlab
