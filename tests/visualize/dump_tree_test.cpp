#include "visualize/dump_tree.hpp"

#include <cstdlib>
#include <gmock/gmock.h>

#include "io/error.hpp"
#include "pictures.hpp"
#include "visualize/render.hpp"

namespace radixlab {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class DumpTree : public InAFolder {
 protected:
  std::string content(const std::string& name) const { return radixlab::content(folder_ / name); }
  std::string complaint(const std::string& name) const try {
    dump_tree(small_, folder_ / name);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }

  const Snapshot small_{
      2, true, {1, 1}, {locked(node(1, 0, {'o', 'n', '\xC3', '\xA9'}, {0, 3})), leaf(node(2, 1, {'b'}, {1}))}};
};

TEST_F(DumpTree, TheEndingSaysWhatIsWritten) {
  if (!can_render()) GTEST_SKIP() << "the program dot (package graphviz) is not installed";
  for (const char* name : {"a.dot", "a.svg", "a.png", "a.txt"}) EXPECT_EQ(complaint(name), "");
  EXPECT_THAT(content("a.dot"), StartsWith("digraph"));
  EXPECT_THAT(content("a.svg"), HasSubstr("<svg"));
  EXPECT_THAT(content("a.png"), StartsWith("\x89PNG"));
  EXPECT_THAT(content("a.txt"),
              StartsWith("2 nodes; 1 page evictable, 1 page protected; a page is 2 tokens\n\nroot, salt 0\n"));
}

TEST_F(DumpTree, TextHasTheTitleAndReadableTokens) {
  dump_tree(small_, folder_ / "a.txt",
            {.token_text = [](TokenId id) { return std::string(1, static_cast<char>(id)); }, .title = "the end"});
  EXPECT_EQ(content("a.txt"),
            "the end\n2 nodes; 1 page evictable, 1 page protected; a page is 2 tokens\n\nroot, salt 0\n"
            "└─ [on\u00E9]  #1 · 4 tokens · 2 pages: 0, 3 · 1 lock\n"
            "   └─ [b]  #2 · 1 token · 1 page: 1 · evictable\n");
}

TEST_F(DumpTree, NamesWhatIsWrongWithThePath) {
  for (const char* name : {"a.jpg", "a", "a.txt.gz", ".dot"})
    EXPECT_THAT(complaint(name), AllOf(HasSubstr(name), HasSubstr("expected the ending .dot, .svg, .png or .txt")));
  EXPECT_THAT(complaint("absent/a.txt"), AllOf(HasSubstr("a.txt: the folder"), HasSubstr("absent\" does not exist")));
  EXPECT_THROW(check_tree_file(folder_ / "absent/a.dot"), InputError);
  EXPECT_NO_THROW(check_tree_file("a.txt"));
}

TEST_F(DumpTree, APictureNeedsTheProgramDotAndATextDoesNot) {
  std::ofstream(folder_ / "a.svg") << "old";
  setenv("PATH", folder_.c_str(), 1);
  EXPECT_THAT(complaint("a.svg"), HasSubstr("install the package graphviz, or choose .dot or .txt"));
  EXPECT_EQ(content("a.svg"), "old");
  EXPECT_EQ(complaint("a.txt"), "");
  EXPECT_EQ(complaint("a.dot"), "");
}

TEST_F(DumpTree, AFailureLeavesTheOldFile) {
  std::ofstream(folder_ / "a.txt") << "old";
  const auto fails = [](TokenId) -> std::string { throw InputError("no such token"); };
  EXPECT_THROW(dump_tree(small_, folder_ / "a.txt", {.token_text = fails}), InputError);
  EXPECT_EQ(content("a.txt"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(DumpTree, ALargeTreeIsFoldedInTextToo) {
  Snapshot chat{1, true, {2000, 0}, {}};
  for (std::uint32_t i = 1; i <= 10'000; ++i) chat.nodes.push_back(node(i, i - 1, {7}, {i}));
  dump_tree(chat, folder_ / "a.txt");
  EXPECT_THAT(content("a.txt"), HasSubstr("\n      └─ ... 9,996 more nodes on this path, 9,996 pages\n"));
}

}  // namespace
}  // namespace radixlab
