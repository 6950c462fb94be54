// Chapter 08's given parts: the engine around the tasks. A fake device tells whoever reads what is not its own, and the truth of an
// answer is drawn from its text alone.
#include "08-engine/engine.hpp"

#include "scene.hpp"
#include "storage/free_list.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kP = 4;
const std::string kGone = "the fake bus is gone";

std::string bytes_of(TokenId token) {
  return {static_cast<char>('a' + token % 26), static_cast<char>('a' + token / 26)};
}

/// An answer as it must be, whatever else is in the batch.
Text answer_to(Text tokens, const SamplingParams& params, std::size_t answer = 0) {
  const std::size_t prompt = tokens.size();
  while (tokens.size() < prompt + params.max_tokens) {
    tokens.push_back(sample(FakeDevice::logits_behind(tokens), params, answer, tokens.size() - prompt).value());
    if (std::ranges::count(params.stop_token_ids, tokens.back()) > 0) break;
  }
  return {tokens.begin() + static_cast<std::ptrdiff_t>(prompt), tokens.end()};
}

class EngineScene {
 public:
  explicit EngineScene(const EngineConfig& config = {}, std::size_t num_pages = 64, EngineHooks hooks = {})
      : device(num_pages, kP),
        made(device, num_pages, kP),
        engine(device, std::move(made.pool), config, std::move(hooks), bytes_of) {}

  FakeDevice device;
  WatchedPages made;
  Engine engine;
  std::map<RequestId, Text> answers;  ///< so far
  std::map<RequestId, RequestOutput> ends;

  std::vector<RequestOutput> step() {
    std::vector<RequestOutput> outputs = engine.step();
    for (const RequestOutput& output : outputs) {
      if (output.token) answers[output.id].push_back(*output.token);
      if (output.finish_reason == FinishReason::none) continue;
      EXPECT_FALSE(ends.contains(output.id)) << "request " << output.id << " ends twice";
      ends[output.id] = output;
    }
    return outputs;
  }
  void run_to_the_end() {
    for (std::size_t i = 0; engine.has_unfinished_requests(); ++i) {
      ASSERT_LT(i, 2000u) << "somebody never comes to an end";
      step();
    }
  }
  std::size_t free_and_cached() {
    return engine.pages().free_count() + engine.pages().cache().size_info().total_size();
  }
  void expect_nothing_left(const std::string& when) {
    EXPECT_FALSE(engine.has_unfinished_requests()) << when;
    EXPECT_THAT(engine.router().waiting(), IsEmpty()) << when;
    EXPECT_THAT(engine.router().running(), IsEmpty()) << when;
    EXPECT_EQ(engine.pages().cache().size_info().protected_size, 0u) << "I34: pages are locked: " << when;
    EXPECT_EQ(free_and_cached(), engine.pages().num_pages()) << "I34: pages are neither free nor cached: " << when;
    EXPECT_NO_THROW(engine.pages().desk().reset()) << "I37: " << when;
    EXPECT_EQ(engine.pages().free_count(), engine.pages().num_pages()) << when;
  }
  std::size_t cached(const Text& tokens) { return engine.pages().cache().match_prefix(tokens).cached_len; }
};

TEST(Engine, AnAnswerHangsOnItsTextAlone) {
  for (const EngineConfig& config :
       {EngineConfig{}, EngineConfig{.max_num_seqs = 3, .max_num_batched_tokens = 5, .chunked_prefill_size = 3},
        EngineConfig{.enable_prefix_caching = false, .max_num_seqs = 2},
        EngineConfig{.chunked_prefill_size = 1, .schedule_policy = SchedulePolicy::lpm, .max_bypass = 1}}) {
    EngineScene s(config, 12);
    std::map<RequestId, Text> wanted;
    for (TokenId i = 0; i < 9; ++i) {
      const Text prompt = i % 3 == 0 ? text(1, 13) : i % 3 == 1 ? text(1, 8) + text(100 + i, 6) : text(20 * i, 7);
      const SamplingParams params{
          .temperature = i % 2 ? 0.8f : 0.0f, .seed = static_cast<std::uint64_t>(i), .max_tokens = 12};
      wanted[s.engine.add_request(prompt, params)] = answer_to(prompt, params);
      if (i > 4) s.step();
    }
    s.run_to_the_end();
    EXPECT_EQ(s.answers, wanted);
    EXPECT_GT(s.engine.stats().preemptions, 0u) << "the pool is too small for all";
    for (const auto& [id, end] : s.ends) {
      EXPECT_EQ(end.finish_reason, FinishReason::length);
      EXPECT_EQ(end.figures.num_cached_tokens + end.figures.num_computed_tokens, end.figures.num_prompt_tokens)
          << "I35";
      EXPECT_LE(end.figures.num_bypassed, config.max_bypass) << "I38";
    }
    s.expect_nothing_left("all are done");
  }
}

