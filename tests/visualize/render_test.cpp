#include "visualize/render.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <sstream>

#include "io/error.hpp"
#include "pictures.hpp"
#include "visualize/dot.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// What render() says when it refuses; empty if it does not.
std::string complaint(std::string_view dot, const std::filesystem::path& path) {
  try {
    render(dot, path);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

class Render : public InAFolder {
 protected:
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
};

TEST_F(Render, SvgAndPng) {
  if (!can_render()) GTEST_SKIP() << "the program dot (package graphviz) is not installed";
  Snapshot snapshot{1, true, {1, 0}, {}};
  snapshot.nodes.resize(1);
  snapshot.nodes[0].id = 1;
  snapshot.nodes[0].tokens = {'<', '"', '\\', 'N', '\\', '\\', '&', 0xE9};
  DotOptions options;
  options.title = "a <title> & \"more\" \\G";
  options.token_text = [](TokenId token) { return std::string(1, static_cast<char>(token)); };
  const std::string dot = to_dot(snapshot, options);
  render(dot, folder_ / "tree.svg");
  EXPECT_THAT(content(folder_ / "tree.svg"), HasSubstr("<svg"));
  EXPECT_THAT(content(folder_ / "tree.svg"), HasSubstr("a &lt;title&gt; &amp; &quot;more&quot; \\G"));
  EXPECT_THAT(content(folder_ / "tree.svg"), HasSubstr("&lt;&quot;\\N\\\\&amp;\xEF\xBF\xBD"));
  render(dot, folder_ / "tree.png");
  EXPECT_THAT(content(folder_ / "tree.png"), StartsWith("\x89PNG"));
  EXPECT_EQ(files(), 2U) << "nothing else is left there";
}

TEST_F(Render, EveryTextOfAnSvgHasALength) {
  if (!can_render()) GTEST_SKIP() << "the program dot (package graphviz) is not installed";
  render(R"x(digraph "</svg>" {
    graph [size="1,1", label=< a caption <B> &amp; more </B>>, fontname=Helvetica];
    plain [label="two\nlines &lt; \"quoted\" - \303\251", shape=box];
    typed [label=<<TABLE><TR><TD><FONT FACE="Courier">monospaced  text</FONT></TD></TR></TABLE>>];
    plain -> typed [label="an edge's"];
  })x",
         folder_ / "tree.svg");
  const std::string svg = content(folder_ / "tree.svg");
  std::size_t texts = 0;
  for (std::size_t at = svg.find("<text"); at != svg.npos; at = svg.find("<text", at + 1), ++texts)
    EXPECT_THAT(svg.substr(at, svg.find("</text>", at) - at), HasSubstr(" textLength=\""));
  EXPECT_EQ(texts, 6U);
  EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
  EXPECT_THAT(svg, HasSubstr(R"(<text xml:space="preserve" textLength=")"));
}

TEST_F(Render, FileNamesHaveNoMeaningToAShell) {
  if (!can_render()) GTEST_SKIP() << "the program dot (package graphviz) is not installed";
  const auto path = folder_ / "-o; touch x $(touch y) '\".svg";
  render("digraph { a }", path);
  EXPECT_THAT(content(path), HasSubstr("<svg"));
  EXPECT_EQ(files(), 1U);
}

TEST_F(Render, DotIsWrittenAsItIs) {
  render("digraph { a }", folder_ / "tree.dot");
  EXPECT_EQ(content(folder_ / "tree.dot"), "digraph { a }");
}

TEST_F(Render, RefusalLeavesTheOldFile) {
  if (!can_render()) GTEST_SKIP() << "the program dot (package graphviz) is not installed";
  std::ofstream(folder_ / "tree.svg") << "old";
  EXPECT_THAT(complaint("digraph { broken", folder_ / "tree.svg"), HasSubstr("syntax error"));
  EXPECT_EQ(content(folder_ / "tree.svg"), "old");
  EXPECT_EQ(files(), 1U);
}

TEST_F(Render, MissingProgramNamesThePackage) {
  setenv("PATH", folder_.c_str(), 1);
  EXPECT_FALSE(can_render());
  EXPECT_THAT(complaint("digraph { a }", folder_ / "tree.svg"), HasSubstr("install the package graphviz"));
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(complaint("digraph { a }", folder_ / "tree.dot"), "") << "text needs no program";
}

TEST_F(Render, NamesWhatIsWrongWithThePath) {
  EXPECT_THAT(complaint("digraph { a }", folder_ / "tree.jpg"), HasSubstr(".svg, .png or .dot"));
  EXPECT_THAT(complaint("digraph { a }", folder_ / "absent" / "tree.dot"), HasSubstr("absent"));
}

}  // namespace
}  // namespace radixlab
