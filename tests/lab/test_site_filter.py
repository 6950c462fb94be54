"""What Doxygen is given: links that lead somewhere in the site, pictures by names that it finds, no marks."""
import importlib.util
import unittest

from lab.services.places import ROOT

spec = importlib.util.spec_from_file_location("site_filter", ROOT / "docs/site_filter.py")
site_filter = importlib.util.module_from_spec(spec)
spec.loader.exec_module(site_filter)


class SiteFilterTest(unittest.TestCase):
    def page(self, text):
        return site_filter.page_for_the_site(text, ROOT / "docs")

    def test_a_link_to_a_source_leads_to_its_page(self):
        self.assertEqual(self.page("[the ladder](../chapters/ladder.hpp)"), "[the ladder](@ref chapters/ladder.hpp)")

    def test_a_link_to_a_page_is_told_from_the_root(self):
        self.assertEqual(self.page("[set-up](set-up.md)"), "[set-up](docs/set-up.md)")

    def test_a_link_to_what_the_site_lacks_is_plain_words(self):
        self.assertEqual(self.page("[kernels](../kernels/cpu), [tests](../tests/CMakeLists.txt)"), "`kernels`, `tests`")

    def test_a_broken_link_stays_for_doxygen_to_name(self):
        self.assertEqual(self.page("[a](nothing.md)"), "[a](nothing.md)")

    def test_other_links_stay(self):
        text = "[a](https://example.org) [b](#part) ![c](https://example.org/c.svg)"
        self.assertEqual(self.page(text), text)

    def test_a_picture_is_told_from_the_root(self):
        self.assertEqual(self.page("![c](figures/tree.svg) ![d](../docs/figures/waste.svg)"),
                         "![c](docs/figures/tree.svg) ![d](docs/figures/waste.svg)")

    def test_marks_behind_numbers_are_left_out(self):
        self.assertEqual(self.page("8,042<!--waste.tokens--> tokens\n\n<!--demo-->\n"), "8,042 tokens\n\n\n")

    def test_indented_lines_after_an_empty_one_become_code(self):
        text = "/// Words:\n///\n///   a  b\n///     c\n/// Words.\n///   more words\n///\n///   - a list\n"
        self.assertEqual(site_filter.source_for_the_site(text), text.replace("///   a", "///       a").replace(
            "///     c", "///         c"))


if __name__ == "__main__":
    unittest.main()
