"""What demo_02 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import unittest

from demos import figures_of


class Demo02(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_02")

    def test_the_best_match(self):
        self.assertEqual((self.figures["best.index"], self.figures["best.length"]), (2, 4))

    def test_the_scan_grows_with_what_is_stored(self):
        for stored in (10, 100, 1000):
            self.assertEqual(self.figures[f"scan.{stored}.compared"], stored * 1001)

    def test_who_owns_the_pages(self):
        self.assertEqual([(step["call"], "|".join(step["pages"])) for step in self.figures["shelf.steps"]], [
            ("insert a: A B C", "a|a|a|||||"), ("insert b: A B D E", "ab|ab|a|||b|b|"),
            ("match A B D X, lock", "ab|ab|a|||b|b|"), ("insert c: F", "ab|ab|a||c|b|b|"),
            ("insert d: F G", "ab|ab|a||cd|b|b|d"), ("evict 1", "b|b|||d|b|b|d"), ("unlock", "b|b|||d|b|b|d"),
            ("evict 1", "||||d|||d")])

    def test_what_is_computed(self):
        self.assertEqual(self.figures["questions.naive.computed"], 8055)
        self.assertEqual(self.figures["questions.lcp.computed"], 2055)
        self.assertEqual(self.figures["questions.lcp.rows_compared"], 2055)
        self.assertIn("lcp = naive: logits identical: yes", self.text)
