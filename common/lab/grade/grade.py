"""./lab grade: builds a chapter's tasks, runs their tests and says in points and words what is right.

Each task of exercises/ is graded alone, in front of our solution where that is released, then all of them together.
Given files that were changed are put back first. Exit code 0 only at full points. This is no sandbox: see
common/lab/grade/run_task.py."""
import contextlib
import datetime
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from lab.grade import board, explain, formats, given_files, open_lab
from lab.grade.build_tasks import SUITE
from lab.grade.record import FAILED, NOT_WRITTEN, TOGETHER, Item, Record, item_of, read
from lab.grade.results import ASAN, PRESET, is_graded_alone, results, task_file
from lab.machine.build import build, configure
from lab.machine.setup import alone, set_up
from lab.services import course
from lab.services.logged import CTEST, WorkFailed, run_logged
from lab.services.places import ROOT, LabError, build_folder, shown
from lab.services.terminal import say

SUMMARY = "grade a chapter's tasks: points, and for what failed its story"
EXAMPLE = "./lab grade 01 --asan"
RECORD = "record.json"
BUSY = "Another ./lab is grading here; waiting for it ..."
LATEST = "full"  # --mine without a list


def add_arguments(parser):
    parser.add_argument("chapter", nargs="?", help="as in 01")
    parser.add_argument("--open", action="store_true", help="the chapter's open lab instead of its tasks: no points")
    parser.add_argument("--asan", action="store_true", help="under AddressSanitizer and UndefinedBehaviorSanitizer")
    parser.add_argument("--mine", nargs="?", const=LATEST, default="", metavar="NN,NN",
                        help="build on your own code of these earlier chapters (default: those last graded full)")
    parser.add_argument("--json", action="store_true", help="print the record instead of the board")
    parser.add_argument("--format", choices=formats.FORMATS, help="print this instead of the board, for a service")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the format there, and print the board as well")
    parser.add_argument("--explain", action="store_true",
                        help="name the known-wrong solution that a failing task behaves like (instructor's edition)")
    parser.add_argument("--time", type=int, default=0, metavar="N",
                        help="measure from an edit to the verdict: N times, one task's file touched each time")
    parser.add_argument("--as-is", action="store_true",
                        help="for work on the course: leave given files that were changed; never a full grade")


def run(arguments):
    if not arguments.chapter:
        raise LabError("which chapter? As in ./lab grade 01")
    lab = course.lab(arguments.chapter)
    preset = ASAN if arguments.asan else PRESET
    if arguments.asan and lab.has_kernels:
        raise LabError(f"chapter {lab.number} is not graded under sanitizers: its kernels run on the CUDA emulator, which looks at every "
                       f"load and store itself: ./lab grade {lab.number}")
    if arguments.open:
        open_lab.check(lab)
        set_up(PRESET)
        with alone(build_folder(PRESET) / ".grading", BUSY):
            prepare(PRESET, ())
            return open_lab.grade_open(lab)
    if arguments.time > 0:
        return time_edits(lab, preset, arguments)
    matrix = explain.read_matrix(lab) if arguments.explain else {}
    quiet = arguments.json or bool(arguments.format and not arguments.out)
    with contextlib.redirect_stdout(sys.stderr) if quiet else contextlib.nullcontext():  # whatever is set up or built first
        record = grade(lab, preset, chosen(arguments.mine, lab), arguments.as_is)
    if arguments.explain:
        explain.explain(record, matrix)
        record.write(results(lab.number, preset) / "record.json")
    if arguments.out:
        arguments.out.write_text(formats.render(record, arguments.format or "text", os.environ), encoding="utf-8")
    if arguments.format and not arguments.out:
        say(formats.render(record, arguments.format, os.environ).rstrip("\n"))
    elif arguments.json:
        say((results(lab.number, preset) / RECORD).read_text(encoding="utf-8").rstrip())
    else:
        say()
        for line in board.lines(record, lab.hints() if (lab.chapter / "hints.md").exists() else {},
                                open_labs=lab.open_labs):
            say(line)
    return 0 if record.full else 1


def grade(lab, preset=PRESET, mine=(), as_is=False):
    """Grades a chapter; returns its record.Record, which is written to build/labs/results/NN/record.json too."""
    started, clock = datetime.datetime.now(datetime.timezone.utc), time.monotonic()
    set_up(preset)
    folder = results(lab.number, preset)
    with alone(build_folder(preset) / ".grading", BUSY):
        restored, changed = given_files.put_back(lab, as_is)
        prepare(preset, mine)
        for old in folder.glob("*.json"):
            if old.name != RECORD:  # which stands until there is a new one
                old.unlink()
        run_tests(lab, preset)
        items = [collect(lab, item, folder) for item in [*(task.id for task in lab.tasks), TOGETHER]]
    name_all_unwritten(items)
    ran = {number: "yours" if number == lab.number or number in mine else "ours"
           for number in [*used_chapters(lab), lab.number]}
    record = Record(lab.number, lab.slug, lab.title, is_graded_alone(lab), items, ran, restored, changed,
                    started.strftime("%Y-%m-%dT%H:%M:%SZ"), round(time.monotonic() - clock, 2))
    record.write(folder / RECORD)
    return record


