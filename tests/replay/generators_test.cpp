// Workloads are the same everywhere, and as a trace on disk too.
#include <gmock/gmock.h>

#include "replay/trace_writer.hpp"
#include "testing/temporary_folder.hpp"
#include "traces.hpp"

namespace radixlab {
namespace {

/// FNV-1a, a token at a time, and one more step a request.
std::uint64_t checksum(const Trace& trace) {
  std::uint64_t sum = 1469598103934665603U;
  const auto step = [&](std::uint64_t value) { sum = (sum ^ value) * 1099511628211U; };
  for (const TraceOp& op : all_ops(trace)) {
    if (op.kind != TraceOp::Kind::request) continue;
    for (const TokenId token : op.tokens) step(static_cast<std::uint64_t>(token));
    step(0xffffffffU);
  }
  return sum;
}

// Made by the Python program that describes these workloads.
TEST(Generators, TheEightWorkloadsAreThoseOfTheirDescription) {
  const std::pair<const char*, std::uint64_t> described[] = {
      {"a", 0x87f7b3d5dfd897d6U}, {"b", 0x7a75fa717149530dU}, {"c", 0x5a272f23aa2e658fU}, {"d", 0x43a01912f19e63d8U},
      {"e", 0x839c5d1890cfaff2U}, {"f", 0x7a75fa717149530dU}, {"h", 0xc14b164123814d54U}};
  for (const auto& [name, sum] : described) EXPECT_EQ(checksum(generate_trace(name)), sum) << name;
}

TEST(Generators, EachIsTheSameTwiceAndAnotherByAnotherSeed) {
  for (const Generator& each : generators()) {
    const std::uint64_t once = checksum(first_requests(each.make(5), 10));
    EXPECT_EQ(once, checksum(first_requests(each.make(5), 10))) << each.name;
    EXPECT_NE(once, checksum(first_requests(each.make(6), 10))) << each.name;
  }
}

TEST(Generators, AnUnknownOneIsRefusedWithTheNames) {
  try {
    generate_trace("chats");
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("\"chats\"; there are shared-system-prompt, multi-turn-chat,"));
  }
}

/// Share of tokens that stand in a whole page which was there before, with all in front of it.
double infinite_rate(const Trace& trace) {
  const TraceFacts facts = scan_trace(trace, 16);
  std::size_t pages = 0;
  for (const TraceOp& op : all_ops(trace)) pages += op.tokens.size() / 16;
  return static_cast<double>(pages - facts.distinct_pages) * 16 / static_cast<double>(facts.tokens);
}

TEST(Generators, WithoutALimitTheyFindWhatPublicTracesDo) {
  const std::tuple<const char*, double, double> published[] = {{"multi-turn-chat", 0.62, 0.04},
                                                               {"agents", 0.968, 0.01},
                                                               {"short-prompts", 0.54, 0.05},
                                                               {"no-sharing", 0, 0.001}};
  for (const auto& [name, rate, within] : published)
    for (const std::uint64_t seed : {1, 2, 3})
      EXPECT_NEAR(infinite_rate(generate_trace(name, seed)), rate, within) << name;
}

TEST(Generators, WhatWasWrittenIsReadBack) {
  const TemporaryFolder folder;
  for (const Generator& each : generators()) {
    const Trace made = first_requests(each.make({}), 12);
    write_trace(made, folder.path() / "trace.jsonl");
    const auto ops = all_ops(made), read = all_ops(trace_file(folder.path() / "trace.jsonl"));
    ASSERT_EQ(ops.size(), read.size()) << each.name;
    for (std::size_t i = 0; i < ops.size(); ++i) {
      EXPECT_EQ(ops[i].kind, read[i].kind) << each.name;
      EXPECT_EQ(ops[i].capacity, read[i].capacity) << each.name;
      if (ops[i].kind == TraceOp::Kind::config) continue;
      EXPECT_EQ(ops[i].tokens, read[i].tokens) << each.name;
      EXPECT_EQ(ops[i].blocks, read[i].blocks) << each.name;
      EXPECT_EQ(ops[i].milliseconds, read[i].milliseconds) << each.name;
      EXPECT_EQ(ops[i].id, read[i].id) << each.name;
    }
  }
}

TEST(Generators, AllThatALineMayHaveIsWritten) {
  const TemporaryFolder folder;
  const std::string line =
      R"({"op":"request","id":"x","tokens":[1,2],"output_tokens":[3],"cache_salt":4,"priority":-5,"duration":6})"
      "\n";
  write_trace(trace_text(line + "{\"op\":\"mark\",\"label\":\"a \\\"b\\\"\"}\n"), folder.path() / "trace.jsonl");
  const auto ops = all_ops(trace_file(folder.path() / "trace.jsonl"));
  ASSERT_EQ(ops.size(), 2u);
  EXPECT_EQ(ops[0].id, "\"x\"");
  EXPECT_EQ(ops[0].prompt, 2u);
  EXPECT_EQ(ops[0].tokens.size(), 3u);
  EXPECT_EQ(ops[0].cache_salt, 4u);
  EXPECT_EQ(ops[0].priority, -5);
  EXPECT_EQ(ops[0].duration, 6u);
  EXPECT_EQ(ops[1].label, "a \"b\"");
}

}  // namespace
}  // namespace radixlab
