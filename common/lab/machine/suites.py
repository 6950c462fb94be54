"""./lab test: sets up, builds and runs every suite, then says what passed, failed and was skipped, and why."""
import re
import subprocess
import sys

from lab.machine.build import build, configure, jobs
from lab.machine.setup import add_preset, set_up
from lab.services import report, times
from lab.services.logged import CTEST, WorkFailed, run_logged, show_log
from lab.services.places import ROOT, LabError, build_folder
from lab.services.terminal import coloured, is_terminal, say

SUMMARY = "set up, build, run the suites; exit code 1 if a test fails"
EXAMPLE = "./lab test ladder contract -- --repeat until-fail:3     (ctest's own options after --)"
TAKES_MORE = True
PROOF_OF_SUITES = ("^known-wrong$",)
"""Label of what proves the suites, for ./lab check known-wrong, unless patterns ask for it."""


def add_arguments(parser):
    add_preset(parser)
    parser.add_argument("patterns", nargs="*", metavar="REGEX",
                        help="run only tests whose name matches one of these (default: all)")


def run(arguments):
    proof = times.Proof("test", whole=not (arguments.patterns or arguments.more) and arguments.preset == "test")
    proof.time("set-up", set_up, arguments.preset)
    proof.time("configure", configure, arguments.preset)
    proof.time("build", build, arguments.preset)
    failed, results = proof.time("tests", run_ctest, arguments.preset, arguments.patterns, arguments.more)
    if not results:
        raise LabError("no test ran" + (f": none matches {' or '.join(arguments.patterns)}" if arguments.patterns else ""),
                       code=1)
    say()
    for line in report.skip_lines(results):
        say(line)
    for line in proof.end():
        say(line)
    counts = report.counts(results)
    ok = not failed and counts["failed"] == 0
    say(coloured(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped",
                 "green" if ok else "red"))
    return 0 if ok else 1


def run_ctest(preset, patterns, more):
    """(whether ctest says that something failed, the results). Its output goes to the screen as it comes."""
    junit = build_folder(preset) / "lab-test.xml"
    junit.unlink(missing_ok=True)
    command = ctest_command(preset, junit, patterns, () if patterns else PROOF_OF_SUITES)
    if is_terminal(sys.stdout):
        command.append("--progress")
    failed = subprocess.run([*command, *more], cwd=ROOT, stdin=subprocess.DEVNULL).returncode != 0
    if not junit.exists():
        raise LabError("ctest ended without a report", code=1)
    results = report.read_junit(junit)
    times.spent_testing(build_folder(preset), results)
    return failed, results


def suites_of(preset, targets=(), patterns=(), but_labels=()):
    """Builds the targets and runs the tests; all of them by default."""
    set_up(preset)
    configure(preset)
    build(preset, targets)
    return run_suites(preset, patterns, but_labels)


def run_suites(preset, patterns=(), but_labels=()):
    """Runs the tests whose names match; each pattern must have its test."""
    junit = build_folder(preset) / "lab-check.xml"
    junit.unlink(missing_ok=True)
    trouble = None
    try:
        run_logged("Running the suites", ctest_command(preset, junit, patterns, but_labels), junit.with_suffix(".log"), CTEST)
    except WorkFailed as failure:
        if not junit.exists():
            show_log(failure.log, "ctest")
            raise
        trouble = failure
    results = report.read_junit(junit)
    times.spent_testing(build_folder(preset), results)
    counts = report.counts(results)
    for line in [*report.failure_lines(results), *report.skip_lines(results)]:
        say(line)
    if counts["failed"]:
        raise LabError(f"{counts['failed']} of {len(results)} tests failed", code=1)
    if trouble:
        raise trouble
    for pattern in patterns or [""]:
        if not any(re.search(pattern, result.name) and result.state == "passed" for result in results):
            raise LabError(f"no test {pattern} ran", code=1)
    return f"{counts['passed']} tests, {counts['skipped']} skipped"


def ctest_command(preset, junit, patterns=(), but_labels=()):
    """Left out are the labels chapter-NN, which grade a learner's work for ./lab grade, and stubs, which ./lab check editions runs."""
    left_out = "|".join(["^chapter-", "^stubs$", *but_labels])
    names = ["--tests-regex", "|".join(patterns)] if patterns else []
    return ["ctest", "--test-dir", str(build_folder(preset)), "--parallel", str(jobs()), "--output-on-failure",
            "--no-tests=error", "--label-exclude", left_out, "--output-junit", str(junit), *names]