TEST(Engine, TheScenesOfTheQuestions) {
  EngineScene s({.max_num_batched_tokens = 100});
  s.engine.add_request(text(1, 36), {.max_tokens = 1});
  s.run_to_the_end();
  std::size_t before = s.device.tokens_computed();
  s.engine.add_request(text(1, 36), {.max_tokens = 1});
  s.run_to_the_end();
  EXPECT_EQ(s.device.tokens_computed() - before, 1u) << "a full hit";
  before = s.device.tokens_computed();
  s.engine.add_request(text(50, 40), {.max_tokens = 1}), s.engine.add_request(text(50, 40), {.max_tokens = 1});
  s.run_to_the_end();
  EXPECT_EQ(s.device.tokens_computed() - before, 41u) << "twins";
}

TEST(Engine, NothingToDo) {
  EngineScene s;
  EXPECT_THAT(s.step(), IsEmpty());
  EXPECT_EQ(s.device.runs, 0u);
  EXPECT_EQ(s.engine.stats().steps, 0u);
}

TEST(Engine, RequestsAreNumberedAsTheyArrive) {
  EngineScene s;
  EXPECT_EQ(s.engine.add_request(text(1, 4), {.n = 3}), 0u);
  EXPECT_EQ(s.engine.add_request(text(1, 4), {}), 3u) << "the answers of request 0 are 0, 1 and 2";
}

TEST(Engine, OneTokenIsAllThatIsAskedFor) {
  EngineScene s;
  s.engine.add_request(text(1, 8), {.max_tokens = 1});
  const auto outputs = s.step();
  ASSERT_THAT(outputs, SizeIs(1));
  EXPECT_EQ(outputs[0].token, answer_to(text(1, 8), {.max_tokens = 1})[0]);
  EXPECT_EQ(outputs[0].finish_reason, FinishReason::length);
  EXPECT_EQ(outputs[0].text, std::nullopt) << "it has no stop texts";
  EXPECT_EQ(s.engine.stats().tokens_run, 8u) << "the one new token is never run";
  s.expect_nothing_left("a request of one token is done");
}

TEST(Engine, AStopTokenEndsAnAnswer) {
  EngineScene s;
  const Text prompt = text(1, 6), whole = answer_to(prompt, {.max_tokens = 9});
  const RequestId id = s.engine.add_request(prompt, {.max_tokens = 9, .stop_token_ids = {255, whole[4]}});
  s.run_to_the_end();
  EXPECT_EQ(s.answers[id], Text(whole.begin(), whole.begin() + 5)) << "the stop token is the last one";
  EXPECT_EQ(s.ends[id].finish_reason, FinishReason::stop);
  EXPECT_EQ(s.engine.stats().tokens_run, 6u + 4) << "nothing behind it is computed";
  s.expect_nothing_left("an answer came to a stop token");
}

TEST(Engine, AStopAtTheLastTokenIsAStop) {
  EngineScene s;
  const Text prompt = text(1, 6), whole = answer_to(prompt, {.max_tokens = 3});
  const RequestId id = s.engine.add_request(prompt, {.max_tokens = 3, .stop_token_ids = {whole[2]}});
  s.run_to_the_end();
  EXPECT_EQ(s.ends[id].finish_reason, FinishReason::stop);
}

TEST(Engine, AStopTextAcrossTokensEndsAnAnswer) {
  EngineScene s;
  const Text prompt = text(1, 6), whole = answer_to(prompt, {.max_tokens = 9});
  std::string words;
  for (const TokenId token : whole) words += bytes_of(token);
  const std::string stop = words.substr(5, 4);  // from the middle of token 2 to that of token 4
  const std::size_t at = words.find(stop), tokens = (at + stop.size() + 1) / 2;
  const RequestId id = s.engine.add_request(prompt, {.max_tokens = 9, .stop = {"no such text", stop}});
  s.run_to_the_end();
  EXPECT_EQ(s.answers[id], Text(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(tokens)));
  EXPECT_EQ(s.ends[id].finish_reason, FinishReason::stop);
  EXPECT_EQ(s.ends[id].text, words.substr(0, at)) << "cut before the stop text";
  EXPECT_EQ(s.engine.stats().tokens_run, 6 + tokens - 1) << "nothing behind it is computed";
}

TEST(Engine, AStopTextThatNeverComes) {
  EngineScene s;
  const Text prompt = text(1, 6), whole = answer_to(prompt, {.max_tokens = 5});
  std::string words;
  for (const TokenId token : whole) words += bytes_of(token);
  const RequestId id = s.engine.add_request(prompt, {.max_tokens = 5, .stop = {"no such text"}});
  s.run_to_the_end();
  EXPECT_EQ(s.ends[id].finish_reason, FinishReason::length);
  EXPECT_EQ(s.ends[id].text, words) << "the whole answer";
}

