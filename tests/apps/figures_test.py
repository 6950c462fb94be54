"""The committed pictures are what runs draw today, and each SVG was drawn from the committed DOT."""
import re
import sys
import unittest

from program import BIN, LEFT_OUT, ROOT

sys.path.insert(0, str(ROOT / "common"))
from lab.author import figures  # noqa: E402  (the path comes first)


class Figures(unittest.TestCase):
    def test_each_is_drawn_as_committed(self):
        cannot = {name for demo, names in figures.drawn_by_demos().items() if demo[-2:] in LEFT_OUT for name in names}
        wanted = [name for name in figures.all_figures() if name not in cannot]
        drawn = figures.draw(wanted, lambda name: BIN / name)
        self.assertEqual(set(drawn), set(wanted))
        for name, (dot, _) in drawn.items():
            with self.subTest(name):
                self.assertEqual(dot, (figures.FIGURES / f"{name}.dot").read_text(), "./lab figures makes it anew")

    def test_each_svg_carries_the_hash_of_its_dot(self):
        self.assertEqual({path.stem for path in figures.FIGURES.glob("*.svg")}, set(figures.all_figures()))
        for name in figures.all_figures():
            with self.subTest(name):
                dot = (figures.FIGURES / f"{name}.dot").read_text()
                self.assertIn(figures.hash_line(dot), (figures.FIGURES / f"{name}.svg").read_text())

    def test_each_text_has_the_length_that_was_measured(self):
        for name in figures.all_figures():
            with self.subTest(name):
                texts = re.findall("<text [^>]*>", (figures.FIGURES / f"{name}.svg").read_text())
                self.assertTrue(texts and all(" textLength=" in text for text in texts), "./lab figures makes it anew")


if __name__ == "__main__":
    unittest.main()
