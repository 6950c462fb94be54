#include "io/json.hpp"

#include <fstream>
#include <sstream>

#include "io/jsonl.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

std::string refused_json(std::string_view text, const JsonLimits& limits = {}) {
  return refusal([&] { parse_json(text, "x.json", limits); });
}

TEST(Json, ParsesWithinItsLimits) {
  EXPECT_EQ(parse_json(R"({"a":[1,{"b":2}],"b":{"a":1}})", "x")["a"][1]["b"], 2);
  EXPECT_EQ(refused_json("[[1],[2,3]]", {.bytes = 11, .values = 6, .depth = 2}), "");
}

TEST(Json, RefusesBombs) {
  EXPECT_EQ(refused_json("[[1],[2,3]]", {.bytes = 10}), "x.json: 11 bytes of JSON, and at most 10 are read");
  EXPECT_EQ(refused_json("[[[1]]]", {.depth = 2}), "x.json: lists and objects are nested more than 2 deep");
  EXPECT_EQ(refused_json(std::string(500'000, '[')), "x.json: lists and objects are nested more than 32 deep");
  std::string many = "[0";
  for (int i = 0; i < 1000; ++i) many += ",0";
  EXPECT_EQ(refused_json(many + "]", {.values = 1001}), "x.json: more than 1,001 values");
}

TEST(Json, RefusesWhatIsUnclear) {
  EXPECT_EQ(refused_json(R"({"a":1,"b":{"a":1},"a":2})"), "x.json: key \"a\" stands twice in one object");
  for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "nul", "1 2", "[1e999]", "NaN", "/**/1", "\"a\nb\""}) {
    const std::string said = refused_json(text);
    EXPECT_THAT(said, testing::StartsWith("x.json: not JSON: ")) << text;
    EXPECT_THAT(said, testing::Not(testing::HasSubstr("\n")));
  }
}

TEST(Json, TakesUtf8Alone) {
  EXPECT_EQ(parse_json("\xef\xbb\xbf[1]", "x")[0], 1);
  EXPECT_EQ(refused_json("[\"\xe9\"]"), "x.json: byte 2 is 0xe9, expected UTF-8 text");
  EXPECT_EQ(refused_json({"[\0001\0]\0", 6}), "x.json: looks like UTF-16 (little endian), expected UTF-8");
}

TEST(Json, ShowsValuesShortly) {
  EXPECT_EQ(shown(Json(7)), "7");
  EXPECT_EQ(shown(Json(true)), "true");
  EXPECT_EQ(shown(Json("a\nb")), "\"a\\x0ab\"");
  EXPECT_EQ(shown(Json::array({1, 2})), "a list");
  EXPECT_EQ(shown(Json::object()), "an object");
}

TEST(Jsonl, CountsEveryLine) {
  std::istringstream in("{\"a\":1}\r\n\n   \n{\"a\":2}");
  JsonlReader lines(in, "q.jsonl");
  EXPECT_EQ((*lines.next())["a"], 1);
  EXPECT_EQ(lines.where(), "q.jsonl:1");
  EXPECT_EQ((*lines.next())["a"], 2);
  EXPECT_EQ(lines.where(), "q.jsonl:4");
  EXPECT_EQ(lines.next(), std::nullopt);
}

TEST(Jsonl, NamesTheLine) {
  const auto second_line = [](const std::string& line) {
    std::istringstream in("{}\n" + line + "\n");
    JsonlReader lines(in, "q.jsonl", {.bytes = 20});
    lines.next();
    return refusal([&] { lines.next(); });
  };
  EXPECT_EQ(second_line("7"), "q.jsonl:2: is 7: expected an object");
  for (const char* list : {"[1]", " [", "\t[{\"a\":1},"})
    EXPECT_EQ(second_line(list), "q.jsonl:2: begins a list: expected an object a line, and no list around them");
  for (const char* object : {"{", "  { ", "{\"a\":"})
    EXPECT_EQ(second_line(object), "q.jsonl:2: begins an object that does not end here: expected a whole one a line");
  EXPECT_THAT(second_line("{\"a\":}"), testing::StartsWith("q.jsonl:2: not JSON: "));
  EXPECT_EQ(second_line("{\"a\":\"" + std::string(20, 'x') + "\"}"), "q.jsonl:2: line longer than 20 bytes");
}

TEST(Jsonl, KnowsWhatIsMeantAsJson) {
  for (const char* line : {"{}", " \t{", "["}) EXPECT_TRUE(begins_json(line)) << line;
  for (const char* line : {"", " ", "Why {?", "7", "\"a\""}) EXPECT_FALSE(begins_json(line)) << line;
}

TEST(Jsonl, RefusesAFolder) {
  const TempFolder folder;
  std::ifstream in(folder.path());
  JsonlReader lines(in, "q.jsonl");
  EXPECT_EQ(refusal([&] { lines.next(); }), "q.jsonl: cannot be read: is it a folder?");
}

TEST(Jsonl, TakesNumbersOut) {
  const Json object{{"n", -7}, {"big", UINT64_MAX}, {"real", 1.5}, {"list", {1, 2}}, {"mixed", {1, "2"}}};
  EXPECT_EQ(needed_number<int>(object, "n", "x:1"), -7);
  EXPECT_EQ(needed_number<std::uint64_t>(object, "big", "x:1"), UINT64_MAX);
  EXPECT_THAT(needed_numbers<std::int32_t>(object, "list", "x:1"), testing::ElementsAre(1, 2));
  const auto refused_number = [&](const char* key) {
    return refusal([&] { needed_number<std::uint32_t>(object, key, "x:1"); });
  };
  EXPECT_EQ(refused_number("a"), "x:1: has no \"a\"");
  EXPECT_EQ(refused_number("n"), "x:1: \"n\" is -7; expected a whole number from 0 to 4294967295");
  EXPECT_EQ(refused_number("real"), "x:1: \"real\" is 1.5; expected a whole number from 0 to 4294967295");
  EXPECT_THAT(refused_number("big"), testing::StartsWith("x:1: \"big\" is 18446744073709551615; expected"));
  EXPECT_EQ(refusal([&] { needed_numbers<int>(object, "n", "x:1"); }), "x:1: \"n\" is -7; expected a list");
  EXPECT_THAT(refusal([&] { needed_numbers<int>(object, "mixed", "x:1"); }),
              testing::StartsWith("x:1: \"mixed\" is \"2\"; expected a whole number"));
}

TEST(Jsonl, TakesTextsOut) {
  const Json object{{"q", "why"}, {"n", 7}, {"none", nullptr}};
  EXPECT_EQ(needed_text(object, "q", "q.jsonl:3"), "why");
  EXPECT_EQ(optional_text(object, "none", "q.jsonl:3"), std::nullopt);
  EXPECT_EQ(refusal([&] { needed_text(object, "a", "q.jsonl:3"); }), "q.jsonl:3: has no \"a\"");
  EXPECT_EQ(refusal([&] { optional_text(object, "n", "q.jsonl:3"); }), "q.jsonl:3: \"n\" is 7; expected a text");
}

}  // namespace
}  // namespace radixlab
