"""The Gradescope package: what is in it, and an answer whatever breaks. ./lab check packages grades with it."""
import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

from lab import cli
from lab.author import gradescope
from lab.grade import autograder, formats, run_task
from lab.grade.format_fields import GRADESCOPE, faults
from lab.services import course
from lab.services.places import ROOT, LabError


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = course.lab("01")
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(gradescope, "BUILD", Path(folder)):
            cls.bytes = gradescope.pack(cls.lab).read_bytes()
            cls.again = gradescope.pack(cls.lab).read_bytes()
        cls.archive = zipfile.ZipFile(io.BytesIO(cls.bytes))
        cls.addClassCleanup(cls.archive.close)

    def test_the_two_scripts_lie_at_the_root_and_can_be_run(self):
        for name in ("setup.sh", "run_autograder"):
            self.assertEqual(self.archive.getinfo(name).external_attr >> 16, 0o100755)
            text = self.archive.read(name).decode()
            self.assertIn("lab.grade.autograder 01 ", text)
            self.assertNotIn("@", text.replace("$@", ""))
            told = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True)
            self.assertEqual((told.returncode, told.stderr), (0, ""))
        self.assertEqual(self.archive.getinfo("radixlab/lab").external_attr >> 16, 0o100755)

    def test_it_has_what_grading_needs_and_no_more(self):
        names = self.archive.namelist()
        needed = {"solutions/01-naive-manager/2_start.cpp", "tests/01-naive-manager/desk_test.cpp", "CMakePresets.json",
                  "chapters/01-naive-manager/lab.json", "common/lab/grade/autograder.py", "docs/CMakeLists.txt"}
        self.assertEqual({name for name in needed if f"radixlab/{name}" not in names}, set())
        for name in names:
            self.assertNotRegex(name, r"^radixlab/(\.git|build|docs/figures|docs/performance)/|__pycache__")

    def test_the_manifest_is_of_what_is_there(self):
        lines = dict(reversed(line.split("  ", 1))
                     for line in self.archive.read("radixlab/MANIFEST.sha256").decode().splitlines())
        inside = {name.removeprefix("radixlab/"): hashlib.sha256(self.archive.read(name)).hexdigest()
                  for name in self.archive.namelist() if name.startswith("radixlab/")}
        del inside["MANIFEST.sha256"]
        self.assertEqual({name for name in lines.keys() | inside.keys() if lines.get(name) != inside.get(name)}, set())

    def test_the_exercises_are_the_starter_whatever_the_user_wrote(self):
        own = ROOT / "exercises/01-naive-manager/2_start.cpp"
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(gradescope, "BUILD", Path(folder)), \
                mock.patch.object(gradescope.stubs, "generated", lambda: {own: "as in the beginning"}), \
                zipfile.ZipFile(gradescope.pack(self.lab)) as archive:
            there = [name for name in archive.namelist() if name.startswith("radixlab/exercises/")]
            self.assertEqual(there, ["radixlab/exercises/01-naive-manager/2_start.cpp"])
            self.assertEqual(archive.read(there[0]), b"as in the beginning")

    def test_the_same_course_makes_the_same_package(self):
        self.assertEqual(self.bytes, self.again)

    def test_without_solutions_or_words_it_is_refused(self):
        with mock.patch.object(course.Lab, "solutions", Path("nowhere")), self.assertRaises(LabError) as raised:
            gradescope.pack(self.lab)
        self.assertIn("the instructor's edition packs autograders", str(raised.exception))
        for words in (["gradescope"], ["student", "01"]):
            with contextlib.redirect_stderr(io.StringIO()) as told:
                self.assertEqual(cli.main(["package", *words]), 2)
            self.assertIn("name a chapter for Gradescope, and for nothing else", told.getvalue())

    def test_the_command_says_where_it_lies(self):
        with mock.patch.object(gradescope, "pack", lambda lab: ROOT / "lab"), \
                contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(cli.main(["package", "gradescope", "01"]), 0)
        self.assertRegex(said.getvalue(), r"^lab: \d+ k?B\. It holds our solution: for instructors only\.$")


