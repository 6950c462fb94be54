"""The nearest known-wrong solution: by the tests that fail and by their words, and none where none is near."""
import json
import os
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from lab.grade import explain
from lab.grade.record import FAILED, NOT_RUN, NOT_WRITTEN, PASSED, TOGETHER, Item, Record, Test
from lab.services.places import LabError

LOCK = "I16: the upper half of a split is held by whoever holds the lower: expected 1, got 0"
TIME = "the new node was used at 9: expected 9, got 0"
MATRIX = {
    "split_loses_lock": {"story": "split loses the lower half's lock", "task": "5.2", "source": "S7",
                         "failed": ["T2_KeepsLocks", "T2_KeepsUse"],
                         "said": {"T2_KeepsLocks": LOCK, "T2_KeepsUse": LOCK}},
    "split_loses_time": {"story": "split forgets when the node was used", "task": "5.2", "source": "",
                         "failed": ["T2_KeepsUse"], "said": {"T2_KeepsUse": TIME}},
    "split_counts_twice": {"story": "split counts its node twice", "task": "5.2", "source": "",
                           "failed": ["T2_KeepsUse", "T2_Loops"],
                           "said": {"T2_KeepsUse": "3 nodes, not 2", "T2_Loops": ""}},
    "insert_loses_lock": {"story": "insert loses a lock", "task": "5.3", "source": "",
                          "failed": ["T2_KeepsLocks", "T2_KeepsUse"],
                          "said": {"T2_KeepsLocks": LOCK, "T2_KeepsUse": LOCK}}}


def item(failed, state=FAILED, name="5.2", not_run=()):
    tests = [Test(test, FAILED, says) for test, says in failed.items()]
    tests += [Test(test, NOT_RUN) for test in not_run] + [Test("T2_Splits", PASSED)]
    return Item(name, "split", "2_split_edge.cpp", 0, 4, state, tests=tests)


def nearest(failed, **options):
    found = explain.nearest(item(failed, **options), MATRIX)
    return found and found.name


