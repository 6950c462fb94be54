"""./lab replay: a trace on a cache manager of the course, without a model: what was cached, what was evicted, the time.

The words behind -- are the program's own options: a trace or a workload, a manager, a policy, a capacity, a plot. Where our
solution is not released, it runs on your code of each chapter that ./lab grade found full; with --mine where ours is there, too."""
import subprocess

from lab.grade import grade
from lab.grade.results import PRESET
from lab.learn.demo import own_among
from lab.machine.build import build
from lab.machine.setup import alone, set_up
from lab.services import course
from lab.services.places import ROOT, LabError, build_folder, program
from lab.services.terminal import say

SUMMARY = "replay a trace on a cache manager, without a model: hit rates, evictions, time"
EXAMPLE = "./lab replay --mine -- --generate f --policy slru     (-- --help shows the program's options)"
TAKES_MORE = True
PROGRAM = "replay"


def add_arguments(parser):
    parser.add_argument("--mine", action="store_true", help="on your code of all full chapters, where ours is released too")


def run(arguments):
    own = own_among(course.labs(), grade.all_full(), arguments.mine)
    if arguments.mine and not own:
        raise LabError("no chapter of yours is full yet: first reach full points, as in ./lab grade 07", code=1)
    set_up(PRESET)
    with alone(build_folder(PRESET) / ".grading", grade.BUSY):
        grade.prepare(PRESET, own)
        build(PRESET, [PROGRAM])
    if own:
        say(f"On your code: chapter {', '.join(own)}")
    return subprocess.run([str(program(PROGRAM, PRESET)), *(arguments.more or ["--help"])], cwd=ROOT).returncode
