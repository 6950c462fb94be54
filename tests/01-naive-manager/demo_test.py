"""What demo_01 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import unittest

from demos import figures_of
from program import run


class Demo01(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_01")

    def states(self, manager):
        return [(step["call"], "|".join(step["pages"])) for step in self.figures[f"desk.{manager}.steps"]]

    def test_every_step_adds_up(self):
        for manager in ("naive", "radix"):
            steps = self.figures[f"desk.{manager}.steps"]
            self.assertEqual(len(steps), 9)
            for step in steps:
                cached = sum(page.startswith("#") for page in step["pages"])
                free = step["pages"].count("")
                counted = (step["free"], step["private"], step["cached"])
                self.assertEqual(counted, (free, 6 - free - cached, cached), step)

    def test_naive_keeps_nothing(self):
        self.assertEqual(self.states("naive"), [
            ("start a", "a|a|a|||"), ("chunk_done a", "a|a|a|||"), ("grow a", "a|a|a|a||"), ("start b", "a|a|a|a||"),
            ("finish a", "|||||"), ("start b", "|b|b|b||"), ("finish b", "|||||"), ("start c", "|c|c|c||"),
            ("finish c", "|||||")])

    def test_radix_shares_two_pages_and_evicts_one(self):
        self.assertEqual(self.states("radix"), [
            ("start a", "a|a|a|||"), ("chunk_done a", "#a|#a|a|||"), ("grow a", "#a|#a|a|a||"),
            ("start b", "#ab|#ab|a|a|b|"), ("finish a", "#b|#b|#||b|"), ("start b", "#b|#b|#||b|"),
            ("finish b", "#|#|#||#|"), ("start c", "#|#|c|c|#|c"), ("finish c", "#|#|#|#|#|#")])

    def test_what_is_computed(self):
        self.assertEqual((self.figures["desk.naive.computed"], self.figures["desk.radix.computed"]), (37, 29))
        self.assertEqual(self.figures["questions.naive.computed"], 8055)
        self.assertEqual(self.figures["questions.radix.computed"], 2055)
        self.assertEqual(self.figures["questions.radix.rows_compared"], 2055)

    def test_the_manager_is_asked_by_one_code_path(self):
        asked = [line.split("asked: ")[1] for line in self.text.splitlines() if "asked: " in line]
        self.assertEqual(asked[:2], ["match 11 -> 0, copy, lock"] * 2)
        self.assertEqual(asked[2:4], ["insert 8 -> 8, copy, lock, unlock", "insert 8 -> 0, copy, lock, unlock"])
        self.assertEqual([words for words in asked if "evict" in words], ["match 11 -> 0, copy, lock, evict 1"])

    def test_a_stage_that_is_not_built_is_named_and_left_out(self):
        figures, text = figures_of("demo_01", "--managers", "naive,serving")
        self.assertEqual(text.splitlines()[0], "serving: built in lab 10")
        self.assertEqual(figures["questions.naive.computed"], 8055)
        self.assertNotIn("desk.serving.steps", figures)

    def test_managers_that_are_none(self):
        for managers, says in (("naive,tree", '"tree"'), ("baseline", '"baseline"'), ("serving", "none of them is built yet: serving is built in lab 10")):
            done = run("demo_01", "--managers", managers)
            self.assertEqual(done.returncode, 2, managers)
            self.assertIn(says, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)
