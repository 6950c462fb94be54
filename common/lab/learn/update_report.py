"""What an update does, file by file, and how it is told."""
import re
from dataclasses import dataclass, field

EXERCISES = "exercises/"


@dataclass
class Report:
    """Paths, as they stand in the root of the course."""
    version: str  # "origin/main, 3 commits"
    replaced: list = field(default_factory=list)  # of the course, exercises aside: new or changed
    gone: list = field(default_factory=list)  # no longer in the course, and not edited here
    taken: list = field(default_factory=list)  # starters, new or changed, that were not edited here
    kept: list = field(default_factory=list)  # edited here, and the same in the course as before
    clashes: list = field(default_factory=list)  # edited here, and changed in the course
    moved: list = field(default_factory=list)  # (old, new): edited here, renamed in the course
    orphans: list = field(default_factory=list)  # edited here, no longer in the course
    put_away: str = ""  # folder of what was replaced without being known to be the course's

    @property
    def files(self):
        """How many of the course changed, exercises aside."""
        return len(self.replaced) + sum(not path.startswith(EXERCISES) for path in self.gone)

    @property
    def is_empty(self):
        return not (self.replaced or self.gone or self.taken or self.clashes or self.moved or self.orphans)


def lines(report):
    if not report:
        return ["Nothing is newer: this is the course's last version."]
    told = [f"Updated: {report.version}; {report.files} files of the course changed."]
    told += [f"  new        {path}" for path in report.taken]
    told += [f"  yours      {path}" for path in report.kept]
    told += [f"  yours      {new}  (renamed; it was {old})" for old, new in report.moved]
    told += [f"  yours      {path}  (the course changed it too: {advice(path)})" for path in report.clashes]
    told += [f"  yours      {path}  (no longer part of the course)" for path in report.orphans]
    if report.put_away:
        told.append(f"What was replaced, and may have been yours, is kept in {report.put_away}/")
    return [*told, "Next: ./lab status"]


def advice(path):
    task = re.fullmatch(r"exercises/(\d\d)-[^/]+/(\d+)_[^/]+\.(?:cpp|cu)", path)
    return f"./lab reset {int(task[1])}.{task[2]} takes the new starter and keeps yours" if task else "yours stays"
