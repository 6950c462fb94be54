#include "visualize/text_lengths.hpp"

#include <gmock/gmock.h>

#include "io/error.hpp"

namespace radixlab {
namespace {

/// One text at (x, y) of a drawing, y upwards, deep in a layout as Graphviz tells it.
std::string layout(std::string_view place, std::string_view width, std::string_view op = "T") {
  return std::string(R"({"objects": [{"_ldraw_": [{"op": "F", "size": 12.000, "face": "Courier"}, {"op": ")") +
         std::string(op) + R"(", "pt": )" + std::string(place) + R"(, "align": "l", "width": )" + std::string(width) +
         R"(, "text": "a"}]}]})";
}

const std::string kLayout = layout("[6.000,83.400]", "23.500");
constexpr std::string_view kLength = R"( textLength="23.50" lengthAdjust="spacingAndGlyphs")";

std::string with(std::string_view svg, const std::string& layout = kLayout) {
  return with_text_lengths(svg, layout, "tree.svg");
}

TEST(TextLengths, ATextIsAsLongAsItWasMeasured) {
  EXPECT_EQ(with(R"(<svg><text text-anchor="start" x="6" y="-83.4">a</text><g/></svg>)"),
            "<svg><text" + std::string(kLength) + R"( text-anchor="start" x="6" y="-83.4">a</text><g/></svg>)");
}

TEST(TextLengths, EachTextIsFoundByItsPlace) {
  const std::string two = "[" + kLayout + "," + layout("[6,70]", "7") + "," + layout("[90,83.4]", "8") + "]";
  const std::string svg =
      with(R"(<text x="90" y="-83.4">a</text><text x="6" y="-83.39">a</text><text x="6" y="-70">a</text>)", two);
  EXPECT_EQ(svg, R"(<text textLength="8.00" lengthAdjust="spacingAndGlyphs" x="90" y="-83.4">a</text><text)" +
                     std::string(kLength) +
                     R"( x="6" y="-83.39">a</text>)"
                     R"(<text textLength="7.00" lengthAdjust="spacingAndGlyphs" x="6" y="-70">a</text>)");
}

TEST(TextLengths, WhatIsNotInTheLayoutStays) {
  for (const std::string_view svg :
       {R"(<text x="6" y="83.4">a</text>)", R"(<text x="7" y="-83.4">a</text>)", R"(<text>a</text>)",
        R"(<text x="wide" y="-83.4">a</text>)", R"(<text x="6" y="-83.4")", "<svg></svg>", ""})
    EXPECT_EQ(with(svg), svg);
  constexpr std::string_view text = R"(<text x="6" y="-83.4">a</text>)";
  EXPECT_EQ(with(text, layout("[6,83.4]", "23.5", "t")), text) << "no drawing of a text";
  EXPECT_EQ(with(text, layout("[6,83.4]", "0")), text) << "a text of no length would be gone";
}

TEST(TextLengths, SpacesAtTheEndsAreKeptForTheyAreMeasured) {
  for (const std::string_view words : {" a", "a ", " a "}) {
    const std::string text = R"( x="6" y="-83.4">)" + std::string(words) + "</text>";
    const std::string keeps = R"( xml:space="preserve")";
    EXPECT_EQ(with("<text" + text), "<text" + keeps + std::string(kLength) + text);
    EXPECT_EQ(with("<text" + keeps + text), "<text" + std::string(kLength) + keeps + text)
        << "newer Graphviz says so itself";
  }
}

TEST(TextLengths, ALayoutThatIsNoneIsNamed) {
  EXPECT_THAT([] { with("<svg></svg>", "{"); },
              testing::ThrowsMessage<InputError>(testing::StartsWith("tree.svg: not JSON")));
}

}  // namespace
}  // namespace radixlab
