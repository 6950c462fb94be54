// Each kind of line that a trace may have, and what a wrong one is told.
#include <gmock/gmock.h>

#include "traces.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = TraceOp::Kind;

TEST(TraceReader, ReadsARequest) {
  const auto ops = all_ops(trace_text(
      R"({"id":"a","tokens":[5,6],"output_tokens":[7,8],"cache_salt":3,"priority":-2,"duration":9,"unknown":{}})"));
  ASSERT_EQ(ops.size(), 1u);
  EXPECT_EQ(ops[0].kind, Kind::request);
  EXPECT_EQ(ops[0].id, "\"a\"");
  EXPECT_THAT(ops[0].tokens, ElementsAre(5, 6, 7, 8));
  EXPECT_EQ(ops[0].prompt, 2u);
  EXPECT_EQ(ops[0].cache_salt, 3u);
  EXPECT_EQ(ops[0].priority, -2);
  EXPECT_EQ(ops[0].duration, 9u);
}

TEST(TraceReader, NothingStaysFromTheLineBefore) {
  const auto ops =
      all_ops(trace_text("{\"tokens\":[5],\"output_tokens\":[6],\"cache_salt\":3,\"priority\":1,\"duration\":9}\n"
                         "{\"tokens\":[7]}\n"));
  ASSERT_EQ(ops.size(), 2u);
  EXPECT_THAT(ops[1].tokens, ElementsAre(7));
  EXPECT_EQ(ops[1].prompt, 1u);
  EXPECT_EQ(ops[1].cache_salt, 0u);
  EXPECT_EQ(ops[1].duration, 0u);
}

TEST(TraceReader, ReadsTheOtherOperations) {
  const auto ops =
      all_ops(trace_text("{\"op\":\"config\",\"capacity\":64}\n\n{\"op\":\"request\",\"tokens\":[1]}\n"
                         "{\"op\":\"mark\",\"label\":\"warm\"}\n{\"op\":\"match\",\"tokens\":[1,2]}\n"
                         "{\"tokens\":[2]}\n"));
  ASSERT_EQ(ops.size(), 5u);
  EXPECT_EQ(ops[0].kind, Kind::config);
  EXPECT_EQ(ops[0].capacity, 64u);
  EXPECT_EQ(ops[1].id, "0");
  EXPECT_EQ(ops[2].kind, Kind::mark);
  EXPECT_EQ(ops[2].label, "warm");
  EXPECT_EQ(ops[3].kind, Kind::match);
  EXPECT_THAT(ops[3].tokens, ElementsAre(1, 2));
  EXPECT_EQ(ops[4].id, "1") << "a look-up is no request";
}

TEST(TraceReader, MakesTokensOfHashIds) {
  const auto ops =
      all_ops(trace_text("{\"timestamp\":27482,\"input_length\":1030,\"output_length\":5,\"hash_ids\":[4,9,2]}\n"
                         "{\"timestamp\":30535.5,\"input_length\":1536,\"hash_ids\":[4,9,3]}\n"));
  ASSERT_EQ(ops.size(), 2u);
  EXPECT_EQ(ops[0].tokens.size(), 1030u);
  EXPECT_EQ(ops[0].prompt, 1030u);
  EXPECT_EQ(ops[0].milliseconds, 27482u);
  EXPECT_EQ(ops[1].tokens.size(), 1536u);
  const auto first_different = std::ranges::mismatch(ops[0].tokens, ops[1].tokens).in1 - ops[0].tokens.begin();
  EXPECT_EQ(first_different, 1024);
  EXPECT_NE(std::vector(ops[0].tokens.begin(), ops[0].tokens.begin() + 512),
            std::vector(ops[0].tokens.begin() + 512, ops[0].tokens.begin() + 1024));
}

TEST(TraceReader, TextSaltsAreNumbersOfTheirOwn) {
  const auto ops =
      all_ops(trace_text("{\"tokens\":[1],\"cache_salt\":\"x\"}\n{\"tokens\":[1],\"cache_salt\":\"y\"}\n"
                         "{\"tokens\":[1],\"cache_salt\":\"x\"}\n{\"tokens\":[1],\"cache_salt\":\"\"}\n"));
  ASSERT_EQ(ops.size(), 4u);
  EXPECT_NE(ops[0].cache_salt, ops[1].cache_salt);
  EXPECT_EQ(ops[0].cache_salt, ops[2].cache_salt);
  EXPECT_EQ(ops[3].cache_salt, 0u);
  EXPECT_GE(ops[0].cache_salt, 1u << 31) << "no number in a trace is that large";
}

