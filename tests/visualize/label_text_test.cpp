#include "visualize/label_text.hpp"

#include <gmock/gmock.h>

namespace radixlab {
namespace {

using testing::ElementsAre;

TEST(VisibleText, IsOneLineOfCharacters) {
  EXPECT_EQ(visible_text("  two  words\t\r "), U"two words");
  EXPECT_EQ(visible_text("Ada\nQuestion"), U"Ada\u21B5 Question");
  EXPECT_EQ(visible_text("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), U"caf\u00E9 \u20AC \U0001F600");
}

TEST(VisibleText, ReplacesWhatIsNotACharacter) {
  EXPECT_EQ(visible_text("a\xC3"), U"a\uFFFD") << "cut off";
  EXPECT_EQ(visible_text(std::string_view("a\xC3\xA9", 2)), U"a\uFFFD") << "what lies behind the text is not read";
  EXPECT_EQ(visible_text("\xC3(\xA9"), U"\uFFFD(\uFFFD") << "no continuation, and one that stands alone";
  EXPECT_EQ(visible_text("\xC0\xAF"), U"\uFFFD\uFFFD") << "longer form than needed";
  EXPECT_EQ(visible_text("\xE0\x80\xAF"), U"\uFFFD\uFFFD\uFFFD") << "longer form than needed";
  EXPECT_EQ(visible_text("\xED\xA0\x80"), U"\uFFFD\uFFFD\uFFFD") << "half of a surrogate pair";
  EXPECT_EQ(visible_text("\xF4\x90\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD") << "beyond Unicode";
  EXPECT_EQ(visible_text(std::string_view("\0\x1B\x7F\xEF\xBF\xBF", 6)), U"\uFFFD\uFFFD\uFFFD\uFFFD") << "no XML text";
}

TEST(ShortenMiddle, KeepsFirstAndLastWords) {
  EXPECT_EQ(shorten_middle(U"short enough", 12), U"short enough");
  EXPECT_EQ(shorten_middle(U"the wind came from the north that cold morning", 25), U"the wind ... morning");
  EXPECT_EQ(shorten_middle(U"abcdefghijklmnopqrstuvwxyz", 15), U"abcde ... vwxyz")
      << "a word that is longer than the room";
  EXPECT_EQ(shorten_middle(U"a bcdefghijklmnopqrstuvwxyz", 15), U"a bcd ... vwxyz")
      << "little is left without the cut word";
  EXPECT_EQ(shorten_middle(U"abcdefghijklmnopqrstuvwxyz z", 15), U"abcde ... xyz z");
}

TEST(ShortenMiddle, NeverExceedsItsRoom) {
  const std::u32string text = U"one  two three four fivesixseveneight nine ten eleven";
  for (std::size_t room = 5; room < text.size(); ++room) EXPECT_LE(shorten_middle(text, room).size(), room) << room;
  EXPECT_EQ(shorten_middle(text, 0), U" ... ");
}

TEST(WrapWords, BreaksAtBlanks) {
  EXPECT_THAT(wrap_words(U"one two three", 7), ElementsAre(U"one two", U"three"));
  EXPECT_THAT(wrap_words(U"one abcdefghij", 4), ElementsAre(U"one", U"abcd", U"efgh", U"ij"));
  EXPECT_THAT(wrap_words(U"", 4), ElementsAre());
  EXPECT_THAT(wrap_words(U"ab", 0), ElementsAre(U"a", U"b"));
}

TEST(EscapeLabel, LeavesNoMarkup) {
  EXPECT_EQ(escape_label(U"a<B>\"x\"</B>&amp;"), "a&#60;B&#62;&#34;x&#34;&#60;/B&#62;&#38;amp;");
  EXPECT_EQ(escape_label(U"C:\\N {a|b} [c]"), "C:&#92;&#92;N &#123;a&#124;b&#125; &#91;c&#93;");
  EXPECT_EQ(escape_label(U"\u00E9\u20AC\U0001F600"), "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST(Counted, KnowsOneFromMany) {
  EXPECT_EQ(counted(1, "page"), "1 page");
  EXPECT_EQ(counted(0, "page"), "0 pages");
  EXPECT_EQ(counted(1984, "token"), "1,984 tokens");
}

TEST(PageRanges, JoinsNeighbours) {
  const std::vector<PageId> pages = {0, 1, 2, 3, 9, 7, 6, 5, 20, 21};
  EXPECT_EQ(page_ranges(pages, 9), "0-3, 9, 7-5, 20, 21");
  EXPECT_EQ(page_ranges(pages, 2), "0-3, 9, +2 more");
  EXPECT_EQ(page_ranges(pages, 0), "+4 more");
  EXPECT_EQ(page_ranges({}, 3), "");
  EXPECT_EQ(page_ranges(std::vector<PageId>{4, 5, 4}, 9), "4, 5, 4") << "a run keeps its direction";
  EXPECT_EQ(page_ranges(std::vector<PageId>{1, 0, 0xFFFFFFFF, 0xFFFFFFFE}, 9), "1, 0, 4294967295, 4294967294")
      << "ids do not wrap around";
  EXPECT_EQ(page_ranges(std::vector<PageId>{4, 4, 4}, 9), "4, 4, 4") << "a page named twice is a fault to be seen";
}

}  // namespace
}  // namespace radixlab
