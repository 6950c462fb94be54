"""What demo_05 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import unittest

from demos import figures_of

EXAMPLE = """\
   root, salt 0
   └─ [1 2]  #5 · 2 tokens · 2 pages: 0, 1
      ├─ [3]  #3 · 1 token · 1 page: 2
      │  ├─ [4]  #7 · 1 token · 1 page: 3
      │  │  ├─ [5]  #2 · 1 token · 1 page: 4 · evictable
      │  │  └─ [10]  #8 · 1 token · 1 page: 9 · evictable
      │  └─ [6 7]  #4 · 2 tokens · 2 pages: 5, 6 · evictable
      └─ [8 9]  #6 · 2 tokens · 2 pages: 7, 8 · evictable
"""


class Demo05(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_05")

    def test_the_seeds_example(self):
        self.assertEqual(self.figures["example.cached"], [5, 3, 4, 0])  # of 6, 3, 5 and 3
        self.assertEqual(self.figures["example.hit_rates"], ["83.3", "100.0", "80.0", "0.0"])
        self.assertEqual(self.figures["example.pages"], [[0, 1, 2, 3, 4], [0, 1, 2], [0, 1, 7, 8], []])  # S1: none lacks
        self.assertEqual((self.figures["example.nodes"], self.figures["example.tokens"]), (7, 10))

    def test_the_seeds_tree(self):
        self.assertIn(EXAMPLE, self.text)

    def test_a_split_cuts_pages_where_it_cuts_the_text(self):
        self.assertEqual((self.figures["split.found"], self.figures["split.nodes"]), (2, 3))
        self.assertEqual((self.figures["split.first_pages"], self.figures["split.second_pages"]), ([0, 1, 2, 3], [0, 1, 4]))

    def test_locks_hold_what_a_request_uses(self):
        self.assertEqual(self.figures["locks.sizes"], [[0, 4], [0, 4], [0, 5], [2, 3], [0, 3]])  # evictable, protected
        self.assertIn("I25", self.figures["locks.refused"])
        self.assertEqual((self.figures["locks.freed"], self.figures["locks.freed_at_last"]), ([2, 3], [4, 0, 1]))

    def test_a_budget_is_kept(self):
        self.assertEqual(self.figures["attention.found"], [0, 192, 0, 192, 0, 192, 0])
        self.assertEqual(self.figures["attention.evicted"], [0, 0, 3, 3, 15, 3, 15])
        self.assertEqual(self.figures["attention.most_pages"], 30)
        self.assertIn("481 tokens need 260046848 bytes, the budget is 251658240 bytes", self.text)
        self.assertIn("Hit Rate: 42.86%", self.text)
        self.assertEqual((self.figures["attention.total_requests"], self.figures["attention.cache_hits"]), (7, 3))

    def test_pages_are_shared_in_place(self):
        computed = [self.figures[f"questions.{manager}.computed"] for manager in ("naive", "hash", "slots", "radix")]
        self.assertEqual(computed, [8055, 2055, 2051, 2055])
        self.assertEqual(self.figures["questions.radix.rows_compared"], 2055)