TEST(TraceReader, OfAStoryItTakesTheRequestsThatEnded) {
  const auto ops =
      all_ops(trace_text("{\"op\":\"story\",\"page_size\":4}\n"
                         "{\"op\":\"match\",\"tokens\":[1,2],\"cache_salt\":0,\"handle\":[0,0,0]}\n"
                         "{\"op\":\"insert\",\"tokens\":[1,2,3,4],\"cache_salt\":0,\"pages\":[0],\"from\":[0,0,0],"
                         "\"cached_len\":0,\"handle\":[4,1,1]}\n"
                         "{\"op\":\"request_ended\",\"tokens\":[1,2,3,4],\"cache_salt\":7,\"found\":0}\n"
                         "{\"op\":\"request_ended\",\"tokens\":[],\"cache_salt\":0,\"found\":0}\n"
                         "{\"op\":\"reset\",\"pages\":[0]}\n"));
  ASSERT_EQ(ops.size(), 2u);
  EXPECT_EQ(ops[0].kind, Kind::config);
  EXPECT_EQ(ops[0].page_size, 4u);
  EXPECT_THAT(ops[1].tokens, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(ops[1].cache_salt, 7u);
}

TEST(TraceReader, AStorysPageHasALimit) {
  EXPECT_THROW(all_ops(trace_text("{\"op\":\"story\",\"page_size\":16777217}\n")), InputError);
  EXPECT_EQ(all_ops(trace_text("{\"op\":\"story\",\"page_size\":16777216}\n")).size(), 1u);
}

TEST(TraceReader, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> wrong[] = {
      {"{\"tokens\":[1,\"2\"]}", "\"tokens\" is \"2\"; expected a whole number"},
      {"{\"tokens\":[2147483648]}", "\"tokens\" is 2147483648"},
      {"{\"tokens\":[]}", "\"tokens\" is empty; expected at least 1"},
      {"{\"tokens\":7}", "\"tokens\" is 7; expected a list"},
      {"{\"id\":1}", "has no \"tokens\""},
      {"{\"id\":[1],\"tokens\":[1]}", "\"id\" is a list; expected a text or a number"},
      {"{\"op\":\"reqest\",\"tokens\":[1]}", "\"op\" is \"reqest\"; expected request, match, mark or config"},
      {"{\"op\":\"mark\"}", "has no \"label\""},
      {"{\"tokens\":[1],\"cache_salt\":2147483648}",
       "\"cache_salt\" is 2,147,483,648; expected less than 2,147,483,648"},
      {"{\"tokens\":[1],\"duration\":-1}", "\"duration\" is -1"},
      {"{\"input_length\":512,\"hash_ids\":[1,2]}",
       "\"input_length\" is 512, \"hash_ids\" are 2; expected an id for each block"},
      {"{\"input_length\":1025,\"hash_ids\":[1,2]}", "\"input_length\" is 1,025"},
      {"{\"input_length\":0,\"hash_ids\":[]}", "\"input_length\" is 0"},
      {"{\"hash_ids\":[1]}", "has no \"input_length\""},
      {"{\"timestamp\":\"now\",\"input_length\":5,\"hash_ids\":[1]}",
       "\"timestamp\" is \"now\"; expected milliseconds"},
      {"{\"tokens\":[1]", "begins an object that does not end here"},
      {"[1,2]", "begins a list"},
      {"{\"tokens\":[1],\"tokens\":[2]}", "tokens"},
  };
  for (const auto& [line, says] : wrong) {
    try {
      all_ops(trace_text(std::string("{\"tokens\":[1]}\n") + line + "\n"));
      ADD_FAILURE() << line << " was read";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("trace:2: "));
      EXPECT_THAT(error.what(), HasSubstr(says));
    }
  }
}

TEST(TraceReader, AConfigBehindARequestIsRefused) {
  EXPECT_THROW(all_ops(trace_text("{\"tokens\":[1]}\n{\"op\":\"config\",\"capacity\":4}\n")), InputError);
  EXPECT_THROW(all_ops(trace_text("{\"op\":\"config\",\"capacity\":-1}\n")), InputError);
  EXPECT_NO_THROW(all_ops(trace_text("{\"op\":\"match\",\"tokens\":[1]}\n{\"op\":\"config\",\"capacity\":4}\n")));
}

/// Lines without end; it counts how many were asked for.
class EndlessLines : public std::streambuf {
 public:
  std::size_t given = 0;

 private:
  int_type underflow() override {
    line_ = "{\"tokens\":[" + std::to_string(given++ % 1000) + ",7]}\n";
    setg(line_.data(), line_.data(), line_.data() + line_.size());
    return traits_type::to_int_type(line_.front());
  }
  std::string line_;
};

TEST(TraceReader, NeverReadsBeyondTheLineAfterTheOneItGives) {
  EndlessLines lines;
  std::istream in(&lines);
  TraceReader reader(in, "endless");
  TraceOp op;
  for (std::size_t i = 1; i <= 20'000; ++i) {
    ASSERT_TRUE(reader.next(op));
    ASSERT_LE(lines.given, i + 1);
    ASSERT_LE(op.tokens.capacity(), 16u) << "lines are gathered";
  }
}

TEST(Trace, AScanCountsPagesThatDiffer) {
  // Pages of 2: 1 2, then 3 4 behind it; 9 2; again 1 2 and 3 4, and 5 alone is no page; the same under another salt.
  const Trace trace = trace_text(
      "{\"tokens\":[1,2,3,4]}\n{\"tokens\":[9,2,3,4]}\n{\"tokens\":[1,2,3,4,5]}\n"
      "{\"tokens\":[1,2],\"cache_salt\":1}\n{\"op\":\"match\",\"tokens\":[8,8]}\n");
  const TraceFacts facts = scan_trace(trace, 2);
  EXPECT_EQ(facts.requests, 4u);
  EXPECT_EQ(facts.tokens, 15u);
  EXPECT_EQ(facts.longest, 5u);
  EXPECT_EQ(facts.pages, 2u + 2 + 3 + 1);
  EXPECT_EQ(facts.distinct_pages, 5u);
}

TEST(Trace, AStreamIsScannedNeverAndOpenedOnce) {
  std::istringstream in("{\"tokens\":[1]}\n");
  EXPECT_THROW(scan_trace(trace_stream(in, "standard input"), 4), InputError);
}

}  // namespace
}  // namespace radixlab
