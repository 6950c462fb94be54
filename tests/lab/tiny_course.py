"""A copy of a tiny course with the real grader, in a folder of its own: what a learner writes there harms nobody."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from lab.services.places import ROOT

HERE = Path(__file__).resolve().parent
GRADER = ("lab", "CMakePresets.json", "common/lab", "common/cmake", "common/contract/todo.hpp",
          "common/contract/todo.cpp")
GIT = ("git", "-c", "user.name=Learner", "-c", "user.email=learner@example.org", "-c", "commit.gpgsign=false")


class TinyCourse:
    def __init__(self, name="tiny_course", more=()):
        """`more`: files and folders of the real course that it needs beside the grader."""
        self.name = name
        self.kept = tempfile.TemporaryDirectory(prefix="radixlab-course-")
        self.root, self.built = (Path(self.kept.name).resolve() / name for name in ("course", "built"))
        shutil.copytree(HERE / name, self.root)
        for name in (*GRADER, *more):
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / name, target)

    def close(self):
        self.kept.cleanup()

    def commit(self):
        """Makes a clone of it."""
        (self.root / ".gitignore").write_text("build\n__pycache__\n")
        for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "The tiny course")):
            subprocess.run([*GIT, *words], cwd=self.root, check=True, capture_output=True)

    def keep(self):
        """What again() brings back."""
        shutil.copytree(self.root, self.built, symlinks=True)

    def again(self):
        """Everything is as it was at keep(), times of files too: what was built then is not built again."""
        shutil.rmtree(self.root)
        shutil.copytree(self.built, self.root, symlinks=True)

    def path(self, name):
        return self.root / name

    def start_over(self):
        shutil.copytree(HERE / self.name / "exercises", self.path("exercises"), dirs_exist_ok=True)

    def solve(self):
        """Copies our solutions over the learner's files."""
        shutil.copytree(self.path("solutions"), self.path("exercises"), dirs_exist_ok=True)

    def lab(self, *words):
        """(exit code, what it printed, what it printed as errors) of a ./lab command, as a learner would type it: Python
        may keep what it compiled, and is the one that runs this, not a version manager that looks for one."""
        mine = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")}
        mine["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{mine['PATH']}"
        done = subprocess.run([self.root / "lab", *words], cwd=self.root, capture_output=True, text=True, env=mine)
        return done.returncode, done.stdout, done.stderr

    def record(self):
        """What the last grading found: the record, and its items by name."""
        record = json.loads(self.path("build/labs/results/01/record.json").read_text())
        return record, {item["id"]: item for item in record["items"]}


class GradedCourse(unittest.TestCase):
    """A tiny course that was solved and graded once; each test begins there."""
    made = ()  # what TinyCourse is made with

    @classmethod
    def setUpClass(cls):
        cls.course = TinyCourse(*cls.made)
        cls.addClassCleanup(cls.course.close)
        cls.course.commit()
        cls.course.solve()
        cls.course.lab("grade", "01")
        cls.course.keep()

    def setUp(self):
        self.course.again()

    def grade(self, *words):
        """Exit code and board."""
        code, board, errors = self.course.lab("grade", "01", *words)
        self.assertEqual(errors, "")
        self.record, self.items = self.course.record()
        return code, board
