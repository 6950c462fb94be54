"""What demo_08 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import json
import re
import unittest

from demos import figures_of
from program import ROOT

CHAPTER = ROOT / "chapters/08-engine"
PAGE = 4  # [tokens] of the worked example


class Demo08(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_08")

    def group(self, name):
        return {key.removeprefix(name): value for key, value in self.figures.items() if key.startswith(name)}

    def test_every_prediction_is_said(self):
        truths = {question["name"]: question["truth"] for question in json.loads((CHAPTER / "questions.json").read_text())}
        self.assertEqual({f"predicted_{name}": value for name, value in self.group("predicted_").items()}, truths)

    def test_what_is_found_is_not_computed(self):
        two = self.group("two.")
        self.assertEqual((two["first.prompt"], two["first.found"]), (36, 0))  # seed 001's
        self.assertEqual((two["second.found"], two["again.found"]), (20, 35))
        for name in ("first", "second", "again"):
            self.assertEqual(two[f"{name}.found"] + two[f"{name}.computed"], two[f"{name}.prompt"], name)

    def test_the_worked_example(self):
        hand = self.group("hand.")
        self.assertEqual(hand["found_b"], 8)
        self.assertEqual(hand["table_a"][:2], hand["table_b"][:2])  # the eight tokens lie in two pages
        self.assertNotEqual(hand["table_a"][2], hand["table_b"][2])
        slots = [table[position // PAGE] * PAGE + position % PAGE
                 for table, positions in ((hand["table_a"], [9]), (hand["table_b"], [8, 9, 10])) for position in positions]
        self.assertEqual(hand["slots"], slots)
        self.assertEqual((hand["rows"], hand["sampled"]), (4, [0, 3]))

    def test_each_part_keeps_to_its_own(self):
        called = {name.split(".")[0]: set() for name in self.group("calls.")}
        for name in self.group("calls."):
            call, whom, _ = name.split(".")
            called[call].add(whom)
        self.assertEqual(called, {"schedule": {"manager", "pages"}, "execute": {"device"}, "insert_prefix": {"manager"}})
        self.assertEqual(self.figures["calls.execute.device.run"], 1)

    def rows(self):
        """{request: the cells of its row} of the time line."""
        lines = self.text[self.text.index("\nstep  0"):].split("\n")[2:]
        return {int(row[1]): [row[2][at:at + 4].strip() for at in range(0, len(row[2]), 4)]
                for row in (re.match(r" *(\d+)  (.*)", line) for line in lines[:5])}

    def test_the_time_line_has_all_that_can_happen(self):
        rows = self.rows()
        self.assertEqual(rows[0][:4], ["12", "12", "6+", "+"])  # chunks
        self.assertEqual(rows[2][0], "4", "prefill beside prefill in one step")
        self.assertEqual(rows[1][:4], [".", ".", ".", "2+"], "a twin waits, and finds")
        self.assertEqual(rows[3][2], "f", "a fork begins with the first token")
        self.assertIn("x", rows[4])
        self.assertTrue(rows[4][rows[4].index("x") + 1].startswith("r"))
        self.assertIn("10+", rows[4], "prefill beside decode")
        generated = sum(cell.endswith("+") or cell == "f" for row in rows.values() for cell in row)
        self.assertEqual(generated, self.figures["batching.generated"])
        self.assertEqual(self.figures["batching.preemptions"], 1)

    def test_softmax_in_one_pass(self):
        softmax = self.group("softmax.")
        for name in ("apart", "one_pass", "two_passes"):
            self.assertLess(softmax[name], 1e-5 * softmax["largest"], name)
        self.assertGreater(softmax["largest"], .1)

    def test_not_a_bit_changes(self):
        eight = self.group("eight.")
        self.assertEqual((eight["paged.differ"], eight["engine.differ"]), (0, 0))
        for manager in ("paged", "engine"):
            self.assertEqual(eight[f"{manager}.rows_compared"], eight[f"{manager}.computed"])  # each row that it has
            self.assertLess(5 * eight[f"{manager}.computed"], eight["naive.computed"])
        self.assertEqual(eight["naive.passes"], 64)  # eight answers of eight tokens
        self.assertLess(3 * eight["engine.passes"], eight["paged.passes"])

    def test_recomputed_is_neither_found_nor_computed(self):
        self.assertEqual(self.figures["preempted.times"], 1)
        self.assertGreater(self.figures["preempted.recomputed"], self.figures["predicted_preempted"])
