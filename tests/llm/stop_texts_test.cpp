// Stop texts: wherever the pieces are cut, the same answer.
#include "llm/stop_texts.hpp"

#include <gtest/gtest.h>
#include <stdexcept>

namespace radixlab {
namespace {

// The text that is left of `answer`, which comes in pieces of `size` bytes; "-" behind it if nothing stopped it.
std::string left(const std::string& answer, const std::vector<std::string>& stop, std::size_t size) {
  StopTexts texts(stop);
  bool stopped = false;
  for (std::size_t at = 0; at < answer.size(); at += size) {
    stopped = texts.add(std::string_view(answer).substr(at, size));
    EXPECT_EQ(stopped, texts.stopped());
  }
  return stopped ? texts.text() : texts.text() + "-";
}

struct Answer {
  std::string answer;
  std::vector<std::string> stop;
  std::string left;
};

TEST(StopTexts, EndTheAnswerHoweverItIsCut) {
  const std::vector<Answer> cases = {
      {"silver\nQuestion: which", {"\nQuestion:"}, "silver"},
      {"silver\nQuestion: which", {"\nAnswer:"}, "silver\nQuestion: which-"},
      {"silver", {}, "silver-"},
      {"silver", {"silver"}, ""},
      {"silver", {"r"}, "silve"},
      {"silve", {"silver"}, "silve-"},
      {"aaab", {"aab"}, "a"},                       // begins in what looked like a beginning
      {"one two three", {"three", "two"}, "one "},  // the order of the list decides nothing
      {"abcde", {"bcde", "cd"}, "ab"},              // the one that ends first
      {"abcde", {"cd", "bcd", "d"}, "a"},           // the longest of those that end together
      {"xyx", {"x"}, ""},
      {"x\xe2\x98\x83y", {"\xe2\x98\x83"}, "x"},  // a character of three bytes, each a token of its own
      {std::string("a\0b", 3), {std::string("\0", 1)}, "a"},
  };
  for (const Answer& c : cases) {
    for (std::size_t size = 1; size <= c.answer.size(); ++size)
      EXPECT_EQ(left(c.answer, c.stop, size), c.left) << '"' << c.answer << "\" in pieces of " << size;
  }
}

std::string word(std::size_t bits, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += (bits >> i & 1) != 0 ? 'a' : 'b';
  return text;
}

// As left(), by a search of the whole text after each byte. REQUIRES: longer.size() >= shorter.size().
std::string left_of(const std::string& answer, const std::string& longer, const std::string& shorter) {
  for (std::size_t end = 1; end <= answer.size(); ++end)
    for (const std::string& stop : {longer, shorter})
      if (answer.substr(0, end).ends_with(stop)) return answer.substr(0, end - stop.size());
  return answer + "-";
}

// All answers of eight letters a and b.
TEST(StopTexts, AgreeWithASearchOfTheWholeText) {
  for (std::size_t bits = 0; bits < 256; ++bits) {
    const std::string answer = word(bits, 8);
    for (std::size_t stop = 0; stop < 32; ++stop) {
      const std::string longer = word(stop, 4), shorter = word(stop / 2, 1 + stop % 3);
      for (std::size_t size = 1; size <= 8; ++size)
        ASSERT_EQ(left(answer, {shorter, longer}, size), left_of(answer, longer, shorter))
            << answer << ' ' << shorter << ' ' << longer << ' ' << size;
    }
  }
}

TEST(StopTexts, TakeNothingMoreOnceTheyStopped) {
  StopTexts texts({"stop"});
  EXPECT_FALSE(texts.add("go st"));
  EXPECT_EQ(texts.text(), "go st");
  EXPECT_TRUE(texts.add("op and on"));
  EXPECT_EQ(texts.text(), "go ");
  EXPECT_TRUE(texts.add("more"));
  EXPECT_TRUE(texts.add(""));
  EXPECT_EQ(texts.text(), "go ");
}

TEST(StopTexts, AreNeverEmpty) {
  try {
    StopTexts({"a", ""});
    ADD_FAILURE() << "an empty text would stop each answer at once";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "stop: expected texts that are not empty, found \"\"");
  }
}

}  // namespace
}  // namespace radixlab
