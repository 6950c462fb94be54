"""./lab check new-chapter: a chapter is a folder in each tree and a row of chapters/ladder.hpp, and nothing else is edited.

The files of tests/lab/toy_chapter are laid over a copy of the course. There the toy is built, graded, demonstrated, killed,
drawn and checked as the chapters of the course are, by the commands that know nothing of it."""
import json
import os
import re
import shutil
import subprocess

from lab.grade.grading_copy import GradingCopy
from lab.machine.build import jobs
from lab.services import report
from lab.services.logged import CTEST, NINJA, said_by
from lab.services.places import BUILD, ROOT, LabError, shown

TOY = ROOT / "tests/lab/toy_chapter"
COURSE = BUILD / "new-chapter/RadixLab"
SLUG, NUMBER = "12-toy", "12"  # behind all that the course will have
END_OF_TABLE = "\n};\n"
TARGETS = (f"test_{NUMBER}_solution", f"demo_{NUMBER}", "ladder", "random_lives")
TESTS = rf"^(solution-{NUMBER}[.]|ladder[.]{NUMBER}-toy|kill_matrix[.]{NUMBER}|author[.](in-step|tasks))"
BY_HAND = "chapters/ladder.hpp"


def prove():
    lay()
    checked = steps_that_check_it()
    built()
    counts = tests()
    points = graded()
    demonstrated()
    listed()
    return f"{counts} tests, {points} points, one demo, one figure, row toy alive; step {', '.join(checked)} would run its suite"


def lay():
    """The copy, and the toy in it. What was built there before stays."""
    GradingCopy(COURSE, None).make()
    for path in sorted(TOY.rglob("*")):
        if path.is_file() and path.parent != TOY:
            target = COURSE / path.relative_to(TOY)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    table = (ROOT / BY_HAND).read_text(encoding="utf-8")
    header = '#include "05-radix-tree/radix_cache_manager.hpp"\n'
    if table.count(END_OF_TABLE) != 1 or table.count(header) != 1:
        raise LabError(f"{BY_HAND}: expected one line {END_OF_TABLE.strip()} and one line {header.strip()}", code=1)
    row = (TOY / "ladder_row.txt").read_text(encoding="utf-8")
    table = table.replace(END_OF_TABLE, f"\n{row.rstrip()}{END_OF_TABLE}").replace(header, f'{header}#include "{SLUG}/toy_cache_manager.hpp"\n')
    (COURSE / BY_HAND).write_text(table, encoding="utf-8")
    lab("exercises", 0, "exercises")


def built():
    lab("build", 0, "build", "--preset", "labs", *TARGETS)
    lives = logged("lives", [COURSE / "build/labs/bin/random_lives", "--manager", "toy", "--steps", "2000"], "Living on row toy")
    if not re.search(r"^toy\s", lives, re.MULTILINE):
        raise LabError("random_lives has no row toy", code=1)


def tests():
    """How many passed: the suite, the ladder's row, known-wrong solutions, what an author keeps true."""
    junit = COURSE.parent / "ctest.xml"
    logged("ctest", ["ctest", "--test-dir", COURSE / "build/labs", "--parallel", str(jobs()), "--output-on-failure",
                     "--output-junit", junit, "--tests-regex", TESTS], "Testing the toy", CTEST)
    results = report.read_junit(junit)
    missing = [name for name in (f"solution-{NUMBER}.Lab12Toy.T1_CountsEachLookUp",
                                 f"solution-{NUMBER}.Lab12Predict.T0_LookUpsCounted", f"ladder.{NUMBER}-toy",
                                 f"kill_matrix.{NUMBER}", "author.tasks")
               if not any(result.name == name and result.state == "passed" for result in results)]
    if missing:
        raise LabError(f"of the toy's tests did not run: {', '.join(missing)}", code=1)
    return report.counts(results)["passed"]


def graded():
    """The points of our solution; the starter has none."""
    record = COURSE / f"build/labs/results/{NUMBER}/record.json"
    lab("grade", 1, "grade", NUMBER)
    starter = json.loads(record.read_text(encoding="utf-8"))
    shutil.copytree(TOY / f"solutions/{SLUG}", COURSE / f"exercises/{SLUG}", dirs_exist_ok=True)
    lab("grade", 0, "grade", NUMBER)
    solved = json.loads(record.read_text(encoding="utf-8"))
    if starter["score"] != 0 or solved["score"] != solved["most"]:
        raise LabError(f"the starter was graded {starter['score']}, the solution {solved['score']} of {solved['most']}", code=1)
    return solved["score"]


def demonstrated():
    """The demo runs, and its picture is drawn for docs/figures."""
    if "3 look-ups" not in lab("demo", 0, "demo", NUMBER):
        raise LabError(f"./lab demo {NUMBER} did not count three look-ups", code=1)
    lab("figures", 0, "figures", "--preset", "labs", "toy")
    picture = COURSE / "docs/figures/toy.svg"
    if "<svg" not in picture.read_text(encoding="utf-8"):
        raise LabError(f"{shown(picture)} is no picture", code=1)


def listed():
    """README's table has the row and a link to the text."""
    lab("readme", 0, "readme", "--preset", "labs")
    row = f"| {NUMBER} | [toy](chapters/{SLUG}/README.md) |"
    if row not in (COURSE / "README.md").read_text(encoding="utf-8"):
        raise LabError(f"./lab readme did not write the row {row}", code=1)


def steps_that_check_it():
    """The steps that name chapters, asked in the copy."""
    script = f"""from lab.services import chapters
print(*[proof for proof in chapters.PROOFS if "test_{NUMBER}_solution" in chapters.suites_in(proof)])"""
    asked = subprocess.run(["python3", "-c", script], cwd=COURSE, env={**os.environ, "PYTHONPATH": str(COURSE / "common")},
                           capture_output=True, text=True)
    if not asked.stdout.split():
        raise LabError(f"no step names the toy's suite: {asked.stderr.strip()}", code=1)
    return asked.stdout.split()


def lab(name, code, *words):
    """What a command of the copy's own ./lab said, which must end with `code`."""
    return logged(name, [COURSE / "lab", *words], f"./lab {' '.join(words)}", code=code)


def logged(name, command, label, progress=NINJA, code=0):
    return said_by(label, command, COURSE.parent / f"{name}.log", progress, code)
