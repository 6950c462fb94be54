"""The class report with a grader that is not asked: who got what, what went wrong how often, in words, CSV and JSON."""
import contextlib
import csv
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab import cli
from lab.grade import class_report, explain
from lab.grade.record import FAILED, OK, TOGETHER, Item, Record, Test
from lab.services import course
from lab.services.places import LabError

FAILS = {"failed": ["Lab01Desk.T2_AllButTheLast"], "said": {"Lab01Desk.T2_AllButTheLast": "7, not 6"}}
MATRIX = {"looks_up_all": {"story": "it looks up the whole prompt", "task": "1.2", "source": "S3", **FAILS},
          "keeps_all": {"story": "it keeps every page", "task": "1.1", "source": "", **FAILS}}


class FakeCopy:
    """Grades a task as right where its file says so."""

    def __init__(self, folder, lab):
        self.lab = lab

    def make(self):
        pass

    def place(self, files):
        self.files = files

    def grade(self):
        if b"breaks" in b"".join(self.files.values()):
            raise LabError("grading ended with code 2 and no record: no space left", code=1)
        items = [self.item(task.id, task.points, self.files.get(task.file) == b"right") for task in self.lab.tasks]
        items.append(Item(TOGETHER, "all", "", self.lab.together, self.lab.together, OK))
        return Record(self.lab.number, self.lab.slug, self.lab.title, True, items, {}, started="2026-11-21T18:00:00Z")

    def item(self, name, most, right):
        tests = [] if right else [Test("Lab01Desk.T2_AllButTheLast", FAILED, "7, not 6")]
        return Item(name, name, "", most if right else 0, most, OK if right else FAILED, tests=tests)


class ClassReportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name)
        self.lab = course.lab("01")
        patches = contextlib.ExitStack()
        patches.enter_context(mock.patch.object(class_report, "GradingCopy", FakeCopy))
        self.matrix = patches.enter_context(mock.patch.object(explain, "read_matrix", return_value=MATRIX))
        self.addCleanup(patches.close)

    def hand_in(self, student, wrong=(), files=None):
        folder = self.top / "in" / student
        folder.mkdir(parents=True)
        for task in self.lab.tasks:
            (folder / task.file).write_text("wrong" if task.id in wrong else "right")
        for name, text in (files or {}).items():
            (folder / name).write_text(text)

    def report(self, *words):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = cli.main(["class-report", "01", str(self.top / "in"), *map(str, words)])
        return code, said.getvalue()

    def test_a_row_a_student_and_counts_of_tasks_and_of_known_wrong_solutions(self):
        self.hand_in("ada")
        self.hand_in("bob", wrong=["1.2"])
        self.hand_in("eve", wrong=["1.2", "1.4"])
        code, said = self.report()
        self.assertEqual(code, 0)
        full = self.lab.points
        points = {task.id: task.points for task in self.lab.tasks}
        self.assertRegex(said, rf"\nada +{full}/{full} +(ok +)+ok\n")
        self.assertRegex(said, rf"\nbob +{full - points['1.2']}/{full} +ok +ok +failed +(ok +)+1\.2 looks_up_all\n")
        self.assertRegex(said, rf"\neve +{full - points['1.2'] - points['1.4']}/{full} ")
        self.assertRegex(said, r"\n1\.2 +5 +the desk starts a request +1 ok, 2 failed\n")
        self.assertRegex(said, r"\n2 +1\.2 +looks_up_all +it looks up the whole prompt \(S3\)\n")
        mean = full - (2 * points["1.2"] + points["1.4"]) / 3
        self.assertIn(f"3 of 3 submissions graded, {mean:.1f} of {full} points on average", said)

    def test_the_mistake_that_most_make_comes_first(self):
        self.hand_in("ada", wrong=["1.1"])
        for student in ("bob", "eve"):
            self.hand_in(student, wrong=["1.2"])
        self.assertRegex(self.report()[1], r"\n2 +1\.2 +looks_up_all .*\n1 +1\.1 +keeps_all +it keeps every page\n")

    def test_one_that_cannot_be_graded_stops_no_other(self):
        self.hand_in("ada", files={"2_start.cpp": "breaks"})
        self.hand_in("eve")
        (self.top / "in/bob.zip").write_text("no zip")
        code, said = self.report()
        self.assertEqual(code, 1)
        self.assertIn("ada: not graded: grading ended with code 2 and no record: no space left\n", said)
        self.assertRegex(said, r"bob: not graded: .*bob\.zip: is no archive")
        self.assertIn("1 of 3 submissions graded", said)

    def test_the_same_in_csv_and_json(self):
        self.hand_in("ada, the first")
        self.hand_in("bob", wrong=["1.2"])
        self.report("--csv", self.top / "points.csv", "--json", self.top / "points.json")
        with open(self.top / "points.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["student"] for row in rows], ["ada, the first", "bob"])
        self.assertEqual((rows[1]["1.2"], rows[1]["1.2 behaves like"]), ("failed", "looks_up_all"))
        self.assertEqual((rows[0]["1.2"], rows[0]["1.2 behaves like"]), ("ok", ""))
        self.assertEqual([int(row["points"]) for row in rows], [self.lab.points, self.lab.points - 5])
        told = json.loads((self.top / "points.json").read_text())
        self.assertEqual(told["known_wrong"], [{"task": "1.2", "name": "looks_up_all", "students": 1,
                                                "story": "it looks up the whole prompt (S3)"}])
        self.assertEqual(told["tasks"]["1.2"], {"ok": 1, "failed": 1})
        self.assertEqual(told["students"][1]["record"]["items"][2]["tests"][0]["says"], "7, not 6")

    def test_without_a_matrix_it_says_why_and_grades_all_the_same(self):
        self.matrix.side_effect = LabError("they are in the instructor's edition")
        self.hand_in("bob", wrong=["1.2"])
        code, said = self.report()
        self.assertEqual(code, 0)
        self.assertIn("Nothing is said of known-wrong solutions: they are in the instructor's edition\n", said)

    def test_a_folder_without_submissions_is_refused(self):
        with contextlib.redirect_stderr(io.StringIO()) as told:
            self.assertEqual(cli.main(["class-report", "01"]), 2)
        self.assertIn("name a chapter and a folder of submissions", told.getvalue())
        for folder, words in (("none", "is no folder of submissions"), (".", "has no subfolder and no archive")):
            (self.top / "empty").mkdir(exist_ok=True)
            with contextlib.redirect_stderr(io.StringIO()) as told:
                self.assertEqual(cli.main(["class-report", "01", str(self.top / "empty" / folder)]), 2)
            self.assertIn(words, told.getvalue())


if __name__ == "__main__":
    unittest.main()
