"""Runs the tests of one task, each in a process of its own, and writes down what came of it.

Usage: python3 -m lab.grade.run_task 01 1.2 --preset labs      (ctest's test chapter-01.1.2; "together" for all tasks at once)

Writes build/labs/results/01/1.2.json, one record.Item, and ends with 0 only if it is ok.

What a learner's code can do wrong ends in a state, not in silence: it crashes, exits, loops, eats memory, prints what
looks like results. A test has passed when GoogleTest wrote a fresh file that says so and the program then ended well.
This is no sandbox: code that sets out to deceive the grader (that writes the result file itself, kills the grader,
leaves processes in a session of their own) can. Grade strangers' code on a machine that has nothing to lose."""
import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from lab.grade import gtest_words, pictures
from lab.grade.build_tasks import SUITE
from lab.grade.record import (FAILED, NOT_COMPILED, NOT_RUN, NOT_WRITTEN, OK, PASSED, SKIPPED, TOGETHER, Item, Test)
from lab.grade.results import ASAN, expected_tests, is_graded_alone, is_traffic, key, results, stories, task_file
from lab.services import course
from lab.services.places import ROOT, LabError, build_folder, shown
from lab.services.report import skip_reason

SECONDS = {False: 2, True: 10}  # of processor time a test, without and with AddressSanitizer
PATIENCE = 5  # times as long by the clock, for a test that waits, or a machine that is busy
MEMORY = 1 << 30  # [bytes]
OUTPUT = 8 << 20  # [bytes] a test may print
SHOWN = 20_000  # [characters] of them that are kept


def main(words):
    parser = argparse.ArgumentParser(prog="lab.grade.run_task")
    parser.add_argument("chapter")
    parser.add_argument("item")
    parser.add_argument("--preset", default="labs")
    arguments = parser.parse_args(words)
    lab = course.lab(arguments.chapter)
    item = run_item(lab, arguments.item, arguments.preset)
    path = results(lab.number, arguments.preset) / f"{item.id}.json"
    path.write_text(json.dumps(asdict(item), indent=1) + "\n", encoding="utf-8")
    print(f"{item.id} {item.title}: {item.state}" + (f": {item.says}" if item.says else ""))
    return 0 if item.state == OK else 1


def run_item(lab, name, preset):
    """Grades task `name`, or TOGETHER."""
    if name == TOGETHER:
        item, traffic = Item(TOGETHER, "all tasks together", "", 0, lab.together, FAILED), 0
    else:
        task = course.task(name, lab.root)[1]
        item = Item(task.id, task.title, shown(task_file(lab, task)), 0, task.points, FAILED)
        traffic = task.traffic_points
    uncompiled = json.loads((results(lab.number, preset) / "compile.json").read_text(encoding="utf-8"))
    what = TOGETHER if name == TOGETHER else key(task)
    program = what if is_graded_alone(lab) else TOGETHER
    if SUITE in uncompiled:
        raise LabError(uncompiled[SUITE])
    if what in uncompiled:
        item.state, item.says = NOT_COMPILED, uncompiled[what]
    elif program in uncompiled:
        item.state, item.says = SKIPPED, f"{uncompiled[program]}, and tasks are graded together here"
    else:
        runner = Runner(lab, build_folder(preset) / "bin" / f"grade_{lab.number}_{program}", name, preset)
        # Together, tasks must be right with each other; what each of them moves is its own.
        item.tests = runner.run_all([test for test in expected_tests(lab, name) if name != TOGETHER or not is_traffic(test[0])])
        judge(item, traffic)
        _draw(item.failed_test)
    return item


def other_user():
    """Whose processes the tests are: root gives a stranger's code to a user who owns nothing (autograder.py)."""
    user = os.environ.get("RADIXLAB_RUN_AS")
    return {"user": int(user), "group": int(user), "extra_groups": []} if user else {}


def give_away(folder):
    """To that user, so that a test may write there."""
    if other := other_user():
        os.chown(folder, other["user"], other["group"])


def judge(item, traffic=0):
    """State, points and sentence of an item, from its tests: all or nothing; but where only tests of traffic fail, all except
    these points."""
    begun = item.id == TOGETHER or is_written(item.id, ROOT / item.file)
    if begun and item.id != TOGETHER:
        _wait_for_others(item)
    failed = [test for test in item.tests if test.state == FAILED]
    skipped = [test for test in item.tests if test.state == SKIPPED]
    passed = any(test.state == PASSED for test in item.tests)
    if failed and (all(map(_unwritten, failed)) or not (begun or passed)):
        met = {task for test in failed for task in _unwritten(test)} if item.id == TOGETHER else {item.id}
        item.state, item.says = NOT_WRITTEN, f"{', '.join(sorted(met))} not written yet"
    elif failed:
        item.state, item.says = FAILED, item.failed_test.says
        if traffic and all(test.state == PASSED for test in item.tests if not is_traffic(test.name)):
            item.points = item.most - traffic
    elif skipped:
        item.state, item.says = SKIPPED, skipped[0].says
    else:
        item.state, item.points = OK, item.most


def _unwritten(test):
    """The tasks that a failed test met before they were written."""
    return set(gtest_words.TODO.findall(test.says + test.output)) if test.state == FAILED else set()


