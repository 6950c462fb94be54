// Requests in a pool that just holds them: beside a text whose lock is in the way, beside each other, and on a device
// that fails (I4, I18, I38).
#include "apps/single_runner.hpp"

#include <gtest/gtest.h>
#include <numeric>

#include "apps/random_model.hpp"
#include "ladder.hpp"
#include "llm/cpu_device.hpp"
#include "llm/device_wrapper.hpp"
#include "testing/compare.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {
namespace {

using Tokens = std::vector<TokenId>;

constexpr std::size_t kPage = 4;  // [tokens]

/// Fails at its `fail_at`-th run or copy, from 1 on.
class Failing : public DeviceWrapper {
 public:
  using DeviceWrapper::DeviceWrapper;
  std::size_t fail_at = 0, calls = 0;

 private:
  void count() {
    if (++calls == fail_at) throw DeviceError("bus 4 is gone");
  }
  void do_run(std::span<const Sequence> batch, const Asked& asked) override {
    count();
    DeviceWrapper::do_run(batch, asked);
  }
  void do_copy_pages(std::span<const PageCopy> copies) override {
    count();
    DeviceWrapper::do_copy_pages(copies);
  }
};

/// A runner over a watched manager, and what of the pool nobody has.
struct Served {
  Served(Device& device, const char* manager, std::size_t pages, std::size_t page_size = kPage) : num_pages(pages) {
    device.make_pool(num_pages, page_size);
    Made made = make_row(manager, {.page_size = page_size, .num_pages = num_pages, .watch = true});
    source = made.source.get();
    story = made.story;
    runner.emplace(device, std::move(made));
  }
  /// Pages that are neither free nor cached: of the requests that run (I4).
  std::size_t private_pages() const { return num_pages - source->free_count() - story->size_info().total_size(); }
  std::vector<std::pair<Tokens, std::vector<PageId>>> cached() const {
    std::vector<std::pair<Tokens, std::vector<PageId>>> nodes;
    for (const NodeView& node : story->snapshot().nodes) nodes.emplace_back(node.tokens, node.pages);
    return nodes;
  }
  void expect_nothing_held() const {
    EXPECT_EQ(private_pages(), 0u) << "I4";
    EXPECT_EQ(story->size_info().protected_size, 0u) << "I18";
    story->same_as_snapshot();
    story->check_integrity();
  }

  std::size_t num_pages;
  PageSource* source = nullptr;
  Story* story = nullptr;
  std::optional<SingleRunner> runner;
};

class SingleRunnerTest : public testing::Test {
 protected:
  SingleRunnerTest() {
    RandomModel random;
    random.config = *preset_config("tiny");
    write_random_model(random, folder_ / "model", [](std::size_t) {});
    model_.emplace(folder_ / "model", DType::f32);
    device_.emplace(*model_, best_isa(), threads_);
  }

  static Tokens text(std::size_t length, TokenId first) {
    Tokens tokens(length);
    std::iota(tokens.begin(), tokens.end(), first);
    return tokens;
  }

  /// What a request gives that has the device for itself.
  Generation alone(const Tokens& prompt, std::size_t new_tokens) {
    CpuDevice device(*model_, best_isa(), threads_);
    device.make_pool(64, kPage);
    SingleRunner runner(device, make_row("naive", {.page_size = kPage, .num_pages = 64}));
    return runner.generate(prompt, {.max_new_tokens = new_tokens, .keep_hidden = true});
  }
  void expect_as_alone(const Generation& got, const Tokens& prompt, std::size_t new_tokens) {
    const Generation expected = alone(prompt, new_tokens);
    const std::size_t rows = prompt.size() + new_tokens - 1 - got.cached_tokens;
    EXPECT_EQ(got.output, expected.output);
    ASSERT_EQ(got.hidden.size(), rows * model_->config().hidden_size) << "each row once";
    EXPECT_FALSE(first_difference(got.hidden, std::span(expected.hidden).last(got.hidden.size())));
  }

  // 24 tokens are served and kept; then comes a prompt that begins with 4 of them.
  Generation second(const char* manager, std::size_t prompt_tokens, std::size_t new_tokens, std::size_t num_pages) {
    device_->make_pool(num_pages, kPage);
    SingleRunner runner(*device_, make_row(manager, {.page_size = kPage, .num_pages = num_pages}));
    const Tokens kept = text(24, 10);
    Tokens prompt = text(prompt_tokens, 100);
    std::copy_n(kept.begin(), 4, prompt.begin());
    runner.generate(kept, {.max_new_tokens = 1});
    Generation got = runner.generate(prompt, {.max_new_tokens = new_tokens, .keep_hidden = true});
    expect_as_alone(got, prompt, new_tokens);
    return got;
  }