def prepare(preset, mine):
    """Configures the preset, if that was not done yet, or not for these chapters."""
    cache = build_folder(preset) / "CMakeCache.txt"
    wanted = ";".join(mine)
    known = cache.read_text(errors="replace") if (build_folder(preset) / "build.ninja").exists() else ""
    if f"\nCMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in known or f"\nRADIXLAB_MINE:STRING={wanted}\n" not in known:
        configure(preset, f"-DRADIXLAB_MINE={wanted}")


def run_tests(lab, preset):
    """Runs the chapter's tests through ctest, quietly: each of them writes down what it found."""
    folder = build_folder(preset)
    if not (folder / "bin" / f"grade_{lab.number}_{TOGETHER}").exists():
        ours = [f"radixlab_{lab.number}_solution"] if is_graded_alone(lab) else []
        build(preset, [f"radixlab_{lab.number}_tests", *ours], f"Building the tests of chapter {lab.number}, the first time")
    command = ["ctest", "--test-dir", str(folder), "--label-regex", f"^chapter-{lab.number}$", "--no-tests=error",
               "--parallel", str(len(os.sched_getaffinity(0))), "--output-on-failure"]
    log, told = results(lab.number, preset) / "ctest.log", results(lab.number, preset) / "compile.json"
    for last_try in (False, True):
        try:
            run_logged(f"Grading chapter {lab.number}", command, log, CTEST)
        except WorkFailed:  # a test that is red: its item says so
            pass
        if told.exists() or last_try:
            break
        configure(preset)  # ctest cannot read what a configuration that failed has left
    if not told.exists():
        raise LabError(f"nothing was graded; what ctest said is in {shown(log)}")
    trouble = json.loads(told.read_text(encoding="utf-8")).get(SUITE)
    if trouble:
        raise LabError(f"the tests themselves cannot be built: {trouble}")


def collect(lab, name, folder):
    """The item that a test wrote down. One that wrote nothing has failed."""
    path = folder / f"{name}.json"
    if path.exists():
        return item_of(json.loads(path.read_text(encoding="utf-8")))
    says = f"its tests ended without a result; what ctest said is in {shown(folder / 'ctest.log')}"
    if name == TOGETHER:
        return Item(name, "all tasks together", "", 0, lab.together, FAILED, says)
    task = next(task for task in lab.tasks if task.id == name)
    return Item(name, task.title, shown(task_file(lab, task)), 0, task.points, FAILED, says)


def name_all_unwritten(items):
    """A program of all tasks ends at the first that is not written, so it has not met them all."""
    if items[-1].state == NOT_WRITTEN:
        names = [item.id for item in items[:-1] if item.state == NOT_WRITTEN]
        items[-1].says = f"{', '.join(names)} not written yet" if names else items[-1].says


def chosen(mine, lab):
    """The chapters before `lab` whose code is to be the learner's own."""
    if mine == LATEST:
        return [number for number in all_full() if number < lab.number]
    numbers = [course.lab(number).number for number in mine.split(",") if number]
    return sorted({number for number in numbers if number < lab.number})


def all_full():
    """Numbers of the chapters whose last grade was full."""
    paths = {lab.number: results(lab.number) / RECORD for lab in course.labs()}
    return [number for number, path in paths.items() if path.exists() and read(path).full]


def used_chapters(lab):
    """Numbers of the chapters that this one is built on, by chapters/CMakeLists.txt."""
    text = (ROOT / "chapters" / "CMakeLists.txt").read_text(encoding="utf-8")
    calls = {slug: re.findall(r"\b(\d\d)-[\w-]+", more)
             for slug, more in re.findall(r"radixlab_chapter\(([\w-]+)\s+USES\s+((?:\d\d-[\w-]+\s+)+)", text)}
    return calls.get(lab.slug, [])


def time_edits(lab, preset, arguments):
    """From a saved file to the verdict, by the command itself. The file is touched, not changed; no compiler's cache
    helps, as it would not after an edit."""
    options = [option for option, on in (("--asan", arguments.asan), ("--as-is", arguments.as_is)) if on]
    command = [sys.executable, ROOT / "common" / "lab", "grade", lab.number, "--json", *options]
    environment = {**os.environ, "CCACHE_DISABLE": "1"}
    grade(lab, preset, (), arguments.as_is)
    taken = []
    for i in range(arguments.time):
        path = task_file(lab, lab.tasks[i % len(lab.tasks)])
        before = path.stat()
        os.utime(path)
        start = time.monotonic()
        subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
        taken.append(time.monotonic() - start)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        say(f"  {shown(path)}: {taken[-1]:.2f} s")
    say(f"From edit to verdict: {statistics.median(taken):.2f} s (median of {len(taken)}, on "
        f"{len(os.sched_getaffinity(0))} processors)")
    return 0
