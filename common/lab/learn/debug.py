"""./lab debug: one failing test of a task in gdb, stopped at the first function of your file that it calls.

The task is built anew without optimisation (preset labs-debug), so that each line and variable is there. Where there is
no gdb or no terminal, the command is printed, to be copied."""
import os
import shlex
import shutil
import sys

from lab.grade.record import FAILED, TOGETHER
from lab.grade.results import expected_tests, is_graded_alone, key
from lab.learn.learner import add_task, item_of, last_record, task_of
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT, LabError, program, shown
from lab.services.terminal import is_terminal, say

SUMMARY = "a task's first failing test in gdb"
EXAMPLE = "./lab debug 1.2 --test T2_LooksUpAllButTheLastToken"
PRESET = "labs-debug"


def add_arguments(parser):
    add_task(parser)
    parser.add_argument("--test", metavar="NAME", help="this test of the task (default: the first that failed last)")


def run(arguments, root=ROOT):
    lab, task = task_of(arguments, root)
    test, has_parameters = choose(lab, task, arguments.test)
    what = f"grade_{lab.number}_{key(task) if is_graded_alone(lab) else TOGETHER}"
    make(what)
    command = gdb_command(program(what, PRESET), task.file, f"*/{test}/*" if has_parameters else test)
    say(f"{task.id}  {task.title}: {test}")
    if not shutil.which("gdb"):
        say("gdb is not installed (package gdb). With it, in the course's folder:")
    elif not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        say("gdb wants a terminal. There, in the course's folder:")
    else:
        say(f"gdb stops in {task.file}. Type next, step, print NAME, backtrace, continue (to the failure), quit.\n")
        os.chdir(root)
        os.execvp(command[0], command)
    say(f"  {shlex.join(command)}")
    return 0


def choose(lab, task, wanted):
    """(name, has parameters): the test that is asked for, or the first that failed in the last grade, or the first."""
    tests = expected_tests(lab, task.id)
    if wanted:
        found = [each for each in tests if wanted in (each[0], each[0].split(".")[1])]
        if not found:
            raise LabError(f"task {task.id} has no test '{wanted}'; it has {', '.join(name for name, _ in tests)}")
        return found[0]
    item = item_of(last_record(lab), task)
    failed = [test.name for test in item.tests if test.state == FAILED] if item else []
    return next((each for each in tests if each[0] in failed), tests[0])


def make(target):
    if not program(target, PRESET).exists():
        say("The first time, the chapter and its tests are built for the debugger: the better part of a minute.")
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [target])


def gdb_command(executable, file, gtest_filter):
    """Stops at each function of the file, and where an expectation fails or an exception leaves the test."""
    return ["gdb", "-q", "-ex", f"rbreak {file}:.", "-ex", "run", "--args", shown(executable),
            f"--gtest_filter={gtest_filter}", "--gtest_break_on_failure", "--gtest_catch_exceptions=0"]
