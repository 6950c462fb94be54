"""What an author keeps true of the labs; ctest runs it under the label author.

Usage: python3 -m lab.author.labs CHECK [ARGUMENT]     exit 0, 1, or 77: a skip, its reason is the last line

  in-step           exercises/ is what would be generated now, byte for byte; not where a learner has written in it
  stubs COMPILER    every stub compiles without a warning
  tasks             every task is in lab.json once, in its chapter's text, in a test, and has its hints; figures add up
  known-wrong       the known-wrong solutions as a set: sources, crashes, stories, one a task; kill_matrix runs them

A check that finds nothing to check fails. What was counted goes to the folder author/ of the build as well: ctest
prints it when all tests have run (tests/author/counts.cmake)."""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.author import exercises, make_wrong
from lab.grade.record import OK, TOGETHER, Item, Record
from lab.grade.results import expected_tests, key
from lab.machine.build import jobs
from lab.services import course
from lab.services.places import ROOT, LabError, shown
from lab.services.stubs import generated

SKIPPED = 77
FEW, MANY, LAST_WITH_MORE = 8, 16, "04"
SOURCE = re.compile(r"\bS\d+\b|[\w.-]+#\d+|[\w.-]+@[0-9a-f]{7,40}\b")


class Skip(Exception):
    """Why a check says nothing here."""


def build():
    return Path(os.environ.get("RADIXLAB_BUILD", ROOT / "build/test"))


def tell(name, counted):
    """The line of counts: here, and once more when all tests have run."""
    print(f"{name}: {counted}")
    note = build() / "author" / f"{name}.txt"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(f"{name}: {counted}\n", encoding="utf-8")


def in_step():
    if reason := edited():
        raise Skip(reason)
    wanted = generated()
    fail_on(exercises.told(*exercises.out_of_step(wanted)))
    return f"{len(wanted)} files in exercises/ in step"


def edited(root=ROOT):
    """Why exercises/ may hold a learner's work; empty in an author's clone."""
    status = git(root, "status", "--porcelain", "--", "exercises")
    if status is None:
        return "this folder is not a git checkout, so that exercises/ may be a learner's"
    if status:
        return f"exercises/ is edited here: {len(status.splitlines())} files are not as git has them"
    own = git(root, "log", "--format=%H", "@{upstream}..HEAD", "--", "exercises") or ""
    for commit in own.split():
        names = git(root, "show", "--format=", "--name-only", commit).split()
        if all(name.startswith("exercises/") for name in names):
            return f"exercises/ is edited here: commit {commit[:7]} changes nothing else"
    return ""


