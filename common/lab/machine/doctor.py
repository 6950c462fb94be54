"""./lab doctor: what is there, what is missing and how to get it; then whether a trouble is the machine's or the code's.

Nothing is installed. If the machine has all that the preset needs, code of ours is built in build/labs and tested: our solution
of the first lab, or what there is where it is not released. Exit code 0: all is well; 1: trouble of the code; 2: trouble of
the machine."""
import subprocess
from dataclasses import dataclass

from lab.machine import packages
from lab.machine.findings import MISSING, findings
from lab.machine.setup import add_preset
from lab.machine.suites import suites_of
from lab.services.places import ROOT, LabError
from lab.services.terminal import coloured, say, table

SUMMARY = "what is there, what is missing; the machine's trouble or the code's"
EXAMPLE = "./lab doctor --quick --preset labs"
SHOWN_FILES = 10


@dataclass(frozen=True)
class Ours:
    """Code that no learner wrote: red is the machine's doing, or that of whoever changed it."""
    place: str
    targets: tuple
    tests: str
    is_asked: str
    is_sound: str


OURS = (Ours("solutions/01-naive-manager", ("test_01_solution",), r"^solution-01\.",
             "The first lab's tests are run on our solution", "our solution of the first lab passes"),
        Ours("solutions/05-radix-tree", ("test_conformance",), r"^conformance\..*radix",
             "The conformance suite asks our radix manager", "radix keeps the contract"),
        Ours("common/storage", ("test_contract", "test_storage"), r"^(contract|storage)\.",
             "Their suites ask the given parts", "the given parts are sound"))
"""The first whose place is here is asked: what a learner meets first stands first."""


def add_arguments(parser):
    add_preset(parser)
    parser.add_argument("--quick", action="store_true", help="look at the machine alone: build nothing, run nothing")


def run(arguments):
    found = list(findings(arguments.preset))
    for line in table([["what", "", "found"], *[[f.what, f.state, f.told] for f in found]]):
        say(coloured(line, "red") if f" {MISSING} " in line else line)
    say()
    if missing := [finding for finding in found if finding.state == MISSING]:
        return tell_missing(missing, arguments.preset)
    if arguments.quick:
        say(coloured(f"The machine has what preset {arguments.preset} needs. Of the code: ./lab doctor", "green"))
        return 0
    return examine_code()


def tell_missing(missing, preset):
    say(f"./lab setup --preset {preset} gets what can be got, as root or with sudo.")
    if names := [finding.package for finding in missing if finding.package]:
        say(f"The packages, in one command to copy:\n  {packages.command_to_copy(names)}")
    say(coloured(f"Trouble of the machine: {', '.join(finding.what for finding in missing)}", "red"))
    return 2


def examine_code():
    ours = next(one for one in OURS if (ROOT / one.place).is_dir())
    say(f"Is the code sound? {ours.is_asked}; building it takes a minute or two.")
    try:
        counted = suites_of("labs", list(ours.targets), [ours.tests])
    except LabError as error:
        whose = "machine" if error.code == 2 else "code"
        if whose == "code":
            tell_changes()
        say(coloured(f"Trouble of the {whose}: {error}", "red"))
        return error.code
    say(coloured(f"All is well: the machine has what it needs, and {ours.is_sound} ({counted}).", "green"))
    return 0


def tell_changes():
    """Where to look first."""
    changed = changed_files()
    if changed:
        more = f" and {len(changed) - SHOWN_FILES} more" if len(changed) > SHOWN_FILES else ""
        say(f"Changed since the last commit: {', '.join(changed[:SHOWN_FILES])}{more}")
    elif changed is not None:
        say("No file differs from the last commit, so this is not your doing: please report it.")


def changed_files():
    """None where git cannot tell."""
    try:
        told = subprocess.run(["git", "status", "--porcelain", "-z"], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return None
    return [entry[3:] for entry in told.stdout.split("\0") if entry] if told.returncode == 0 else None
