"""What demo_04 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import unittest

from demos import figures_of


class Demo04(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_04")

    def test_slots_and_versions(self):
        self.assertEqual(self.figures["slots.calls"][-3:], [
            "| 0       v1 | 1       v1 | 2 taken v1 | 3       v0 |", "| 0       v1 | 1 taken v1 | 2 taken v1 | 3       v0 |",
            "| 0 taken v2 | 1 taken v1 | 2 taken v1 | 3       v0 |"])
        self.assertEqual((self.figures["slots.16777216.words"], self.figures["slots.16777216.read"]), (2 ** 18, 4))

    def test_the_older_row_takes_over(self):
        self.assertEqual([self.figures[f"trie.{name}"] for name in ("found", "slot", "nodes")], [2, 0, 4])

    def test_rows_are_copied_and_evicted(self):
        self.assertEqual(["|".join(rows) for rows in self.figures["rows.steps"]], [
            "a|||", "#|||", "#|b||", "#|#||", "#|#|c|", "#|#||", "#|#|d|", "#|#|#|", "#|#|#|e", "#|#|#|#", "f|#|#|#",
            "#|#|#|#"])
        self.assertEqual((self.figures["rows.copied"], self.figures["rows.computed"]), (27, 45))

    def test_copies_are_bytes_that_are_equal(self):
        self.assertEqual(self.figures["copy.token_bytes"], 2048)
        self.assertEqual(self.figures["copy.2000.bytes"], 2000 * 2048)
        self.assertEqual(self.figures["copy.numbers"], 2000 * 1024)

    def test_hits_end_at_any_token(self):
        computed = [self.figures[f"questions.{manager}.computed"] for manager in ("naive", "slots", "radix")]
        self.assertEqual(computed, [8055, 2051, 2055])  # 2,051 is what is needed: demo_00's waste.needed
        self.assertEqual(self.figures["questions.slots.rows_compared"], 2051)