TEST(Engine, StopTextsAreOfEachAnswerAlone) {
  EngineScene s({}, 9);
  const Text prompt = text(1, 10);
  SamplingParams params{.n = 3, .temperature = 1, .max_tokens = 12};
  std::vector<std::string> words(3);
  for (std::size_t i = 0; i < 3; ++i)
    for (const TokenId token : answer_to(prompt, params, i)) words[i] += bytes_of(token);
  params.stop = {words[1].substr(9, 3)};
  s.engine.add_request(prompt, params);
  s.run_to_the_end();
  for (RequestId id = 0; id < 3; ++id) EXPECT_EQ(s.ends[id].text, words[id].substr(0, words[id].find(params.stop[0])));
  EXPECT_GT(s.engine.stats().preemptions, 0u) << "what an answer has said is kept through a preemption";
}

TEST(Engine, ARefusedRequestChangesNothing) {
  EngineScene s({}, 16);
  const auto expect_refused = [&](const Text& prompt, const SamplingParams& params, const std::string& words) {
    try {
      s.engine.add_request(prompt, params);
      ADD_FAILURE() << "went through, expected: " << words;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), HasSubstr(words));
    }
    EXPECT_FALSE(s.engine.has_unfinished_requests());
    EXPECT_THAT(s.engine.router().waiting(), IsEmpty());
  };
  expect_refused({}, {}, "an empty prompt");
  expect_refused(text(1, 4), {.max_tokens = 0}, "max_tokens");
  expect_refused(text(1, 4), {.n = 0}, "n");
  expect_refused(text(1, 4), {.temperature = -1}, "temperature");
  expect_refused(text(1, 60), {.max_tokens = 6}, "65 places; the KV pool has 64 (16 pages of 4)");
  expect_refused(Text(500, 1), {.max_tokens = 14}, "513 positions; the model's max_position_embeddings is 512");
  expect_refused({1, 256}, {}, "256");
  expect_refused({1, -1}, {}, "-1");
  EXPECT_EQ(s.engine.add_request(text(1, 60), {.max_tokens = 5}), 0u)
      << "64 places: it fits, and no number was used up";
  s.run_to_the_end();
  EXPECT_EQ(s.answers[0], answer_to(text(1, 60), {.max_tokens = 5}));

  Engine mute(s.device, {std::make_unique<NaiveCacheManager>(), std::make_shared<FreeList>(16)}, {});
  EXPECT_THROW(mute.add_request(text(1, 4), {.stop = {"x"}}), std::invalid_argument) << "nobody says what a token adds";
  EXPECT_FALSE(mute.has_unfinished_requests());
}

