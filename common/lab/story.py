"""./lab story: plays a story file, which a failing test, a fuzzer or a server leaves: each call with its answer, the
rule that was broken, the tree that the calls say. Nothing is run again: what the file says is followed."""
import subprocess
from pathlib import Path

from lab.build import build, configure
from lab.places import LabError, program
from lab.setup import set_up

SUMMARY = "play a story file: each call, and the tree that the calls say"
EXAMPLE = "./lab story build/labs/stories/5.2.jsonl --step 3 --out build/pictures"
PRESET, PLAYER = "labs", "story_player"


def add_arguments(parser):
    parser.add_argument("file", metavar="FILE", nargs="?", help="a JSON line a call, as Story writes it")
    parser.add_argument("--step", metavar="N", help="stop after this call")
    parser.add_argument("--out", metavar="DIR", help="folder for a picture of the tree, as .dot and .svg")


def run(arguments):
    if arguments.file is None:
        raise LabError("which story? A failing test names its file (build/labs/stories/...)")
    if not Path(arguments.file).is_file():
        raise LabError(f"{arguments.file}: is no file; expected a story")
    player = program(PLAYER, PRESET)
    if not player.exists():
        make_player()
    return subprocess.run(command(player, arguments)).returncode


def make_player():
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [PLAYER])


def command(player, arguments):
    options = [f"--{name}={value}" for name in ("step", "out") if (value := getattr(arguments, name)) is not None]
    return [str(player), *options, "--", arguments.file]
