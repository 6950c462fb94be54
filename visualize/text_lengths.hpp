/// \file
/// An SVG whose texts fit their places in every font: a reader's machine seldom has the font that Graphviz measured.
#pragma once

#include <string>
#include <string_view>

namespace radixlab {

/// `svg`, where each text is as long as Graphviz measured it: a wider font is squeezed and a narrower one is stretched.
/// Spaces at a text's ends count, so they are kept. `layout` is the same drawing in Graphviz's format json; a text that
/// does not stand there stays as it is. Throws InputError "where: ..." if `layout` is not JSON.
std::string with_text_lengths(std::string_view svg, std::string_view layout, std::string_view where);

}  // namespace radixlab
