"""Known-wrong solutions, tests/wrong/NN-slug/NAME.wrong: each is one bug with one story, and a test must catch it.

A file has a head of `name: value` lines, an empty line, then the change to the task's solution: `-` lines, which must
occur exactly once in it, whitespace aside, and the `+` lines that stand in their place. The head:

  story       what is wrong, and what comes of it, in a sentence
  task, file  5.2 and 2_split_edge.cpp
  killed_by   the test of that task that catches it, without its suite: T2_SplitKeepsLocks
  says        words that this test then says
  source      where it has happened: sglang#13483, mini-sglang@8827b0f or a seed's repair, S1; at least half have one
  crash       why no test can do better, where the test catches it by dying
  lives_say   chapter 05: the rule that the random lives name; none: a bug that breaks no rule, but what was asked for
  needs       avx2, where the change lies in code that no other processor runs

As a program: python3 -m lab.author.make_wrong SOLUTIONS_FOLDER OUT_FOLDER FILE.wrong... writes each spoilt file as NAME.cpp, or
NAME.cu where the solution is one; one that is the same already is left as it is, so that nothing is compiled again."""
import sys
from dataclasses import dataclass, fields
from pathlib import Path

from lab.services.places import ROOT, LabError, shown

MOST_LINES = 10  # changed


@dataclass(frozen=True)
class Wrong:
    name: str
    story: str
    task: str
    file: str
    killed_by: str
    says: str
    removed: tuple
    added: tuple
    source: str = ""
    crash: str = ""
    lives_say: str = ""
    needs: str = ""


HEAD = {field.name for field in fields(Wrong)} - {"name", "removed", "added"}
NEEDED = {"story", "task", "file", "killed_by", "says"}


def all_wrong(slug, root=ROOT):
    """The known-wrong solutions of a chapter, in the order of their names."""
    return [read(path) for path in sorted((root / "tests/wrong" / slug).glob("*.wrong"))]


def read(path):
    where = shown(path)
    head, _, change = path.read_text(encoding="utf-8").partition("\n\n")
    told = {}
    for number, line in enumerate(head.splitlines(), 1):
        name, colon, value = line.partition(": ")
        if name not in HEAD or name in told or not value.strip():
            raise LabError(f"{where}:{number}: expected one 'name: value' of {', '.join(sorted(HEAD))}, found '{line}'")
        told[name] = value.strip()
    if missing := NEEDED - told.keys():
        raise LabError(f"{where}: its head lacks {', '.join(sorted(missing))}")
    lines = [line for line in change.splitlines() if line.strip()]
    for line in lines:
        if line[0] not in "-+":
            raise LabError(f"{where}: expected lines that begin with - or +, found '{line}'")
    removed = tuple(line[1:].removeprefix(" ") for line in lines if line[0] == "-")
    added = tuple(line[1:].removeprefix(" ") for line in lines if line[0] == "+")
    if not removed or len(lines) > MOST_LINES:
        raise LabError(f"{where}: changes {len(lines)} lines, {len(removed)} of them ours; expected 1 to {MOST_LINES}")
    return Wrong(path.stem, **told, removed=removed, added=added)


def spoilt(wrong, solution):
    """The solution's text with the bug in it."""
    lines, old = solution.splitlines(), [_plain(line) for line in wrong.removed]
    at = [i for i in range(len(lines)) if [_plain(line) for line in lines[i:i + len(old)]] == old]
    if len(at) != 1:
        raise LabError(f"{wrong.name}.wrong: its '-' lines occur {len(at)} times in {wrong.file}, expected once: "
                       "say again what this bug is")
    return "\n".join([*lines[:at[0]], *wrong.added, *lines[at[0] + len(old):]]) + "\n"


def _plain(line):
    return " ".join(line.split())


def main(words):
    if len(words) < 3:
        sys.exit(__doc__)
    solutions, folder, *specs = map(Path, words)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for spec in specs:
            wrong = read(spec)
            text = spoilt(wrong, (solutions / wrong.file).read_text(encoding="utf-8"))
            out = folder / (wrong.name + Path(wrong.file).suffix)
            if not out.is_file() or out.read_text(encoding="utf-8") != text:
                out.write_text(text, encoding="utf-8")
    except (LabError, OSError) as error:
        sys.exit(f"make_wrong: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
