/// \file
/// From tokens and page ids to text that fits into a box of a picture, and that Graphviz reads as text and nothing
/// else; and what a box and a line of tree_text.hpp both say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/snapshot.hpp"

namespace radixlab {

/// UTF-8 as one line of visible characters: runs of blanks become one blank, a line break becomes a return arrow and a
/// blank, and what is not valid UTF-8 (a byte token that stands alone) or not printable becomes the replacement
/// character.
std::u32string visible_text(std::string_view utf8);

/// `text` if it has at most `max_chars` characters, else its first and last words with " ... " between them. Words stay
/// whole where a word ends near the cut.
std::u32string shorten_middle(std::u32string_view text, std::size_t max_chars);

/// Lines of at most `width` characters (at least 1), broken at blanks; a longer word is broken where it must be.
std::vector<std::u32string> wrap_words(std::u32string_view text, std::size_t width);

/// UTF-8 inside an HTML-like label: markup, quotes, backslashes and record characters cannot be read as such.
std::string escape_label(std::u32string_view text);

/// UTF-8 as it is.
std::string to_utf8(std::u32string_view text);

/// "1 page", "124 pages": `noun` takes an s unless the number is 1.
std::string counted(std::uint64_t number, std::string_view noun);

/// What a node holds: "#3 · 8 tokens · 4 pages: 0-3". `name` is the #3; outside a tree a salt but 0 is said too.
std::string held_words(std::string_view name, const NodeView& view, bool in_tree, std::size_t max_page_runs);

/// Page ids in their order, runs of neighbours joined: "0-123, 7, 9-5"; "+3 more" stands for the runs beyond
/// `max_runs`.
std::string page_ranges(std::span<const PageId> pages, std::size_t max_runs);

}  // namespace radixlab
