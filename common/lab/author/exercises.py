"""./lab exercises: writes exercises/ whole from solutions/, lab.json and hints.md.

A task's file keeps its includes, its `///` comments and the signature of every function; a body becomes a call of
todo() with the task's id, its first hint (once a file) and the parameters. Helpers in an anonymous namespace and `//` comments are
ours, and do not go along. What stays as it is has a line `// given` before it, and an empty line behind it: a function with its
body, constants, an anonymous namespace; explicit instantiations stay without that line. In a `.cu` file kernels and templates may be
tasks too. Above a prediction stands its question, of questions.json. Solutions are formatted by clang-format, so
that reading them line by line is enough; a line that fits none of this is an error that names it. What is written is in
clang-format's form too."""
from lab.services import course
from lab.services.places import ROOT, LabError, shown
from lab.services.stubs import generated
from lab.services.terminal import say

SUMMARY = "authors: write exercises/ from solutions/, or see whether they are in step"
EXAMPLE = "./lab exercises --check"


def add_arguments(parser):
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a file differs")


def run(arguments):
    wanted = generated()
    stale, left = out_of_step(wanted)
    if arguments.check:
        for line in told(stale, left):
            say(line)
        if stale or left:
            number = len(stale) + len(left)
            raise LabError(f"exercises/: {number} files out of step; ./lab exercises writes them", code=1)
        say(f"exercises/: {len(wanted)} files in step")
        return 0
    for path in left:
        path.unlink()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    say(f"exercises/: {len(wanted)} files, {len(stale)} of them written, {len(left)} removed")
    return 0


def out_of_step(wanted, root=ROOT):
    """(files that differ, files that no task has). Labs whose solutions are not here, and open/, are left be."""
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    kept = {lab.slug for lab in course.labs(root) if not lab.solutions.is_dir()}
    left = [path for path in sorted((root / "exercises").glob("*/*"))
            if path.suffix in course.SUFFIXES and path not in wanted and path.parent.name not in kept]
    return stale, left


def told(stale, left):
    return [f"{shown(path)}: differs from what is generated" for path in stale] + \
           [f"{shown(path)}: belongs to no task" for path in left]
