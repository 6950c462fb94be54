"""./lab replay: a trace on a cache manager of the course, without a model: what was cached, what was evicted, the time.

The words behind -- are the program's own options: a trace or a workload, a manager, a policy, a capacity, a plot."""
import subprocess

from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT, program

SUMMARY = "replay a trace on a cache manager, without a model: hit rates, evictions, time"
EXAMPLE = "./lab replay -- --generate f --policy slru     (-- --help shows the program's options)"
TAKES_MORE = True
PRESET, PROGRAM = "labs", "replay"


def add_arguments(parser):
    """All are the program's own, behind --."""


def run(arguments):
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [PROGRAM])
    return subprocess.run([str(program(PROGRAM, PRESET)), *(arguments.more or ["--help"])], cwd=ROOT).returncode
