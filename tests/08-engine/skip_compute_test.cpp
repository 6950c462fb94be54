// Chapter 08, task 8.3: a step computes what has no keys and values yet, and nothing else.
#include "scene.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

using Places = std::vector<std::size_t>;

class Lab08SkipCompute : public testing::Test {
 protected:
  /// A request of which some tokens are computed, in pages of four.
  EngineRequest& request(RequestId id, std::size_t prompt, std::size_t generated, std::size_t computed) {
    EngineRequest& r = requests_.emplace_back();
    r.id = id;
    r.figures.num_prompt_tokens = prompt;
    r.at_desk.tokens = text(static_cast<TokenId>(id), prompt + generated);
    r.at_desk.computed = computed;
    for (std::size_t at = 0; at < r.at_desk.tokens.size(); at += 4) r.at_desk.pages.push_back(next_page_++);
    return r;
  }
  static std::string refused(const std::vector<Scheduled>& scheduled) {
    try {
      build_batch(scheduled);
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return "it went through";
  }
  static void expect_sequence(const Batch& batch, std::size_t i, std::size_t start, std::size_t num_tokens) {
    ASSERT_LT(i, batch.sequences.size()) << "each request has a sequence";
    const Sequence& sequence = batch.sequences[i];
    const Request& r = batch.requests[i].request->at_desk;
    EXPECT_EQ(sequence.start, start) << "request " << i << " has keys and values of " << start
                                     << " tokens: its sequence begins behind them";
    EXPECT_EQ(sequence.tokens.size(), num_tokens) << "request " << i << " computes as many tokens as were scheduled";
    EXPECT_EQ(sequence.tokens.data(), r.tokens.data() + start)
        << "the tokens of request " << i << " from there on, in place";
    EXPECT_TRUE(std::ranges::equal(sequence.pages, r.pages)) << "the page table of request " << i;
    EXPECT_EQ(sequence.pages.data(), r.pages.data()) << "the page table of request " << i << " is not copied";
  }
  std::list<EngineRequest> requests_;
  PageId next_page_ = 3;
};

TEST_F(Lab08SkipCompute, T3_TheSceneOfTheQuestions) {
  EngineRequest &a = request(0, 28, 0, 8), &b = request(1, 12, 0, 9), &c = request(2, 8, 2, 9);
  const Batch batch = build_batch(std::vector<Scheduled>{{&a, 8}, {&b, 3}, {&c, 1}});
  ASSERT_EQ(batch.requests.size(), 3u);
  EXPECT_EQ(batch.requests[0].num_tokens, 8u) << "as scheduled";
  expect_sequence(batch, 0, 8, 8);
  expect_sequence(batch, 1, 9, 3);
  expect_sequence(batch, 2, 9, 1);
  EXPECT_EQ(batch.num_rows, 12u) << "8 of A, 3 of B, 1 of C";
  EXPECT_EQ(batch.sampled, (Places{10, 11})) << "of the batch's 12 rows B's last one and C's only one; A has 16 of its "
                                                "28 tokens computed then, and none is sampled";
  EXPECT_EQ(batch.sampled_from, (Places{1, 2}));
}

TEST_F(Lab08SkipCompute, T3_RequestsStandAsScheduled) {
  EngineRequest &a = request(5, 6, 0, 0), &b = request(2, 6, 0, 5);
  const Batch batch = build_batch(std::vector<Scheduled>{{&a, 6}, {&b, 1}});
  ASSERT_EQ(batch.requests.size(), 2u);
  EXPECT_EQ(batch.requests[0].request, &a);
  EXPECT_EQ(batch.requests[0].num_tokens, 6u);
  EXPECT_EQ(batch.requests[1].request, &b);
  EXPECT_EQ(batch.requests[1].num_tokens, 1u);
  EXPECT_EQ(batch.sampled, (Places{5, 6}));
  EXPECT_EQ(batch.sampled_from, (Places{0, 1}));
}

TEST_F(Lab08SkipCompute, T3_NothingIsDrawnBeforeThePromptIsDone) {
  EngineRequest& r = request(0, 20, 0, 0);
  for (const std::size_t chunk : {7, 12}) {
    const Batch batch = build_batch(std::vector<Scheduled>{{&r, chunk}});
    EXPECT_THAT(batch.sampled, IsEmpty()) << r.at_desk.computed + chunk << " of 20 tokens will be computed";
    EXPECT_THAT(batch.sampled_from, IsEmpty());
    EXPECT_EQ(batch.num_rows, chunk);
    r.at_desk.computed += chunk;
  }
  const Batch last = build_batch(std::vector<Scheduled>{{&r, 1}});
  EXPECT_EQ(last.sampled, (Places{0}));
  expect_sequence(last, 0, 19, 1);
}

TEST_F(Lab08SkipCompute, T3_AfterAPreemptionTheLastTokenAloneIsSampled) {
  EngineRequest& r = request(0, 10, 5, 0);
  Batch batch = build_batch(std::vector<Scheduled>{{&r, 15}});
  EXPECT_EQ(batch.sampled, (Places{14})) << "its 5 generated tokens are known: what follows the last one is drawn";
  batch = build_batch(std::vector<Scheduled>{{&r, 12}});
  EXPECT_THAT(batch.sampled, IsEmpty()) << "the prompt is done, but not what was generated behind it";
}

TEST_F(Lab08SkipCompute, T3_AnEmptyStep) {
  const Batch batch = build_batch({});
  EXPECT_EQ(batch.num_rows, 0u);
  EXPECT_TRUE(batch.requests.empty() && batch.sequences.empty() && batch.sampled.empty());
}

TEST_F(Lab08SkipCompute, T3_NoneOrTooMany) {
  EngineRequest &a = request(41, 10, 0, 4), &b = request(42, 8, 1, 8);
  EXPECT_THAT(refused({{&a, 6}, {&b, 0}}), HasSubstr("request 42")) << "0 tokens are scheduled of request 42";
  EXPECT_THAT(refused({{&a, 7}, {&b, 1}}), HasSubstr("request 41")) << "6 tokens are left of request 41";
  EXPECT_THAT(refused({{&a, 6}, {&b, 2}}), HasSubstr("request 42")) << "1 token is left of request 42";
  EXPECT_EQ(refused({{&a, 6}, {&b, 1}}), "it went through");
}

TEST_F(Lab08SkipCompute, T3_CountedByTheDevice) {
  Scene s;
  s.failure.reset();  // the cache's calls say nothing of a batch
  s.store(text(1, 36));
  const std::size_t before = s.device.tokens_computed();
  EngineRequest &again = s.admitted(text(1, 36)), &longer = s.admitted(text(1, 36) + text(90, 5));
  const Batch batch = build_batch(std::vector<Scheduled>{{&again, again.num_left()}, {&longer, longer.num_left()}});
  std::vector<float> logits(batch.sampled.size() * FakeDevice::kVocab);
  s.device.run(batch.sequences, {.rows = batch.sampled, .logits = logits});
  EXPECT_EQ(s.device.tokens_computed() - before, 6u) << "1 of a full hit, 5 behind a prefix that was found";
  const auto expected = FakeDevice::logits_behind(text(1, 36) + text(90, 5));
  ASSERT_EQ(logits.size(), 2 * expected.size());
  if (!std::ranges::equal(FakeDevice::logits_behind(text(1, 36)), std::span(logits).first(FakeDevice::kVocab)))
    ADD_FAILURE()
        << "the first logits are not those behind the 36 tokens of request 0: is row 0 sampled, its only one?";
  if (!std::ranges::equal(expected, std::span(logits).last(FakeDevice::kVocab)))
    ADD_FAILURE() << "the last logits are not those behind the 41 tokens of request 1: is row 5 sampled, its last one?";
}

}  // namespace
}  // namespace radixlab
