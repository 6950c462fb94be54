"""What demo_03 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import unittest

from demos import figures_of


class Demo03(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_03")

    def numbers(self, group, *names):
        return [self.figures[f"{group}.{name}"] for name in names]

    def test_the_seeds_benchmark_has_its_five_figures(self):
        for words in ("linear scan", "hash-based indexing", "hash-based query", "hash-based total", "speedup, query only"):
            self.assertIn(words, self.text)
        self.assertEqual(self.numbers("matching", "tokens_compared", "steps", "tokens", "prefixes"), [501_000, 501, 600_000, 100_500])
        self.assertLess(self.figures["matching.bytes"], 12 * 600_000)

    def test_blocks_are_found_up_to_the_first_that_differs(self):
        self.assertEqual(self.numbers("blocks", "inserted", "kept", "equal_not_found"), [15, 10, 3])

    def test_no_collision_changes_an_answer(self):
        for name, trusted in (("rolled", 0), ("identity", 1000), ("mod256", 1000), ("constant", 1000)):
            self.assertEqual(self.numbers("collisions", f"{name}.trusted", f"{name}.wrong"), [trusted, 0])
        self.assertGreater(self.figures["collisions.weak.trusted"], 900)
        self.assertEqual(self.numbers("collisions", "weak.wrong", "pair_found"), [0, 0])

    def test_tenants_share_nothing(self):
        self.assertEqual(self.numbers("tenants", "joined", "pages", "shared"), [2, 10, 0])

    def test_what_is_computed(self):
        self.assertEqual(self.numbers("questions", "naive.computed", "hash.computed", "hash.rows_compared"), [8055, 2055, 2055])
