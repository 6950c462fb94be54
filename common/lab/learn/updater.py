"""Taking a new version of the course, by whichever way it comes: whose each file is, and what becomes of it.

A source (update_clone.py, update_folder.py) tells the files of the old version, of the new one and of the learner's folder, by
marks that are equal where files are, and writes what is decided here. All is decided before anything is written.

In exercises/ a file is the learner's where a text of it is neither version's. It stays, byte for byte, and goes along where the
course only renamed its starter; any other becomes the new version's. Outside exercises/ files are the course's: where one was
changed, nothing is updated."""
import os

from lab.learn.update_report import EXERCISES, Report
from lab.services.places import LabError

SHOWN = 5  # names in a message


class Source:
    """What an update is made of."""
    remedy = ""  # what to do about a changed file of the course

    def __init__(self, root, version):
        self.root, self.version = root, version  # where the course is that is updated, and what the new one is called
        self.old, self.new = {}, {}  # {path: mark} of the two versions
        self.here = {}  # {path: marks of all that the learner's folder holds of it}, as far as a version knows the path
        self.now = {}  # {path: mark of what lies there}, likewise

    def write(self, report):
        raise NotImplementedError


def take(source):
    """The Report of what was done."""
    refuse_changes(source)
    report = decide(source)
    source.write(report)
    return report


def is_changed(source, path):
    return any(mark not in (source.old.get(path), source.new.get(path)) for mark in source.here[path])


def refuse_changes(source):
    names = sorted(path for path in source.here if not path.startswith(EXERCISES) and is_changed(source, path))
    if names:
        told = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
        raise LabError(f"changed here, and not in exercises/: {told}. Nothing was updated. {source.remedy}")


def decide(source):
    old, new, now = source.old, source.new, source.now
    mine = {path for path in source.here if path.startswith(EXERCISES) and is_changed(source, path)}
    moves = {path: name for path in sorted(mine) if (name := new_name(source, path))}
    report = Report(source.version, moved=list(moves.items()))
    for path in sorted(old.keys() | new.keys() - set(moves.values())):
        if path in moves:
            continue
        if path in mine:
            same = old.get(path) == new.get(path) or now.get(path) == new.get(path)
            (report.orphans if path not in new else report.kept if same else report.clashes).append(path)
        elif path not in new:
            report.gone += [path] if path in now else []
        elif now.get(path) != new[path]:
            (report.taken if path.startswith(EXERCISES) else report.replaced).append(path)
    return report


def new_name(source, path):
    """Where the course has the same starter now, if it only was renamed."""
    if path in source.new or path not in source.old:
        return None
    there = [name for name, mark in source.new.items() if mark == source.old[path] and name.startswith(EXERCISES)
             and name not in source.old and not os.path.lexists(source.root / name)]
    return there[0] if len(there) == 1 else None
