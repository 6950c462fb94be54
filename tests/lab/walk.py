"""A learner's walk through a part of chapter 01, by the commands as one types them, in a copy of the course. Its transcript
is docs/learner-walk.md; what a machine changes in it, times and places, is masked.

Usage: python3 tests/lab/walk.py --write      (with PYTHONPATH=common; makes docs/learner-walk.md anew)"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.author import make_wrong
from lab.services.places import ROOT

TRANSCRIPT = ROOT / "docs/learner-walk.md"
SLUG = "01-naive-manager"
WRONG = "start_looks_up_all"  # of tests/wrong
SECONDS = r"\b\d+(?:\.\d+)? s\b|\b\d+ min \d+ s\b"

HEAD = """# A learner's walk

The first half of chapter 01, as a learner types it. `tests/lab/walk.py` made this page by running the commands, and a test
runs them again and compares. Only times are masked, by `N s`.
"""


class Walk:
    def __init__(self, root):
        self.root, self.pages = root, [HEAD]

    def says(self, text):
        self.pages.append(f"{text}\n")

    def types(self, *words, code=0):
        """A command and all that it prints; how it must end."""
        bare = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "RADIXLAB_BUILD")}
        done = subprocess.run([self.root / "lab", *words], cwd=self.root, env={**bare, "COLUMNS": "100"},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != code:
            raise AssertionError(f"./lab {' '.join(words)} ended with {done.returncode}, expected {code}:\n{done.stdout}")
        self.pages.append(f"```console\n$ ./lab {' '.join(words)}\n{masked(done.stdout, self.root).rstrip()}\n```\n")

    def writes(self, file, text=None):
        """Our answer to a task, or this text."""
        answer = self.root / "solutions" / SLUG / file
        (self.root / "exercises" / SLUG / file).write_text(text or answer.read_text(encoding="utf-8"), encoding="utf-8")

    def writes_wrong(self, name):
        """A known-wrong answer."""
        wrong = make_wrong.read(self.root / "tests/wrong" / SLUG / f"{name}.wrong")
        solution = self.root / "solutions" / SLUG / wrong.file
        self.writes(wrong.file, make_wrong.spoilt(wrong, solution.read_text(encoding="utf-8")))

    def transcript(self):
        return "\n".join(self.pages)


def masked(text, root):
    return re.sub(SECONDS, "N s", text.replace(f"{root}/", ""))


def course_copy(folder):
    """The course without what was built, all tasks as they begin."""
    root = folder / "course"
    shutil.copytree(ROOT, root, symlinks=True, ignore=lambda at, names: {"__pycache__"} & set(names)
                    | ({"build", ".git"} & set(names) if Path(at) == ROOT else set()))
    (root / "build").mkdir()
    if (ROOT / "build/deps").exists():
        (root / "build/deps").symlink_to((ROOT / "build/deps").resolve())
    subprocess.run([root / "lab", "exercises"], check=True, capture_output=True)
    return root


def walk(root):
    learner = Walk(root)
    learner.says("## The start")
    learner.types("start", "01")
    learner.says("All is red, and that is right:")
    learner.types("grade", "01", code=1)
    learner.says("## Two tasks on the way\n\nShe reads, writes her predictions and task 1.1, and asks what comes next.")
    learner.writes("0_predict.cpp")
    learner.writes("1_naive.cpp")
    learner.types("grade", "01", code=1)
    learner.types("next")
    learner.says("## A wrong answer\n\nHer `start` looks up the whole prompt. That compiles, and reads well.")
    learner.writes_wrong(WRONG)
    learner.types("grade", "01", code=1)
    learner.types("hint", "1.2")
    learner.types("hint", "1.2", "--level", "2")
    learner.says("## The right answer\n\nOne token must be run: she leaves it out of the key.")
    learner.writes("2_start.cpp")
    learner.types("grade", "01", code=1)
    learner.types("next")
    learner.says("What she would hand in now:")
    learner.types("status")
    learner.types("submit", "01")
    return learner.transcript()


def make():
    with tempfile.TemporaryDirectory(prefix="radixlab-walk-") as folder:
        return walk(course_copy(Path(folder).resolve()))


def main(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {TRANSCRIPT.name}, instead of printing it")
    arguments = parser.parse_args(words)
    text = make()
    if arguments.write:
        TRANSCRIPT.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