class ExplainTest(unittest.TestCase):
    def test_the_same_tests_with_the_same_words_are_that_one(self):
        for name, row in MATRIX.items():
            found = explain.nearest(item(row["said"], name=row["task"]), MATRIX)
            self.assertEqual((found.name, found.score), (name, 1.0))

    def test_words_tell_apart_what_fails_the_same_tests(self):
        twin = {**MATRIX, "a_twin": {**MATRIX["split_loses_time"], "said": {"T2_KeepsUse": "something else"}}}
        self.assertEqual(explain.nearest(item({"T2_KeepsUse": TIME.replace("9", "4")}), twin).name, "split_loses_time")

    def test_tests_tell_apart_what_says_the_same(self):
        self.assertEqual(nearest({"T2_KeepsLocks": LOCK, "T2_KeepsUse": LOCK}), "split_loses_lock")

    def test_what_is_far_from_all_is_like_none(self):
        self.assertIsNone(nearest({"T2_KeepsUse": "the pages of the upper half are wrong"}))  # other words
        self.assertIsNone(nearest({"T2_Pages": LOCK}))
        self.assertIsNone(nearest(dict.fromkeys(["T2_KeepsUse", "T2_Pages", "T2_Cuts", "T2_Links", "T2_Size"], TIME)))

    def test_what_was_not_run_counts_for_neither_side(self):
        found = explain.nearest(item({"T2_KeepsUse": "3 nodes, not 2"}, not_run=["T2_Loops"]), MATRIX)
        self.assertEqual((found.name, found.score), ("split_counts_twice", 1.0))

    def test_a_known_wrong_solution_breaks_other_tasks_tests_too(self):
        """The matrix has the whole suite of it, the item only the task's tests."""
        row = MATRIX["split_loses_lock"]
        far = {**row, "failed": [*row["failed"], "T3_Insert", "T4_Evict", "T5_Locks"]}
        self.assertEqual(explain.nearest(item(row["said"]), {"far": far}).score, 1.0)

    def test_a_test_with_parameters_is_one_test(self):
        row = {**MATRIX["split_loses_time"], "failed": ["Pages/Tree.T2_KeepsUse/3"],
               "said": {"Pages/Tree.T2_KeepsUse/3": TIME}}
        self.assertEqual(explain.nearest(item({"Tree.T2_KeepsUse": TIME}), {"one": row}).score, 1.0)

    def test_a_test_that_died_is_known_by_what_it_printed_until_then(self):
        failing = item({"T2_KeepsUse": "it crashed: segmentation fault"})
        failing.tests[0].output = f"Running main() from gtest_main.cc\n[ RUN      ] T2_KeepsUse\n{TIME}\n"
        self.assertEqual(explain.nearest(failing, MATRIX).score, 1.0)

    def test_words_are_those_that_the_kill_matrix_keeps(self):
        said = f"/course/tests/tree_test.cpp:7: Failure\n{TIME}\n"
        printed = f"Running main()\n[ RUN      ] T2_KeepsUse\n{said}[  FAILED  ] T2_KeepsUse (0 ms)\n"
        failing = item({"T2_KeepsUse": "a sentence made of it"})
        failing.tests[0].output = printed
        self.assertEqual(explain.nearest(failing, MATRIX).score, 1.0)

    def test_only_a_task_that_failed_is_like_anything(self):
        said = MATRIX["split_loses_lock"]["said"]
        self.assertIsNone(nearest(said, state=NOT_WRITTEN))
        self.assertIsNone(nearest(said, name=TOGETHER))
        self.assertIsNone(explain.nearest(item(said), {}))

    def test_a_record_is_told_in_the_storys_words_with_its_source(self):
        items = [item(MATRIX["split_loses_lock"]["said"]), item({}, name="5.3")]
        record = Record("05", "05-radix-tree", "the tree", True, items, {})
        found = explain.explain(record, MATRIX)
        self.assertEqual([one.behaves_like for one in record.items], ["split loses the lower half's lock (S7)", ""])
        self.assertEqual(found["5.2"].name, "split_loses_lock")


class MatrixTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.lab = SimpleNamespace(number="05", slug="05-radix-tree", root=self.root)
        patch = mock.patch.object(explain, "build_folder", lambda preset: self.root / preset)
        patch.start()
        self.addCleanup(patch.stop)

    def test_an_edition_without_known_wrong_solutions_says_whose_they_are(self):
        with self.assertRaises(LabError) as raised:
            explain.read_matrix(self.lab)
        self.assertIn("instructor's edition", str(raised.exception))

    def test_a_matrix_that_was_not_made_yet_is_said_with_the_command(self):
        (self.root / "tests/wrong/05-radix-tree").mkdir(parents=True)
        with self.assertRaises(LabError) as raised:
            explain.read_matrix(self.lab)
        self.assertIn("kill-05.json is not there; make it: ./lab ", str(raised.exception))
        (self.root / "labs").mkdir()
        (self.root / "labs/kill-05.json").write_text(json.dumps({"wrong": MATRIX}))
        self.assertEqual(explain.read_matrix(self.lab), MATRIX)

    def test_the_newest_matrix_counts(self):
        (self.root / "tests/wrong/05-radix-tree").mkdir(parents=True)
        for when, preset in enumerate(("test", "labs")):
            (self.root / preset).mkdir()
            (self.root / preset / "kill-05.json").write_text(json.dumps({"wrong": {"made_in": preset}}))
            os.utime(self.root / preset / "kill-05.json", (when, when))
        self.assertEqual(explain.read_matrix(self.lab), {"made_in": "labs"})
        os.utime(self.root / "test/kill-05.json", (9, 9))
        self.assertEqual(explain.read_matrix(self.lab), {"made_in": "test"})


if __name__ == "__main__":
    unittest.main()