def git(root, *words):
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def stubs(compiler):
    if not shutil.which(compiler):
        raise Skip(f"{compiler} is not installed")
    wanted, flags = generated(), flags_of_solutions()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs()) as pool:
        def compiled(path):
            file = Path(folder, path.parent.name, path.name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(wanted[path], encoding="utf-8")
            ours = shown(path).replace("exercises/", "solutions/", 1)
            if ours not in flags:
                return f"{ours}: not compiled; chapters/CMakeLists.txt must list it"
            command = [compiler, *flags[ours], "-fsyntax-only", "-Werror", str(file)]
            if file.suffix == ".cu":  # whatever the compiler, the one of the emulator is run
                command = ["bash", build() / "emulated.sh", "--", *command[:-1], "-o", f"{file}.o", "-c", file]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            return f"{shown(path)} as generated:\n{done.stderr}" if done.returncode else ""
        fail_on(pool.map(compiled, wanted))
    return f"{len(wanted)} stubs compile without a warning"


def flags_of_solutions():
    """{"solutions/NN-slug/K_name.cpp": its compiler's flags}, from the build that runs this."""
    commands = json.loads((build() / "compile_commands.json").read_text(encoding="utf-8"))
    ours = {shown(each["file"]): shlex.split(each["command"]) for each in commands}
    return {file: [word for word in words[1:] if not word.endswith((".o", *course.SUFFIXES)) and word not in ("-o", "-c")]
            for file, words in ours.items() if file.startswith("solutions/")}


def tasks(root=ROOT):
    labs = course.labs(root)
    if not labs:
        raise LabError("no chapter has a lab.json: there is nothing to check", code=1)
    fail_on(f"{lab.slug}: {trouble}" for lab in labs for trouble in troubles_of(lab))
    every = [task for lab in labs for task in lab.tasks]
    return (f"{len(labs)} labs, {len(every)} tasks, {sum(lab.points for lab in labs)} points, "
            f"{sum(len(tests_of(lab)) for lab in labs)} tests, {len(every) * course.LEVELS} hints")


def troubles_of(lab):
    numbers = [task.id.rpartition(".")[2] for task in lab.tasks]
    text = lab.chapter / "README.md"
    words = text.read_text(encoding="utf-8") if text.is_file() else ""
    tested = Counter(found[1] for name in tests_of(lab) if (found := re.match(r"T(\d+)_", name)))
    for task, number in zip(lab.tasks, numbers):
        if task.id != f"{int(lab.number)}.{number}" or not task.file.startswith(f"{number}_") or \
                not task.file.endswith(course.SUFFIXES):
            yield f"task {task.id} in {task.file}: expected {int(lab.number)}.K in K_name.cpp or K_name.cu"
        if numbers.count(number) != 1:
            yield f"lab.json has task {task.id} {numbers.count(number)} times"
        if not re.search(rf"(?<![\w.]){re.escape(task.id)}(?![\w]|\.\d)", words):
            yield f"task {task.id} is not named in {shown(text)}"
        if not tested[number]:
            yield f"task {task.id} has no test T{number}_... in tests/{lab.slug}/"
        if task.points <= 0 or task.minutes <= 0:
            yield f"task {task.id} has {task.points} points, {task.minutes} minutes; expected more"
    yield from troubles_of_traffic(lab)
    for number in sorted(tested.keys() - set(numbers)):
        yield f"a test is called T{number}_..., but there is no such task"
    ours = {path.name for path in lab.solutions.glob("*") if path.suffix in course.SUFFIXES}
    if lab.solutions.is_dir() and ours != {task.file for task in lab.tasks}:
        yield f"solutions/ and lab.json differ in {', '.join(sorted(ours ^ {task.file for task in lab.tasks}))}"
    if full_record(lab).score != lab.points:
        yield f"a full board says {full_record(lab).score} points, lab.json adds up to {lab.points}"
    if sum(task.minutes for task in lab.tasks) != lab.minutes:
        yield f"its tasks take {sum(task.minutes for task in lab.tasks)} minutes, lab.json says {lab.minutes}"
    more = lab.hints().keys() - {task.id for task in lab.tasks} - {opened.id for opened in lab.open_labs}
    yield from (f"hints.md has hints for {name}, which is no task" for name in sorted(more))


def troubles_of_traffic(lab):
    """Who has points for what a kernel moves has tests of that; all of them together are a fifth of the chapter's points."""
    tested = {found[1] for name in tests_of(lab) if (found := re.match(r"T(\d+)_Traffic", name))}
    for task in lab.tasks:
        if (key(task) in tested) != (task.traffic_points != 0) or not 0 <= task.traffic_points < task.points:
            has = "a" if key(task) in tested else "no"
            yield f"task {task.id} has {task.traffic_points} traffic_points of {task.points}, and {has} test T{key(task)}_Traffic..."
    moved = sum(task.traffic_points for task in lab.tasks)
    if moved and moved * 5 != lab.points:
        yield f"its traffic_points are {moved} of {lab.points} points, expected one fifth"


def full_record(lab):
    """What the board is drawn from when all is done."""
    items = [Item(task.id, task.title, task.file, task.points, task.points, OK) for task in lab.tasks]
    items.append(Item(TOGETHER, "", "", lab.together, lab.together, OK))
    return Record(lab.number, lab.slug, lab.title, True, items, {})


def tests_of(lab):
    return [name.split(".")[1] for name, _ in expected_tests(lab, TOGETHER)]


def known_wrong(root=ROOT):
    slugs = sorted(path.name for path in (root / "tests/wrong").iterdir() if path.is_dir())
    wrongs = [wrong for slug in slugs for wrong in make_wrong.all_wrong(slug, root)]
    if not wrongs:
        raise LabError("tests/wrong/ has no known-wrong solution", code=1)
    sources = [wrong.source for wrong in wrongs if wrong.source]
    crashes = [wrong.name for wrong in wrongs if wrong.crash]
    stories = Counter(wrong.story for wrong in wrongs)
    troubles = [f"'{source}' names no source: expected project#number, project@commit or S1" for source in sources
                if not SOURCE.search(source)]
    troubles += [f"{count} files tell one story: {story}" for story, count in stories.items() if count > 1]
    if len(sources) * 2 < len(wrongs):
        troubles.append(f"{len(sources)} of {len(wrongs)} have a source, expected at least half")
    if len(crashes) * 10 > len(wrongs):
        troubles.append(f"{len(crashes)} of {len(wrongs)} are caught by a crash, expected one in ten: "
                        f"{', '.join(crashes)}")
    troubles += [trouble for lab in course.labs(root) for trouble in spread(lab, [w for w in wrongs if w.task in ids(lab)])]
    fail_on(troubles)
    return (f"{len(wrongs)} known-wrong solutions of {len(slugs)} chapters, {len(sources)} with a source, "
            f"{len(crashes)} caught by a crash")


def ids(lab):
    return {task.id for task in lab.tasks}


def spread(lab, wrongs):
    """Each task has one at least, and a chapter 8 to 16. The first four chapters have more, and may keep them."""
    for task in sorted(ids(lab) - {wrong.task for wrong in wrongs}):
        yield f"{lab.slug}: task {task} has no known-wrong solution"
    if not FEW <= len(wrongs) <= (MANY if lab.number > LAST_WITH_MORE else len(wrongs)):
        yield f"{lab.slug}: has {len(wrongs)} known-wrong solutions, expected {FEW} to {MANY}"


def fail_on(troubles):
    troubles = [trouble for trouble in troubles if trouble]
    if troubles:
        raise LabError("\n".join(troubles), code=1)


CHECKS = {"in-step": in_step, "stubs": stubs, "tasks": tasks, "known-wrong": known_wrong}


def main(words):
    if not words or words[0] not in CHECKS:
        sys.exit(__doc__)
    name = ".".join(["author", *words])
    try:
        tell(name, CHECKS[words[0]](*words[1:]))
    except Skip as reason:
        tell(name, f"skipped: {reason}")
        return SKIPPED
    except (LabError, OSError) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
