"""Writes a known-wrong solution: the task's solution file with one passage replaced.

Usage: make_wrong.py FILE.wrong SOLUTIONS_FOLDER OUT.cpp

A .wrong file has a head of `name: value` lines (story, task, file, killed_by, says), an empty line, then the change: `-` lines
that must occur exactly once in the solution, whitespace aside, and the `+` lines that stand in their place.
"""
import pathlib
import sys


def main() -> int:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    spec, solutions, out = map(pathlib.Path, sys.argv[1:])
    head, _, change = spec.read_text(encoding="utf-8").partition("\n\n")
    meta = dict(line.split(": ", 1) for line in head.splitlines())
    missing = {"story", "task", "file", "killed_by", "says"} - meta.keys()
    if missing:
        sys.exit(f"{spec.name}: its head lacks {', '.join(sorted(missing))}")
    old = [plain(line[1:]) for line in change.splitlines() if line.startswith("-")]
    new = [line[1:].removeprefix(" ") for line in change.splitlines() if line.startswith("+")]
    source = (solutions / meta["file"]).read_text(encoding="utf-8").splitlines()
    at = [i for i in range(len(source)) if [plain(line) for line in source[i:i + len(old)]] == old]
    if not old or len(at) != 1:
        sys.exit(f"{spec.name}: its '-' lines occur {len(at)} times in {meta['file']}, expected once: say again what this bug is")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(source[:at[0]] + new + source[at[0] + len(old):]) + "\n", encoding="utf-8")
    return 0


def plain(line: str) -> str:
    return " ".join(line.split())


if __name__ == "__main__":
    sys.exit(main())