TEST(Engine, ConfigsAreRefused) {
  const auto words = [](const EngineConfig& config) -> std::string {
    try {
      EngineScene s(config);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "it went through";
  };
  EXPECT_THAT(words({.max_num_seqs = 0}), HasSubstr("max_num_seqs is 0"));
  EXPECT_THAT(words({.max_num_seqs = 8, .max_num_batched_tokens = 7}), HasSubstr("max_num_batched_tokens is 7"));
  EXPECT_THAT(words({.max_num_batched_tokens = 0}), HasSubstr("max_num_batched_tokens is 0"));
  EXPECT_EQ(words({.max_num_seqs = 8, .max_num_batched_tokens = 8}), "it went through");
}

TEST(Engine, WithoutPrefixCachingNothingIsFoundAndNothingKept) {
  EngineScene s({.enable_prefix_caching = false});
  for (int i = 0; i < 2; ++i) s.engine.add_request(text(1, 20), {.max_tokens = 3});
  s.step();
  EXPECT_EQ(s.engine.stats().tokens_run, 40u) << "nobody waits for a twin of whom nothing would be found";
  s.engine.add_request(text(1, 20), {.max_tokens = 3});
  s.run_to_the_end();
  EXPECT_EQ(s.engine.stats().tokens_run, 3 * (20u + 2));
  for (const auto& [id, end] : s.ends) EXPECT_EQ(end.figures.num_cached_tokens, 0u);
  EXPECT_EQ(s.engine.pages().free_count(), 64u) << "nothing is kept";
}

TEST(Engine, AbortAtEachStep) {
  const std::vector<Text> prompts = {text(1, 13), text(1, 13), text(1, 8) + text(90, 9), text(60, 20)};
  const SamplingParams params{.n = 2, .temperature = 1, .max_tokens = 5};
  for (std::size_t at = 0; at < 12; ++at)
    for (RequestId victim = 0; victim < 8; ++victim) {
      EngineScene s({.max_num_batched_tokens = 32, .chunked_prefill_size = 6}, 18);
      for (const Text& prompt : prompts) s.engine.add_request(prompt, params);
      for (std::size_t i = 0; i < at; ++i) s.step();
      const bool unborn = victim % 2 == 1 && !s.answers.contains(victim), done = s.ends.contains(victim);
      const Text before = s.answers[victim];
      ASSERT_EQ(s.engine.abort_request(victim), !unborn && !done) << "at step " << at;
      EXPECT_FALSE(s.engine.abort_request(victim)) << "there is no such request any more";
      s.run_to_the_end();
      const bool alone = !unborn && !done;
      EXPECT_TRUE(!alone || s.answers[victim] == before) << "nothing follows an abort";
      const bool with_it = alone && victim % 2 == 0 && before.empty();  // its second answer was never begun
      for (RequestId id = 0; id < 8; ++id) {
        if ((alone && id == victim) || (with_it && id == victim + 1)) continue;
        ASSERT_EQ(s.answers[id], answer_to(prompts[id / 2], params, id % 2))
            << "request " << id << ", though " << victim << " was aborted at step " << at;
      }
      s.expect_nothing_left("request " + std::to_string(victim) + " was aborted at step " + std::to_string(at));
    }
}

TEST(Engine, WhatAnAbortedOneComputedStaysCached) {
  EngineScene s({.chunked_prefill_size = 8});
  const RequestId id = s.engine.add_request(text(1, 20), {});
  s.step();
  s.engine.abort_request(id);
  EXPECT_EQ(s.cached(text(1, 20)), 8u);
  EXPECT_FALSE(s.engine.abort_request(17)) << "there is no such request";
}

TEST(Engine, AnswersShareThePrompt) {
  EngineScene s;
  const Text prompt = text(1, 10);
  const SamplingParams params{.n = 4, .temperature = 1, .seed = 5, .max_tokens = 6};
  s.engine.add_request(prompt, params);
  const auto first = s.step();
  ASSERT_THAT(first, SizeIs(4)) << "all answers have their first token in one step";
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(std::pair(first[i].id, first[i].answer), std::pair(RequestId{i}, i));
  s.run_to_the_end();
  for (RequestId i = 0; i < 4; ++i) EXPECT_EQ(s.answers[i], answer_to(prompt, params, i));
  EXPECT_EQ(s.engine.stats().tokens_run, 10u + 4 * 5) << "the prompt is computed once";
  EXPECT_EQ(s.ends[2].figures.num_cached_tokens, 10u) << "a fork finds the whole prompt";
  EXPECT_EQ(s.ends[2].figures.num_computed_tokens, 0u) << "I35";
  s.expect_nothing_left("four answers are done");
}

TEST(Engine, AnswersWithoutASeatWait) {
  EngineScene s({.max_num_seqs = 2});
  const SamplingParams params{.n = 5, .temperature = 1, .max_tokens = 4};
  s.engine.add_request(text(1, 10), params);
  EXPECT_THAT(s.step(), SizeIs(5));
  EXPECT_THAT(s.engine.router().running(), SizeIs(2)) << "two seats";
  EXPECT_THAT(s.engine.router().waiting(), SizeIs(3));
  s.run_to_the_end();
  for (RequestId i = 0; i < 5; ++i) {
    EXPECT_EQ(s.answers[i], answer_to(text(1, 10), params, i));
    EXPECT_EQ(s.ends[i].figures.num_cached_tokens + s.ends[i].figures.num_computed_tokens, 10u) << "I35";
  }
  s.expect_nothing_left("five answers on two seats are done");
}

TEST(Engine, AnswersWithoutRoomWait) {
  EngineScene s({}, 5);
  const SamplingParams params{.n = 4, .temperature = 1, .max_tokens = 5};
  s.engine.add_request(text(1, 10), params);
  s.run_to_the_end();
  for (RequestId i = 0; i < 4; ++i) {
    EXPECT_EQ(s.answers[i], answer_to(text(1, 10), params, i));
    EXPECT_EQ(s.ends[i].figures.num_cached_tokens + s.ends[i].figures.num_computed_tokens, 10u) << "I35: answer " << i;
  }
  EXPECT_GT(s.engine.stats().preemptions, 0u);
  s.expect_nothing_left("four answers in five pages are done");
}

TEST(Engine, AnswersUnderADeskThatCopiesWait) {
  FakeDevice device(5, kP);
  Engine engine(device, {std::make_unique<NaiveCacheManager>(), std::make_shared<FreeList>(5)}, {});
  const SamplingParams params{.n = 2, .temperature = 1, .max_tokens = 5};
  engine.add_request(text(1, 10), params);
  std::map<RequestId, Text> answers;
  for (std::size_t i = 0; engine.has_unfinished_requests(); ++i) {
    ASSERT_LT(i, 100u) << "somebody never comes to an end";
    for (const RequestOutput& output : engine.step()) answers[output.id].push_back(output.token.value());
    EXPECT_TRUE(i > 0 || engine.router().waiting().size() == 1) << "a copy of the prompt has no room beside it";
  }
  for (RequestId i = 0; i < 2; ++i) EXPECT_EQ(answers[i], answer_to(text(1, 10), params, i));
  EXPECT_EQ(engine.pages().free_count(), 5u);
}

TEST(Engine, AnswersThatEndWithTheFirstToken) {
  for (const std::size_t n : {1, 3}) {
    EngineScene s;
    s.engine.add_request(text(1, 10), {.n = n, .temperature = 1, .max_tokens = 1});
    const auto outputs = s.step();
    ASSERT_THAT(outputs, SizeIs(n));
    for (const RequestOutput& output : outputs) EXPECT_EQ(output.finish_reason, FinishReason::length);
    s.expect_nothing_left("all answers end at once");
  }
  EngineScene s;
  const Text first = answer_to(text(1, 10), {.n = 2, .temperature = 1, .max_tokens = 4}, 0);
  const SamplingParams params{.n = 2, .temperature = 1, .max_tokens = 4, .stop_token_ids = {first[0]}};
  s.engine.add_request(text(1, 10), params);
  EXPECT_THAT(s.step(), SizeIs(2));
  s.run_to_the_end();
  EXPECT_EQ(s.answers[0], Text{first[0]}) << "the first answer ends, and the others go on";
  EXPECT_EQ(s.answers[1], answer_to(text(1, 10), params, 1));
  s.expect_nothing_left("one of two ended with its first token");
}

TEST(Engine, GreedyAnswersAreEqual) {
  EngineScene s;
  s.engine.add_request(text(1, 10), {.n = 3, .max_tokens = 5});
  s.run_to_the_end();
  EXPECT_EQ(s.answers[1], s.answers[0]);
  EXPECT_EQ(s.answers[2], s.answers[0]);
}

TEST(Engine, ADeviceThatFailsInItsRun) {
  for (const std::size_t at : {1, 2, 3}) {
    EngineScene s({.max_num_seqs = 3, .chunked_prefill_size = 8});
    for (const TokenId first : {1, 1, 60, 100}) s.engine.add_request(text(first, 12), {.n = 2, .max_tokens = 5});
    s.device.run_fails = at;
    for (std::size_t i = 1; i < at; ++i) s.step();
    s.step();
    for (RequestId id = 0; id < 8; ++id) {
      ASSERT_TRUE(s.ends.contains(id)) << "request " << id
                                       << ": all fail, those that wait and answers that never began, too";
      EXPECT_EQ(s.ends[id].finish_reason, FinishReason::failed);
      EXPECT_EQ(s.ends[id].error, kGone) << "with the device's words";
      EXPECT_EQ(s.ends[id].answer, id % 2);
    }
    EXPECT_THROW(s.engine.add_request(text(1, 3), {}), DeviceError) << "the device has ended";
    EXPECT_THAT(s.step(), IsEmpty());
    s.expect_nothing_left("the device failed in its run " + std::to_string(at));
  }
}

TEST(Engine, ADeviceThatFailsWhileAPageIsCopied) {
  EngineScene fork;  // make_writable copies the page that two answers share
  fork.engine.add_request(text(1, 10), {.n = 2, .max_tokens = 5});
  fork.step();
  fork.device.copy_fails = 1;
  fork.step();
  ASSERT_THAT(fork.ends, SizeIs(2));
  EXPECT_EQ(fork.ends[1].error, kGone);
  fork.expect_nothing_left("the device failed in a copy for a running request");

  EngineScene hit;  // start copies the part of a page that was found
  hit.engine.add_request(text(1, 16), {.max_tokens = 1});
  hit.run_to_the_end();
  hit.engine.add_request(text(60, 5), {.max_tokens = 9});
  hit.engine.add_request(text(1, 14), {.max_tokens = 9});
  hit.device.copy_fails = 1;
  hit.step();
  EXPECT_EQ(hit.ends[1].error, kGone) << "it was admitted in the step in which the device failed";
  EXPECT_EQ(hit.ends[2].error, kGone);
  hit.expect_nothing_left("the device failed in a copy for a request that starts");
}

TEST(Engine, ADeviceThatFailsWhileACauseIsLookedFor) {
  EngineScene s;
  s.device.broken_token = 5;
  s.device.cause_fails = 1;
  s.engine.add_request(text(1, 10), {}), s.engine.add_request(text(60, 10), {});
  s.step();
  EXPECT_EQ(s.ends[0].error, kGone);
  EXPECT_EQ(s.ends[1].error, kGone);
  s.expect_nothing_left("the device failed while it looked for what broke a row");
}

TEST(Engine, ADeviceThatFailedBetweenTwoSteps) {
  EngineScene s;
  s.engine.add_request(text(1, 10), {.max_tokens = 5});
  s.step();
  s.device.copy_fails = 1;
  EXPECT_THROW(s.device.copy_kv(0, 60, 1), DeviceError);
  const std::size_t runs = s.device.runs;
  s.step();
  EXPECT_EQ(s.ends[0].error, kGone);
  EXPECT_EQ(s.device.runs, runs) << "a device that has ended is not asked";
  s.expect_nothing_left("the device failed between two steps");
}

TEST(Engine, NothingIsPublishedByADeviceThatFails) {
  EngineScene s;
  s.engine.add_request(text(1, 16), {.max_tokens = 5});
  s.device.run_fails = 1;
  s.step();
  EXPECT_EQ(s.cached(text(1, 16)), 0u);
}

TEST(Engine, NumbersThatAreNotFiniteEndOneRequest) {
  for (const std::size_t chunk : {0, 4, 5}) {
    EngineScene s({.chunked_prefill_size = chunk});
    s.device.broken_token = 11;
    const Text bad = text(1, 20), good = text(60, 20), twin = text(1, 8) + text(90, 5);
    s.engine.add_request(good, {.max_tokens = 4});
    s.engine.add_request(bad, {.n = 2, .max_tokens = 4});
    s.engine.add_request(twin, {.max_tokens = 4});
    s.run_to_the_end();
    EXPECT_EQ(s.answers[0], answer_to(good, {.max_tokens = 4}));
    EXPECT_EQ(s.answers[3], answer_to(twin, {.max_tokens = 4})) << "others go on, with the prefix that they share";
    for (const RequestId id : {1, 2}) {
      ASSERT_TRUE(s.ends.contains(id)) << "both answers end";
      EXPECT_EQ(s.ends[id].finish_reason, FinishReason::failed);
      EXPECT_THAT(s.ends[id].error, HasSubstr("request 1: the numbers at position 10 are not finite"));
      EXPECT_THAT(s.ends[id].error, HasSubstr("the fake weight of token 11")) << "the cause is told";
    }
    EXPECT_LE(s.cached(bad), 8u) << "nothing of what is broken is published";
    s.expect_nothing_left("one request came to numbers that are not finite");
  }
}

TEST(Engine, BrokenNumbersInAnAnswer) {
  const Text prompt = text(1, 6), whole = answer_to(prompt, {.max_tokens = 8});
  for (const bool logits_alone : {false, true}) {
    EngineScene s;
    (logits_alone ? s.device.broken_logits_token : s.device.broken_token) = whole[4];
    s.engine.add_request(prompt, {.max_tokens = 8});
    s.engine.add_request(text(60, 6), {.max_tokens = 8});
    s.run_to_the_end();
    EXPECT_EQ(s.answers[0], Text(whole.begin(), whole.begin() + 5)) << "the token whose row is broken was still said";
    EXPECT_EQ(s.ends[0].finish_reason, FinishReason::failed);
    EXPECT_THAT(s.ends[0].error, HasSubstr("position 10")) << "6 of the prompt, and token 4 of the answer";
    EXPECT_EQ(s.ends[1].finish_reason, FinishReason::length);
    EXPECT_LE(s.cached(prompt + whole), 4u) << "what was not published yet is not";
    s.expect_nothing_left("an answer came to numbers that are not finite");
  }
}

TEST(Engine, SaltsShareNothing) {
  EngineScene s;
  const SaltField field{'t', "b"};
  const std::uint32_t other = s.engine.salt(std::span(&field, 1));
  ASSERT_NE(other, 0u);
  s.engine.add_request(text(1, 20), {.max_tokens = 2}), s.engine.add_request(text(1, 20), {.max_tokens = 2}, other);
  s.step();
  EXPECT_EQ(s.engine.stats().tokens_run, 40u) << "a twin of another tenant is no twin";
  s.run_to_the_end();
  EXPECT_EQ(s.ends[1].figures.num_cached_tokens, 0u);
}

TEST(Engine, TheOnlyOneMakesRoomForItself) {
  std::vector<RequestId> preempted;
  EngineHooks hooks;
  hooks.step = [&](const EngineHooks::Step& step) { preempted = step.preempted; };
  EngineScene s({}, 4, hooks);
  s.engine.add_request(text(1, 8), {.max_tokens = 4});
  s.step();
  std::vector<PageId> held;
  while (const auto page = s.engine.pages().allocate_page()) held.push_back(*page);
  EXPECT_THAT(s.step(), IsEmpty()) << "it was preempted: nothing ran, and nothing is wrong";
  EXPECT_EQ(s.engine.stats().preemptions, 1u);
  EXPECT_THAT(preempted, ElementsAre(0)) << "the hook is told";
  for (const PageId page : held) s.engine.pages().free_page(page);
  s.run_to_the_end();
  EXPECT_EQ(s.answers[0], answer_to(text(1, 8), {.max_tokens = 4}));
  EXPECT_EQ(s.ends[0].figures.num_preemptions, 1u);
  s.expect_nothing_left("a request that made room for itself is done");
}

TEST(Engine, AnAnswerThatWaitsKeepsItsSalt) {
  EngineScene s({.max_num_seqs = 1});
  const SaltField field{'t', "b"};
  s.engine.add_request(text(1, 10), {.n = 2, .max_tokens = 2}, s.engine.salt(std::span(&field, 1)));
  s.run_to_the_end();
  EXPECT_EQ(s.ends[1].figures.num_cached_tokens, 8u) << "the second answer finds the prompt of the first";
  EXPECT_EQ(s.cached(text(1, 10)), 0u) << "and another tenant finds nothing";
}

TEST(Engine, ATwinIsWhoWouldFindAPageMore) {
  EngineScene s;
  s.engine.add_request(text(1, 20), {.max_tokens = 2});
  s.engine.add_request(text(1, 3) + text(60, 8), {.max_tokens = 2});
  s.step();
  EXPECT_EQ(s.engine.stats().tokens_run, 31u) << "3 equal tokens are no page: request 1 would find nothing later";

  Scene router;
  router.admitted(text(1, 20));
  router.store(text(1, 20));
  router.ask(text(1, 20));
  EXPECT_NE(router.router.next_waiting(), nullptr) << "all that request 0 will publish is cached already";
}

TEST(Engine, OthersHoldThePages) {
  EngineScene s({}, 8);
  std::vector<PageId> held;
  while (const auto page = s.engine.pages().allocate_page()) held.push_back(*page);
  s.engine.add_request(text(1, 8), {.max_tokens = 2});
  EXPECT_THROW(s.engine.step(), std::runtime_error) << "nobody runs, and no room can be made";
  EXPECT_TRUE(s.engine.has_unfinished_requests()) << "it waits";
  for (const PageId page : held) s.engine.pages().free_page(page);
  s.run_to_the_end();
  EXPECT_EQ(s.answers[0], answer_to(text(1, 8), {.max_tokens = 2}));
}

class Compacting : public testing::TestWithParam<bool> {};

TEST_P(Compacting, BetweenSteps) {
  EngineScene s({.enable_prefix_caching = GetParam(), .chunked_prefill_size = 5}, 40);
  std::size_t moved = 0;
  std::map<RequestId, Text> wanted;
  for (TokenId i = 0; i < 6; ++i) {
    const Text prompt = text(1, 7) + text(30 * i, static_cast<std::size_t>(3 * i + 3));
    const SamplingParams params{
        .n = i % 2 ? 2u : 1u, .temperature = 1, .max_tokens = static_cast<std::size_t>(3 + 2 * i)};
    const RequestId id = s.engine.add_request(prompt, params);
    for (std::size_t answer = 0; answer < params.n; ++answer) wanted[id + answer] = answer_to(prompt, params, answer);
  }
  for (std::size_t i = 0; s.engine.has_unfinished_requests(); ++i) {
    ASSERT_LT(i, 500u);
    s.step();
    const SizeInfo cached = s.engine.pages().cache().size_info();
    if (i % 5 == 1 && cached.evictable_size > 1)
      for (const PageId page : s.engine.pages().cache().evict(cached.evictable_size / 2))
        s.engine.pages().free_page(page);
    moved += s.engine.compact();
  }
  EXPECT_GT(moved, 0u);
  EXPECT_EQ(s.answers, wanted);
  s.expect_nothing_left("pages were moved between all steps");
}

INSTANTIATE_TEST_SUITE_P(PrefixCaching, Compacting, testing::Bool());

TEST(Engine, HooksSeeTheRun) {
  std::vector<std::string> seen;
  const auto word = [&](const std::string& name, RequestId id, std::size_t n) {
    seen.push_back(name + " " + std::to_string(id) + ":" + std::to_string(n));
  };
  std::vector<EngineHooks::Step> steps;
  std::vector<float> logits;
  EngineHooks hooks;
  hooks.before_run = [&](const EngineRequest& r, std::size_t num_tokens) { word("before", r.id, num_tokens); };
  hooks.after_run = [&](const EngineRequest& r, std::size_t first, std::span<const float> hidden) {
    word("after", r.id, hidden.size());
    for (const float row : hidden) EXPECT_EQ(row, static_cast<float>(first++)) << "the rows of its own positions";
  };
  hooks.sampled = [&](const EngineRequest& r, std::span<const float> row) {
    word("sampled", r.id, r.num_generated());
    logits.assign(row.begin(), row.end());
  };
  hooks.step = [&](const EngineHooks::Step& step) { steps.push_back(step); };
  EngineScene s({.chunked_prefill_size = 6}, 64, hooks);
  s.engine.add_request(text(1, 8), {.max_tokens = 2}), s.engine.add_request(text(60, 4), {.max_tokens = 1});
  s.engine.add_request(text(1, 8), {.max_tokens = 1});
  s.step();
  EXPECT_THAT(seen, ElementsAre("before 0:6", "before 1:4", "after 0:6", "after 1:4", "sampled 1:0"));
  EXPECT_EQ(logits, FakeDevice::logits_behind(text(60, 4)));
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(steps[0].number, 0u);
  ASSERT_THAT(steps[0].ran, SizeIs(2));
  EXPECT_EQ(steps[0].ran[0].num_tokens, 6u);
  EXPECT_THAT(steps[0].waiting, ElementsAre(2)) << "a twin";
  ASSERT_THAT(steps[0].outputs, SizeIs(1));
  EXPECT_EQ(steps[0].outputs[0].id, 1u);
  EXPECT_EQ(steps[0].outputs[0].figures.num_computed_tokens, 4u);
  s.run_to_the_end();
  ASSERT_THAT(steps, SizeIs(3));
  EXPECT_EQ(steps[2].ran[0].num_generated, 1u);
  EXPECT_EQ(steps[2].number, 2u);
  EXPECT_EQ(s.engine.stats().steps, 3u);
}

TEST(Engine, OutputsStandInOrderOfArrival) {
  EngineScene s({.max_num_seqs = 4, .schedule_policy = SchedulePolicy::lpm});
  s.engine.add_request(text(60, 16), {.max_tokens = 1});
  s.run_to_the_end();
  for (const TokenId first : {1, 60, 100})
    s.engine.add_request(text(first, 16) + text(200, 2), {.n = 2, .temperature = 1, .max_tokens = 3});
  while (s.engine.has_unfinished_requests()) {
    const auto outputs = s.step();
    EXPECT_TRUE(std::ranges::is_sorted(outputs, {}, &RequestOutput::id));
  }
}

TEST(Engine, ADestroyedEngineLeavesNoPage) {
  FakeDevice device(32, kP);
  WatchedPages made(device, 32, kP);
  {
    Engine engine(device, std::move(made.pool), {.max_num_seqs = 2});
    for (const TokenId first : {1, 1, 60}) engine.add_request(text(first, 10), {.n = 2, .max_tokens = 5});
    engine.step();
  }
  for (PageId page = 0; page < 32; ++page) EXPECT_EQ(made.allocator->slot(page).ref_count, 0u) << "page " << page;
}

TEST(Executor, RefusesAPageThatOneWritesAndAnotherUses) {
  Scene s;
  EngineRequest &a = s.admitted(text(1, 8)), &b = s.admitted(text(60, 8));
  AttentionExecutor executor(s.device, s.pages);
  std::vector<Scheduled> both = {{&a, 8}, {&b, 8}};
  Batch batch = build_batch(both);
  batch.sequences[1].pages = batch.sequences[0].pages;
  EXPECT_THROW(executor.execute(batch), std::logic_error) << "I22";
  EXPECT_EQ(s.device.runs, 0u) << "the device is not asked";
  const ExecutorOutput output = executor.execute(build_batch(both), true);
  EXPECT_EQ(output.hidden.size(), 16u) << "a number for each row: the fake device's hidden_size is 1";
  EXPECT_TRUE(std::ranges::equal(output.logits_of(1), FakeDevice::logits_behind(text(60, 8))));
}

TEST(PageManager, PagesUnderTheSeedsNames) {
  EngineScene s({}, 3);
  PageManager& pages = s.engine.pages();
  EXPECT_EQ(std::pair(pages.num_pages(), pages.page_size()), std::pair(std::size_t{3}, kP));
  const PageId page = pages.allocate_page().value();
  EXPECT_EQ(pages.ref_count(page), 1u) << "who allocates needs it";
  EXPECT_EQ(pages.free_count(), 2u);
  pages.free_page(page);
  EXPECT_EQ(pages.ref_count(page), 0u);
  EXPECT_THROW(pages.free_page(page), std::logic_error) << "I30: it is free already";
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pages.allocate_page());
  EXPECT_FALSE(pages.allocate_page()) << "none is free, and it evicts nothing";
  PageManager plain(s.device, {std::make_unique<NaiveCacheManager>(), std::make_shared<FreeList>(3)});
  EXPECT_EQ(plain.ref_count(0), std::nullopt) << "a free list counts nobody";
}

TEST(PageManager, SharesOfMemory) {
  FakeDevice device(4, kP);  // 8 bytes a token, 1 MiB free
  EXPECT_EQ(pages_for_share(device, 4, 1), (1u << 20) / 32);
  EXPECT_EQ(pages_for_share(device, 16, 0.5), (1u << 19) / 128);
  for (const double share : {0.0, -0.1, 1.01, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THROW(pages_for_share(device, 4, share), std::invalid_argument);
  EXPECT_THROW(pages_for_share(device, 4, 1e-9), std::invalid_argument) << "not one page fits";
}

}  // namespace
}  // namespace radixlab
