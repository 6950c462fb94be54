"""The committed picture is what a run draws today, and the SVG was drawn from the committed DOT."""
import pathlib
import sys
import tempfile
import unittest

from program import BIN, ROOT

sys.path.insert(0, str(ROOT / "common"))
from lab import figures  # noqa: E402  (the path comes first)


class Figures(unittest.TestCase):
    def test_the_tree_is_drawn_as_committed(self):
        with tempfile.TemporaryDirectory() as folder:
            dot, _ = figures.draw_tree(BIN / "doc_qa", pathlib.Path(folder))
        self.assertEqual(dot, (ROOT / "docs/figures/tree.dot").read_text(), "./lab figures makes it anew")

    def test_the_svg_carries_the_hash_of_its_dot(self):
        dot = (ROOT / "docs/figures/tree.dot").read_text()
        self.assertIn(figures.hash_line(dot), (ROOT / "docs/figures/tree.svg").read_text())


if __name__ == "__main__":
    unittest.main()
