"""The labs as their files say it: chapters/NN-slug/lab.json (tasks, points, minutes) and hints.md (three levels a task).

lab.json:  {"title", "minutes", "gpu", "tasks": [{"id", "file", "title", "points", "minutes", "traffic_points" (optional)}...],
            "together": {"points"}, "open": [{"id", "title", "minutes"}...] (optional)}
A task "1.2" is the file of that name in solutions/ and exercises/, and the tests called *.T2_* in tests/NN-slug/. Those of them
called *.T2_Traffic* decide its traffic_points, which are a part of its points: what a kernel that is right loses if it moves too much.
hints.md:  "## 1.2", then a numbered list of three. The first also stands in the file that is to be written."""
import json
import re
from dataclasses import dataclass
from pathlib import Path

from lab.services.places import ROOT, LabError, shown

LEVELS = 3  # of hints
SUFFIXES = (".cpp", ".cu")  # of a task's file; the second is compiled for the emulator in kernels/emulator/


@dataclass(frozen=True)
class Task:
    id: str  # "1.2"
    file: str  # "2_start.cpp"
    title: str
    points: int
    minutes: int
    traffic_points: int = 0  # of its points; 0: it has no tests of that kind

    @property
    def tests(self):
        """GoogleTest's filter."""
        return f"*.T{self.id.split('.')[1]}_*"


@dataclass(frozen=True)
class OpenLab:
    """Own header and body behind the contract, in exercises/NN-slug/open/; graded by conformance, no points."""
    id: str  # "1.x"
    title: str
    minutes: int


@dataclass(frozen=True)
class Lab:
    slug: str  # "01-naive-manager"
    title: str
    minutes: int
    gpu: bool
    tasks: tuple
    together: int  # points for all tasks in one program
    open_labs: tuple
    root: Path

    @property
    def number(self):
        return self.slug[:2]

    @property
    def points(self):
        return sum(task.points for task in self.tasks) + self.together

    @property
    def chapter(self):
        return self.root / "chapters" / self.slug

    @property
    def exercises(self):
        return self.root / "exercises" / self.slug

    @property
    def solutions(self):
        """Where there is no such folder, the chapter's solutions are not released."""
        return self.root / "solutions" / self.slug

    @property
    def has_kernels(self):
        return any(task.file.endswith(".cu") for task in self.tasks)

    def hints(self):
        """{"1.2": (first, second, third)}."""
        path = self.chapter / "hints.md"
        parts = re.split(r"^## (\S+)\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        hints = {task: _numbered(text) for task, text in zip(parts[::2], parts[1::2])}
        for task in self.tasks:
            if len(hints.get(task.id, ())) != LEVELS:
                raise LabError(f"{shown(path)}: task {task.id} has {len(hints.get(task.id, ()))} hints, expected {LEVELS}")
        return hints


def _numbered(text):
    items = re.split(r"^\d\. ", text, flags=re.MULTILINE)[1:]
    return tuple(" ".join(item.split()) for item in items)


def labs(root=ROOT):
    """Every chapter with a lab.json, in the course's order."""
    return [_read(path) for path in sorted((root / "chapters").glob("[0-9][0-9]-*/lab.json"))]


def lab(number, root=ROOT):
    """The lab of chapter "01", "1" or "01-naive-manager"."""
    wanted, there = number[:2].zfill(2), labs(root)
    for found in there:
        if found.number == wanted and number in (found.slug, found.number, found.number.lstrip("0")):
            return found
    raise LabError(f"there is no lab '{number}'; there are: {', '.join(found.number for found in there) or 'none yet'}")


def task(name, root=ROOT):
    """(lab, task) of "1.2"."""
    chapter, dot, _ = name.partition(".")
    if dot and chapter.isdigit():
        found = lab(chapter.zfill(2), root)
        for one in found.tasks:
            if one.id == name:
                return found, one
        if any(one.id == name for one in found.open_labs):
            raise LabError(f"{name} is open, and no task with hints: {shown(found.exercises / 'open')}/README.md says what it asks")
        raise LabError(f"chapter {found.number} has no task '{name}'; it has {', '.join(t.id for t in found.tasks)}")
    raise LabError(f"'{name}' is no task; a task is named as in 1.2")


def _read(path):
    where = shown(path)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LabError(f"{where}: {error}") from error
    tasks = tuple(Task(*_fields(where, {"traffic_points": 0, **each}, id=str, file=str, title=str, points=int, minutes=int,
                                traffic_points=int)) for each in told.get("tasks", ()))
    if not tasks:
        raise LabError(f"{where}: has no tasks")
    title, minutes, gpu = _fields(where, told, title=str, minutes=int, gpu=bool)
    together, = _fields(where, told.get("together", {}), points=int)
    opened = tuple(OpenLab(*_fields(where, each, id=str, title=str, minutes=int)) for each in told.get("open", ()))
    return Lab(path.parent.name, title, minutes, gpu, tasks, together, opened, path.parents[2])


def _fields(where, told, **kinds):
    for name, kind in kinds.items():
        if type(told.get(name)) is not kind:
            raise LabError(f"{where}: \"{name}\" is {told.get(name)!r}, expected {kind.__name__}, in {json.dumps(told)[:80]}")
    return [told[name] for name in kinds]
