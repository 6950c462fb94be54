"""What is in an edition of the course: the repository's own files, never what a build left.

  student      without the solutions that are not released, known-wrong solutions, and what proves those
  instructor   everything

In both, the tasks in exercises/ are as in the beginning, whatever their packer has written. EDITION says which chapters'
solutions are released; MANIFEST.sha256, as sha256sum writes it, has every file outside exercises/, so that a grader sees
which was changed. Where solutions are not released, common/lab/starters/ holds the tasks' files as they began: ./lab reset
takes them from there, and the programs link chapter 01's until it is written."""
import hashlib
import re
from collections import Counter
from dataclasses import dataclass

from lab.learn.starters import DELIVERED
from lab.services import course, stubs
from lab.services.places import ROOT, LabError, tracked

EDITION, MANIFEST = "EDITION", "MANIFEST.sha256"
FOR_AUTHORS = ("tests/wrong/", "tests/author/", "tests/lab/toy_chapter/", "tests/lab/test_editions.py", "tests/lab/test_gradescope.py",
               "docs/instructor")
"""How the names begin that no student's edition has. The other tests of ./lab stay: they bring a small course of their own."""
TELLING = 24  # characters of a line that could not stand in another file by chance
COMMON = 2  # files that have a line: if there are more, then it is nobody's own


@dataclass(frozen=True)
class Edition:
    name: str  # "student" or "instructor"
    released: tuple  # ("01", "02"): chapters whose solutions are in it
    files: dict  # {name: bytes}
    package: str  # name of the archive, without its ending


def instructor(root=ROOT):
    return _edition("instructor", tuple(solved(root)), root)


def student(released=(), root=ROOT):
    """`released`: numbers of chapters, as in ("01", "02")."""
    there = solved(root)
    if unknown := [number for number in released if number not in there]:
        raise LabError(f"chapter {unknown[0]} has no solutions to release; there are: {', '.join(there)}")
    edition = _edition("student", tuple(sorted(released)), root)
    if found := leaks(edition.files, [path for number, path in _solutions(root) if number not in released], root):
        raise LabError(f"the student's edition would tell solutions that are not released: {'; '.join(found)}", code=1)
    return edition


def solved(root=ROOT):
    """{number: folder's name} of the chapters that have solutions."""
    folders = sorted(path.name for path in (root / "solutions").glob("[0-9][0-9]-*") if path.is_dir())
    bare = [lab.number for lab in course.labs(root) if not lab.solutions.is_dir()]
    if bare or not folders:
        raise LabError("editions are made from the whole course; here the solutions are missing of "
                       + (f"chapter {', '.join(bare)}" if bare else "every chapter"))
    return {name[:2]: name for name in folders}


def leaks(files, solutions, root=ROOT):
    """["name tells solutions/..."] of files that say half of a solution's own lines, under whatever name."""
    said = {name: {line.strip() for line in text.decode(errors="ignore").splitlines()} for name, text in files.items()}
    in_files = Counter(line for lines in said.values() for line in lines)
    found, begun = [], {path.name: text for path, text in stubs.generated(root).items()}
    for path in solutions:
        own = {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}
        own -= {line.strip() for line in begun.get(path.name, "").splitlines()}
        own = {line for line in own
               if len(line) >= TELLING and not line.startswith(("#include", "//")) and in_files[line] <= COMMON}
        found += [f"{name} tells {path.relative_to(root)}" for name in said if own and len(own & said[name]) * 2 >= len(own)]
    return found


def _edition(name, released, root):
    there = solved(root)
    dropped = FOR_AUTHORS + tuple(f"solutions/{slug}/" for number, slug in there.items() if number not in released)
    files = {each: (root / each).read_bytes() for each in tracked(root)
             if not each.startswith(dropped if name == "student" else (EDITION, MANIFEST))}
    for path, text in stubs.generated(root).items():
        own = path.relative_to(root).as_posix()
        files[own] = text.encode()
        if path.parent.name[:2] not in released:
            files[own.replace("exercises", DELIVERED, 1)] = text.encode()
    version = re.search(r"^project\(\w+ VERSION (\S+)", files["CMakeLists.txt"].decode(), re.MULTILINE)[1]
    files[EDITION] = told(name, version, released, [number for number in there if number not in released]).encode()
    files[MANIFEST] = "".join(f"{hashlib.sha256(text).hexdigest()}  {each}\n" for each, text in sorted(files.items())
                              if not each.startswith("exercises/")).encode()
    return Edition(name, released, files, f"RadixLab-{version}-{name}")


def told(name, version, released, kept):
    lines = [f"RadixLab {version}, {name} edition", f"Solutions released: {', '.join(released) or 'none yet'}"]
    return "\n".join([*lines, *([f"Built in their labs: {', '.join(kept)}"] if kept else [])]) + "\n"


def _solutions(root):
    folder = root / "solutions"
    return [(path.relative_to(folder).parts[0][:2], path) for path in sorted(folder.rglob("*"))
            if path.suffix in (*course.SUFFIXES, ".hpp")]
