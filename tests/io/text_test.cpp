// Text as other machines write it: marks, encodings, line ends.
#include "io/text.hpp"

#include <sstream>

#include "io/jsonl.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

using namespace std::string_literals;

std::string refused_text(std::string_view bytes) {
  return refusal([&] { utf8_text(bytes, "x.txt"); });
}

TEST(Utf8Text, DropsAByteOrderMark) {
  EXPECT_EQ(utf8_text("\xef\xbb\xbfMira", "x.txt"), "Mira");
  EXPECT_EQ(utf8_text("\xef\xbb\xbf", "x.txt"), "");
  EXPECT_EQ(utf8_text("Mira\xef\xbb\xbf", "x.txt"), "Mira\xef\xbb\xbf") << "within a text it is a character";
  EXPECT_EQ(utf8_text("", "x.txt"), "");
}

TEST(Utf8Text, NamesAnotherEncoding) {
  for (const auto& [bytes, name] : {std::pair("\xff\xfeM\0i\0"s, "UTF-16 (little endian)"),
                                    {"\xfe\xff\0M\0i"s, "UTF-16 (big endian)"},
                                    {"\xff\xfe\0\0M\0\0\0"s, "UTF-32 (little endian)"},
                                    {"\0\0\xfe\xff\0\0\0M"s, "UTF-32 (big endian)"},
                                    {"M\0i\0"s, "UTF-16 (little endian)"},
                                    {"\0M\0i"s, "UTF-16 (big endian)"},
                                    {"M\0\0\0i\0\0\0"s, "UTF-32 (little endian)"},
                                    {"\0\0\0M\0\0\0i"s, "UTF-32 (big endian)"},
                                    {"\xff\xfe"s, "UTF-16 (little endian)"}})
    EXPECT_EQ(refused_text(bytes), "x.txt: looks like "s + name + ", expected UTF-8");
}

TEST(Utf8Text, TakesEveryLengthOfACharacter) {
  for (const std::string text : {"a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                                 "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_EQ(utf8_text(" " + text + "\t\n", "x.txt"), " " + text + "\t\n");
}

TEST(Utf8Text, NamesTheByteThatIsNone) {
  EXPECT_EQ(refused_text("caf\xe9 au lait"), "x.txt: byte 3 is 0xe9, expected UTF-8 text");
  EXPECT_EQ(refused_text("zero\0"s), "x.txt: byte 4 is 0x00, expected UTF-8 text");
  for (const std::string wrong :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "\xe2\x82("})
    EXPECT_THAT(refused_text("  " + wrong), testing::StartsWith("x.txt: byte 2 is 0x")) << wrong;
}

TEST(ReadTextFile, EndsLinesAlike) {
  const TempFolder folder;
  EXPECT_EQ(read_text_file(folder.write("a.txt", "\xef\xbb\xbfone\r\n\r\ntwo\r\r\nthree\rfour\n")),
            "one\n\ntwo\r\nthree\rfour\n");
  EXPECT_EQ(read_text_file(folder.write("empty.txt", "")), "");
}

TEST(ReadTextFile, NamesTheFile) {
  const TempFolder folder;
  const std::string file = (folder.path() / "a.txt").string();
  EXPECT_EQ(refusal([&] { read_text_file(file); }), file + ": cannot be read");
  EXPECT_EQ(refusal([&] { read_text_file(folder.path()); }), folder.path().string() + ": cannot be read");
  folder.write("a.txt", "\xfe\xff");
  EXPECT_EQ(refusal([&] { read_text_file(file); }), file + ": looks like UTF-16 (big endian), expected UTF-8");
}

TEST(LineReader, DropsTheMarkOfEachFileOfThoseJoined) {
  std::istringstream in(
      "\xef\xbb\xbf"
      "1 2\r\n\xef\xbb\xbf\n\xef\xbb\xbf"
      "3");
  LineReader lines(in, "tokens.txt");
  EXPECT_EQ(lines.next(), "1 2");
  EXPECT_EQ(lines.next(), "3");
  EXPECT_EQ(lines.where(), "tokens.txt:3");
  EXPECT_EQ(lines.next(), std::nullopt);
}

TEST(LineReader, NamesTheLineThatIsNotUtf8) {
  std::istringstream in("one\ntw\xf6\n");
  LineReader lines(in, "q.txt");
  lines.next();
  EXPECT_EQ(refusal([&] { lines.next(); }), "q.txt:2: byte 2 is 0xf6, expected UTF-8 text");
  std::istringstream wide("\xff\xfe{\0\n\0"s);
  LineReader others(wide, "q.txt");
  EXPECT_EQ(refusal([&] { others.next(); }), "q.txt:1: looks like UTF-16 (little endian), expected UTF-8");
}

}  // namespace
}  // namespace radixlab
