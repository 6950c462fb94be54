"""./lab story: plays a story file, which a failing test, a fuzzer or a server leaves: each call with its answer, the
rule that was broken, the tree that the calls say. Nothing is run again: what the file says is followed."""
import subprocess
import tempfile
from pathlib import Path

from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import LabError, program
from lab.services.terminal import say

SUMMARY = "play a story file: each call, and the tree that the calls say"
EXAMPLE = "./lab story build/labs/stories/5.2.jsonl --step 3 --out build/pictures     (or: ./lab story --course)"
PRESET, PLAYER, COURSE = "labs", "story_player", "course_so_far"


def add_arguments(parser):
    parser.add_argument("file", metavar="FILE", nargs="?", help="a JSON line a call, as Story writes it")
    parser.add_argument("--course", action="store_true",
                        help="play two small requests on every manager of the course that is built, one after the other")
    parser.add_argument("--step", metavar="N", help="stop after this call")
    parser.add_argument("--out", metavar="DIR", help="folder for a picture of the tree, as .dot and .svg")


def run(arguments):
    if arguments.course:
        return play_course(arguments)
    if arguments.file is None:
        raise LabError("which story? A failing test names its file (build/labs/stories/...); --course needs none")
    if not Path(arguments.file).is_file():
        raise LabError(f"{arguments.file}: is no file; expected a story")
    make(PLAYER)
    return subprocess.run(command(arguments, arguments.file)).returncode


def play_course(arguments):
    """The same two requests, the second of which begins like the first, as each manager answers them."""
    if arguments.file is not None:
        raise LabError(f"--course plays stories of its own; expected no file beside it, got {arguments.file}")
    make(COURSE)
    make(PLAYER)
    with tempfile.TemporaryDirectory() as folder:
        if failed := subprocess.run([str(program(COURSE, PRESET)), "--stories", folder]).returncode:
            return failed
        for story in sorted(Path(folder).glob("*.jsonl")):
            chapter, _, manager = story.stem.partition("-")
            say(f"Chapter {chapter}, {manager}")
            if failed := subprocess.run(command(arguments, story)).returncode:
                return failed
            say()
    return 0


def make(name):
    if not program(name, PRESET).exists():
        set_up(PRESET)
        configure(PRESET)
        build(PRESET, [name])


def command(arguments, story):
    options = [f"--{name}={value}" for name in ("step", "out") if (value := getattr(arguments, name)) is not None]
    return [str(program(PLAYER, PRESET)), *options, "--", str(story)]
