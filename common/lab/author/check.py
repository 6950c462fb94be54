"""./lab check: the authors' proof. What ./lab test does not show: sanitizers, both compilers, fuzzing, random lives,
style, and documentation without warnings. docs/proofs.md says which step shows what, and what only --all does.

The packages of all steps come first, so that one command names what is missing. Then every step runs, whatever became of
the one before; a table at the end says what each did. A step whose wishes cannot be installed is skipped. Exit code 1 if one
failed."""
import subprocess
import time
from dataclasses import dataclass

from lab.author.steps import STEPS
from lab.machine.setup import install
from lab.services import times
from lab.services.places import LabError
from lab.services.terminal import coloured, duration, say, table

SUMMARY = "the authors' proof: sanitizers, both compilers, fuzzing, documentation; half an hour"
EXAMPLE = "./lab check docs tsan"
NAMED = " (only if named, or with --all)"


@dataclass(frozen=True)
class Outcome:
    name: str
    covers: str
    seconds: float
    counted: str = ""
    trouble: str = ""  # empty: all is well
    skipped: str = ""  # why


def add_arguments(parser):
    steps = parser.add_argument("steps", nargs="*", metavar="STEP",
                                help="run only these (default: all, in the order of --list)")
    steps.completes = STEPS  # for ./lab completion; run() judges them
    parser.add_argument("--all", action="store_true", help="also the steps that otherwise run only if named: about three hours")
    parser.add_argument("--times", action="store_true", help="where the time of the last ./lab test and ./lab check went")
    parser.add_argument("--list", action="store_true", help="print the steps and do nothing else")


def run(arguments, steps=STEPS):
    if arguments.times:
        return times.tell_both()
    if arguments.list:
        for line in table([[name, step.covers + (NAMED if step.only_by_name else "")] for name, step in steps.items()]):
            say(line)
        return 0
    unknown = [name for name in arguments.steps if name not in steps]
    if unknown:
        raise LabError(f"unknown step {', '.join(repr(name) for name in unknown)}; there are: {', '.join(steps)}")
    if arguments.all and arguments.steps:
        raise LabError("either --all or the names of steps")
    wanted = arguments.steps or [name for name, step in steps.items() if arguments.all or not step.only_by_name]
    chosen = {name: step for name, step in steps.items() if name in wanted}
    proof = times.Proof("check", whole=not (arguments.steps or arguments.all))
    lacking = proof.time("set-up", prepare, chosen)
    outcomes = [proof.time(name, run_step, name, step, lacking.get(name, "")) for name, step in chosen.items()]
    return tell(outcomes, proof.end())


def prepare(chosen):
    """Installs what the steps need. {name: why it is skipped} of those whose wishes cannot be had."""
    install([group for step in chosen.values() for group in step.groups])
    lacking = {}
    for name, step in chosen.items():
        if step.wishes:
            try:
                install(step.wishes)
            except LabError as error:
                lacking[name] = str(error)
    return lacking


def run_step(name, step, lacking):
    say(f"{name}: {step.covers}")
    start, counted, trouble = time.monotonic(), "", ""
    try:
        counted = "" if lacking else step.work()
    except (LabError, OSError, subprocess.SubprocessError) as error:
        trouble = str(error)
        say(coloured(f"{name} failed: {trouble}", "red"))
    say()
    return Outcome(name, step.covers, time.monotonic() - start, counted, trouble, lacking)


def tell(outcomes, spent):
    """The tables, and the exit code."""
    rows = [["step", "covers", "counted", "time", "verdict"]]
    rows += [[o.name, o.covers, o.counted, duration(o.seconds), verdict(o)] for o in outcomes]
    for line in table(rows):
        say(line)
    for line in ["", *spent, ""]:
        say(line)
    failed, skipped = [o for o in outcomes if o.trouble], [o for o in outcomes if o.skipped]
    for o in skipped:
        say(f"{o.name} skipped: {o.skipped}")
    for o in failed:
        say(f"{o.name} failed: {o.trouble}")
    counts = f"{len(outcomes) - len(failed) - len(skipped)} passed, {len(failed)} failed" + f", {len(skipped)} skipped" * bool(skipped)
    say(coloured(f"steps: {counts}", "red" if failed else "green"))
    return 1 if failed else 0


def verdict(outcome):
    return "FAILED" if outcome.trouble else "skipped" if outcome.skipped else "ok"
