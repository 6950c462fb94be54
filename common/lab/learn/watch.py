"""./lab watch: grades a chapter, and again each time a file of yours is saved, until Ctrl-C.

It asks for the times of the files twice a second, which works on every file system, mounted ones too."""
import time

from lab.grade import grade
from lab.learn.learner import add_chapter, lab_of
from lab.services.command import exit_code, parser_of
from lab.services.places import ROOT, shown
from lab.services.terminal import say

SUMMARY = "grade again each time a file is saved"
EXAMPLE = "./lab watch 01"
POLL_SECONDS = 0.5
STOPPED = 130  # by Ctrl-C


def add_arguments(parser):
    add_chapter(parser)
    parser.add_argument("--once", action="store_true", help="wait for one change, grade, end with its exit code")


def run(arguments, root=ROOT):
    lab = lab_of(arguments, root)
    seen = times(lab.exercises)
    code = 0 if arguments.once else graded(lab)
    while code != STOPPED:
        say(f"Watching {shown(lab.exercises)}/ (Ctrl-C ends it)")
        seen = wait_for_change(lab.exercises, seen)
        code = graded(lab)
        if arguments.once:
            break
    return code


def graded(lab):
    """The exit code of ./lab grade; its mistakes are told as there, and the next save is waited for."""
    return exit_code(grade.run, parser_of("grade", grade).parse_args([lab.number]))


def wait_for_change(folder, seen):
    """The new times. A file that is saved while it is graded differs from `seen` at once."""
    while (now := times(folder)) == seen:
        time.sleep(POLL_SECONDS)
    changed = sorted(str(path.relative_to(folder)) for path, _ in seen.items() ^ now.items())
    say(f"\n{', '.join(dict.fromkeys(changed))} changed")
    return now


def times(folder):
    """When each file was written, and its size. An editor may take a file away for a moment."""
    found = {}
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file() and not path.name.startswith((".", "#")) and not path.name.endswith(("~", ".tmp")):
                found[path] = (path.stat().st_mtime_ns, path.stat().st_size)
        except FileNotFoundError:
            continue
    return found