class AnswerTest(unittest.TestCase):
    """results.json is there and keeps to its fields, whatever breaks."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name)
        for name in ("source", "submission", "results"):
            (self.top / name).mkdir()
        self.lab = course.lab("01")

    def graded(self, copy):
        patches = contextlib.ExitStack()
        patches.enter_context(mock.patch.object(autograder, "GradingCopy", lambda *_: copy))
        patches.enter_context(mock.patch.object(autograder, "can_be_nobody", lambda: False))
        patches.enter_context(mock.patch.object(autograder, "_mark", lambda lab: self.top / "source"))
        with patches, contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(autograder.main(["01", str(self.top)]), 0)
        told = json.loads((self.top / "results/results.json").read_text(encoding="utf-8"))
        self.assertEqual(faults(told, GRADESCOPE), [])
        return told

    def test_a_grading_that_breaks_gives_no_points_and_says_why(self):
        for error in (LabError("the tests cannot be built"), OSError("No space left on device"), ValueError("x")):
            told = self.graded(mock.Mock(grade=mock.Mock(side_effect=error)))
            self.assertEqual((told["score"], len(told["tests"])), (0, len(self.lab.tasks) + 1))
            self.assertIn(f"not graded: {error}", told["tests"][0]["output"])

    def test_the_answer_for_a_grading_that_was_stopped_is_there_before_it_begins(self):
        def look():
            told = json.loads((self.top / "results/results.json").read_text(encoding="utf-8"))
            self.assertEqual(faults(told, GRADESCOPE), [])
            self.assertIn("was stopped before its end", told["tests"][0]["output"])
            return autograder.not_graded(self.lab, "seen")
        self.assertIn("seen", self.graded(mock.Mock(grade=look))["tests"][0]["output"])

    def test_what_was_not_handed_in_is_said(self):
        (self.top / "submission/2_start.cpp").write_text("mine")
        copy = mock.Mock(grade=mock.Mock(return_value=autograder.not_graded(self.lab, "")))
        self.assertIn("as in the beginning: 0_predict.cpp, 1_naive.cpp", self.graded(copy)["output"])
        copy.place.assert_called_once_with({"2_start.cpp": b"mine"})

    def test_the_script_answers_though_nothing_of_ours_starts(self):
        shutil.copytree(gradescope.SCRIPTS, self.top / "source", dirs_exist_ok=True)
        (self.top / "source/radixlab").mkdir()
        environment = {**os.environ, "RADIXLAB_AUTOGRADER": str(self.top)}
        done = subprocess.run([self.top / "source/run_autograder"], env=environment, capture_output=True, text=True)
        told = json.loads((self.top / "results/results.json").read_text(encoding="utf-8"))
        self.assertEqual((done.returncode, faults(told, GRADESCOPE), told["score"]), (0, [], 0))
        self.assertIn("tell your instructor", told["output"])


class NobodyTest(unittest.TestCase):
    """Where root grades, a stranger's tests are run by a user who owns nothing."""

    def run_by(self, environment):
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, environment), \
                mock.patch.object(run_task, "stories", lambda *_: Path(folder)):
            runner = run_task.Runner(course.lab("01"), shutil.which("id"), "1.2", "labs")
            self.assertEqual(runner._start(["-u"], Path(folder) / "output"), 0)
            return int((Path(folder) / "output").read_text()), (Path(folder) / "1.2").stat().st_uid

    @unittest.skipIf(os.geteuid() != 0, "only root can give a process to another user")
    def test_it_is_nobody_and_the_stories_folder_is_theirs(self):
        nobody = autograder.NOBODY
        self.assertEqual(self.run_by({"RADIXLAB_RUN_AS": str(nobody)}), (nobody, nobody))

    def test_without_the_wish_it_is_who_grades(self):
        self.assertEqual(self.run_by({"RADIXLAB_RUN_AS": ""}), (os.geteuid(), os.geteuid()))


class TrialTest(unittest.TestCase):
    """What ./lab check packages would call a failure."""

    def setUp(self):
        self.lab = course.lab("01")
        self.expected = gradescope.expected_points(self.lab, ["1.2", "together"])
        record = autograder.not_graded(self.lab, "")
        for item in record.items:
            item.points = self.expected[item.id]
        self.told = json.loads(formats.render(record, "gradescope", {}))

    def test_the_expected_answer_passes(self):
        gradescope.judge("ours", self.told, self.expected)

    def test_other_points_fail(self):
        self.told["tests"][0]["score"] += 1
        with self.assertRaises(LabError) as raised:
            gradescope.judge("ours", self.told, self.expected)
        self.assertIn("ours: expected {'1.0': 2", str(raised.exception))

    def test_a_wrong_sum_and_a_wrong_field_fail(self):
        for field, value in (("score", 99), ("visibility", "shown")):
            with self.assertRaises(LabError):
                gradescope.judge("ours", {**self.told, field: value}, self.expected)

    def test_the_submissions_lose_what_is_wrong_with_them(self):
        for nobody, count in ((False, 5), (True, 6)):
            with mock.patch.object(gradescope, "can_be_nobody", lambda: nobody):
                cases = {name: (files, lost) for name, files, lost in gradescope.submissions(self.lab)}
            self.assertEqual(len(cases), count)
        ours = ROOT / "solutions/01-naive-manager"
        solution = {task.file: (ours / task.file).read_bytes() for task in self.lab.tasks}
        self.assertEqual(cases["our solution"], (solution, []))
        for name, (files, lost) in cases.items():
            changed = {task.id for task in self.lab.tasks if files[task.file] != solution[task.file]}
            self.assertEqual(changed | ({"together"} if changed else set()), set(lost), name)


if __name__ == "__main__":
    unittest.main()
