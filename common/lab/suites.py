"""./lab test: sets up, builds and runs every suite, then says what passed, failed and was skipped, and why."""
import subprocess
import sys
import time

from lab import report
from lab.build import build, configure, jobs
from lab.places import ROOT, LabError, build_folder
from lab.setup import add_preset, set_up
from lab.terminal import coloured, duration, is_terminal, say

SUMMARY = "set up, build, run the suites; exit code 1 if a test fails"
EXAMPLE = "./lab test ladder contract -- --repeat until-fail:3     (ctest's own options after --)"
TAKES_MORE = True


def add_arguments(parser):
    add_preset(parser)
    parser.add_argument("patterns", nargs="*", metavar="REGEX",
                        help="run only tests whose name matches one of these (default: all)")


def run(arguments):
    phases = Phases()
    phases.time("set-up", set_up, arguments.preset)
    phases.time("configure", configure, arguments.preset)
    phases.time("build", build, arguments.preset)
    junit = build_folder(arguments.preset) / "lab-test.xml"
    junit.unlink(missing_ok=True)
    failed = phases.time("tests", run_ctest, arguments.preset, junit, arguments.patterns, arguments.more)
    if not junit.exists():
        raise LabError("ctest ended without a report", code=1)
    results = report.read_junit(junit)
    if not results:
        raise LabError("no test ran" + (f": none matches {' or '.join(arguments.patterns)}" if arguments.patterns else ""),
                       code=1)
    say()
    for line in report.skip_lines(results):
        say(line)
    say(f"Time: {phases}")
    counts = report.counts(results)
    ok = not failed and counts["failed"] == 0
    say(coloured(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped",
                 "green" if ok else "red"))
    return 0 if ok else 1


def run_ctest(preset, junit, patterns, more):
    """Returns whether ctest says that something failed. Its output goes to the screen as it comes."""
    command = ctest_command(preset, junit, patterns)
    if is_terminal(sys.stdout):
        command.append("--progress")
    return subprocess.run([*command, *more], cwd=ROOT, stdin=subprocess.DEVNULL).returncode != 0


def ctest_command(preset, junit, patterns=(), but_labels=()):
    """Labels chapter-NN are left out: they grade a learner's work, and ./lab grade runs them."""
    left_out = "|".join(["^chapter-", *but_labels])
    names = ["--tests-regex", "|".join(patterns)] if patterns else []
    return ["ctest", "--test-dir", str(build_folder(preset)), "--parallel", str(jobs()), "--output-on-failure",
            "--no-tests=error", "--label-exclude", left_out, "--output-junit", str(junit), *names]


class Phases:
    """How long each part took."""

    def __init__(self):
        self.seconds = {}

    def time(self, name, work, *arguments):
        start = time.monotonic()
        result = work(*arguments)
        self.seconds[name] = time.monotonic() - start
        return result

    def __str__(self):
        parts = [f"{name} {duration(seconds)}" for name, seconds in self.seconds.items()]
        return ", ".join([*parts, f"together {duration(sum(self.seconds.values()))}"])