  TemporaryFolder folder_;
  ThreadPool threads_{1};
  std::optional<Model> model_;
  std::optional<CpuDevice> device_;
};

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
Made lcp_with_no_room_to_write(std::size_t num_pages) {
  Made made = make_row("lcp", {.page_size = kPage, .num_pages = num_pages});
  made.make_desk = [](BaseCacheManager& manager, PageSource& pages, KvStore& kv, std::size_t page_size) {
    return std::unique_ptr<CacheManager>(std::make_unique<NoRoomToWrite>(manager, pages, kv, page_size));
  };
  return made;
}

TEST_F(SingleRunnerTest, AsksTheDeskBeforeEachStepWhetherItMayWrite) {
  device_->make_pool(8, kPage);
  Made made = lcp_with_no_room_to_write(8);
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

class OnAFailingDevice : public SingleRunnerTest, public testing::WithParamInterface<const Stage*> {
 protected:
  static std::size_t page_size() { return GetParam()->whole_texts ? 24 : kPage; }

  static std::string words_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const DeviceError& error) {
      return error.what();
    }
    return "no DeviceError";
  }
};

// Two requests are under way, with a hit each and chunks published, when the device goes: at each call in turn.
TEST_P(OnAFailingDevice, ItsRequestsAreToldPublishNothingAndLeaveNothingBehind) {
  std::size_t ends = 0;
  for (std::size_t fail_at = 1;; ++fail_at) {
    Failing failing(*device_);
    Served s(failing, GetParam()->name, 16, page_size());
    const Tokens shared = text(13, 10);
    Tokens longer = shared;
    longer.insert(longer.end(), {90, 91, 92, 93, 94});
    s.runner->generate(shared, {.max_new_tokens = 1});
    failing.calls = 0;
    failing.fail_at = fail_at;
    const GenerateOptions options{.max_new_tokens = 3, .chunk = 3};
    std::optional<LiveRequest> a, b, aborted;
    decltype(s.cached()) before = s.cached();
    const std::string words = words_of([&] {
      aborted.emplace(*s.runner, text(9, 150), options);
      before = s.cached();
      aborted->step();
      for (auto* request : {&a, &b}) {
        before = s.cached();
        request->emplace(*s.runner, request == &a ? longer : text(9, 120), options);
      }
      for (bool more = true; more;) {
        more = false;
        for (auto* request : {&a, &b}) {
          before = s.cached();
          more |= (*request)->step() == StepResult::more;
        }
      }
    });
    if (words == "no DeviceError") break;
    ++ends;
    EXPECT_EQ(words, "bus 4 is gone");
    EXPECT_EQ(s.cached(), before) << "published after call " << fail_at << " failed";
    for (auto* request : {&a, &b}) {
      if (!*request) continue;
      const std::string told = words_of([&] {
        if ((*request)->step() == StepResult::done) throw DeviceError("bus 4 is gone");  // it was done before
      });
      EXPECT_EQ(told, "bus 4 is gone");
    }
    aborted.reset();  // never told, and publishes nothing either
    EXPECT_EQ(s.cached(), before) << "published after call " << fail_at << " failed";
    s.expect_nothing_held();
    EXPECT_EQ(words_of([&] { s.runner->generate(shared, options); }), "bus 4 is gone");
    EXPECT_EQ(words_of([&] { LiveRequest late(*s.runner, shared, options); }), "bus 4 is gone");
    EXPECT_EQ(failing.calls, fail_at) << "nothing reaches a device that has ended";
    s.expect_nothing_held();
  }
  EXPECT_GE(ends, 10u);
}

TEST_P(OnAFailingDevice, AWaitingRequestIsTold) {
  Failing failing(*device_);
  Served s(failing, GetParam()->name, GetParam()->whole_texts ? 1 : 4, page_size());
  LiveRequest a(*s.runner, text(12, 10), {.max_new_tokens = 3});
  LiveRequest b(*s.runner, text(12, 100), {.max_new_tokens = 3});
  EXPECT_EQ(b.step(), StepResult::waiting);
  failing.fail_at = 1;
  EXPECT_THROW(failing.copy_kv(0, 0, 1), DeviceError) << "somebody else's call";
  EXPECT_EQ(words_of([&] { b.step(); }), "bus 4 is gone") << "there is no room for it still, and never will be";
  EXPECT_EQ(words_of([&] { a.step(); }), "bus 4 is gone");
  s.expect_nothing_held();
}

INSTANTIATE_TEST_SUITE_P(Managers, OnAFailingDevice, testing::ValuesIn(built_stages()),
                         [](const auto& stage) { return std::string(stage.param->name); });

}  // namespace
}  // namespace radixlab