def _wait_for_others(item):
    """Graded together, a test needs other tasks too. Where one of them is not written, it says nothing of its own."""
    waiting = [test for test in item.tests if item.id not in (_unwritten(test) or {item.id})]
    met = sorted({task for test in waiting for task in _unwritten(test)})
    lab = course.task(item.id)[0]
    more = [task.id for task in lab.tasks if task.id not in met and not is_written(task.id, task_file(lab, task))]
    nor = f" (nor {'are' if len(more) > 1 else 'is'} {', '.join(more)})" if more else ""
    for test in waiting:
        test.state, test.says = SKIPPED, f"waits for {', '.join(met)}, not written yet{nor}"


def is_written(task, file):
    return not file.is_file() or f'todo("{task}"' not in file.read_text(errors="replace")


def _draw(test):
    """The failed test that is shown gets the picture of its story."""
    picture = pictures.side_by_side(ROOT / test.story) if test and test.story and pictures.can_draw() else None
    if picture:
        test.picture = shown(picture)


class Runner:
    def __init__(self, lab, program, name, preset):
        self.program, self.asan, self.stories = program, preset == ASAN, stories(lab.number, preset) / name
        self.no_more = self.asan or lab.has_kernels  # no sanitizer would say more
        self.stories.mkdir(parents=True, exist_ok=True)
        for old in self.stories.iterdir():
            old.unlink()
        give_away(self.stories)
        self.ended = True  # and not by our hand

    def run_all(self, expected):
        """One record.Test an expected test. After the first that does not end the others are not run."""
        tests = []
        for name, has_parameters in expected:
            tests.append(self.run(name, has_parameters))
            if not self.ended:
                break
        return tests + [Test(name, NOT_RUN, "the one before it did not end") for name, _ in expected[len(tests):]]

    def run(self, name, has_parameters):
        with tempfile.TemporaryDirectory(prefix="radixlab-grade-") as folder:
            told, output = Path(folder) / "result.json", Path(folder) / "output"
            give_away(folder)
            started = time.monotonic()
            code = self._start([f"--gtest_filter={f'*/{name}/*' if has_parameters else name}",
                                f"--gtest_output=json:{told}"], output)
            test = Test(name, FAILED, seconds=round(time.monotonic() - started, 3))
            test.output = output.read_bytes()[:SHOWN].decode(errors="replace")
            self._judge(test, code, told)
        if test.state == FAILED:
            self._add_story(test)
        return test

    def _start(self, options, output):
        """The exit code; negative for a signal; None if it had to be stopped by the clock."""
        own = {"RADIXLAB_STORY_DIR": str(self.stories), "ASAN_OPTIONS": f"hard_rss_limit_mb={MEMORY >> 20}"}
        others = {name: value for name, value in os.environ.items() if not name.startswith(("GTEST_", "RADIXLAB_"))}
        with open(output, "wb") as file, subprocess.Popen(
                [self.program, *options], cwd=output.parent, env={**others, **own}, stdin=subprocess.DEVNULL,
                stdout=file, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=self._limit,
                **other_user()) as process:
            try:
                return process.wait(PATIENCE * SECONDS[self.asan])
            except subprocess.TimeoutExpired:
                return None
            finally:
                try:
                    os.killpg(process.pid, signal.SIGKILL)  # and whatever it started
                except ProcessLookupError:
                    pass

    def _limit(self):
        limits = {resource.RLIMIT_CPU: SECONDS[self.asan], resource.RLIMIT_FSIZE: OUTPUT, resource.RLIMIT_CORE: 0}
        if not self.asan:  # which reserves terabytes of addresses
            limits[resource.RLIMIT_AS] = MEMORY
        for what, most in limits.items():
            resource.setrlimit(what, (most, most + (what == resource.RLIMIT_CPU)))

    def _judge(self, test, code, told):
        limit = SECONDS[self.asan]
        if code is None or code == -signal.SIGXCPU:
            self.ended = False
            test.says = f"still running after {limit if code else PATIENCE * limit} s: an endless loop?"
            return
        if code == -signal.SIGXFSZ:
            test.says = f"printed more than {OUTPUT >> 20} MB"
            return
        cases = _cases(told)
        if not cases:
            test.says = gtest_words.ending(code, test.output, self.no_more)
            return
        failures = [failure["failure"] for case in cases for failure in case.get("failures", ())]
        if failures:
            test.says = gtest_words.sentence(failures[0])
        elif code != 0:
            test.says = f"all that it tests was right, then {gtest_words.ending(code, test.output, self.no_more)}"
        elif any(case.get("result") == "SKIPPED" for case in cases):
            test.state, test.says = SKIPPED, skip_reason(test.output)
        elif all(case.get("result") == "COMPLETED" for case in cases):
            test.state, test.output = PASSED, ""

    def _add_story(self, test):
        story = self.stories / f"{test.name}.jsonl"
        if story.exists():
            test.story = shown(story)


def _cases(told):
    """The tests that ran, by GoogleTest's file; none if it is not there or broken."""
    try:
        suites = json.loads(told.read_text(encoding="utf-8", errors="replace"))["testsuites"]
        return [case for suite in suites for case in suite["testsuite"] if case.get("status") == "RUN"]
    except (OSError, ValueError, KeyError, TypeError):
        return []


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (LabError, OSError) as trouble:
        print(f"run_task: {trouble}", file=sys.stderr)
        sys.exit(2)
