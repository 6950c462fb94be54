"""What the learner's commands share: how a chapter or a task is named on the line, what the last grade found, how text
is set, and where a file that is replaced goes."""
import os
import shutil
import textwrap
import time
from datetime import datetime

from lab.grade import record
from lab.services import course
from lab.services.places import LabError, shown

KEPT = "build/labs/kept"
"""Files that a command took away, each under the time at which it did."""


def add_chapter(parser):
    numbers = [lab.number for lab in course.labs()]
    parser.add_argument("chapter", metavar="NN", nargs="?", help="a chapter, such as 01").completes = numbers


def add_task(parser):
    tasks = [task.id for lab in course.labs() for task in lab.tasks]
    parser.add_argument("task", metavar="N.K", nargs="?", help="a task, such as 1.2").completes = tasks


def lab_of(arguments, root):
    """The chapter that the line names."""
    if arguments.chapter is None:
        raise LabError(f"which chapter? There are: {', '.join(lab.number for lab in course.labs(root)) or 'none yet'}")
    return course.lab(arguments.chapter, root)


def task_of(arguments, root):
    """(lab, task) that the line names."""
    if arguments.task is None:
        raise LabError("which task? One is named as in 1.2; ./lab next says which is to be done")
    return course.task(arguments.task, root)


def record_path(lab):
    return lab.root / "build/labs/results" / lab.number / "record.json"


def last_record(lab):
    """What the last grade of this chapter found, or None."""
    path = record_path(lab)
    try:
        found = record.read(path)
        datetime.fromisoformat(found.started.replace("Z", "+00:00"))
        return found
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LabError(f"{shown(path)}: is no record of a grade ({error}); "
                       f"./lab grade {lab.number} writes it anew") from error


def item_of(found, task):
    """The task's item in a record, or None: in a chapter that was graded as a whole, or before the task was there."""
    return next((item for item in found.items if item.id == task.id), None) if found else None


def points(count):
    return f"{count} point{'s' if count != 1 else ''}"


def sources(lab):
    """The files that the learner writes: those of the tasks, and what is in open/. In a stable order."""
    opened = sorted(path for path in (lab.exercises / "open").rglob("*") if path.is_file())
    return [lab.exercises / task.file for task in lab.tasks] + opened


def is_edited_since(found, lab):
    """Whether a file of the learner's changed after this grade had begun."""
    graded = datetime.fromisoformat(found.started.replace("Z", "+00:00")).timestamp()
    return any(int(path.stat().st_mtime) > graded for path in sources(lab) if path.exists())


def width():
    """[characters] of a line, never wider than is pleasant to read."""
    return min(shutil.get_terminal_size().columns, 100)


def wrapped(text, indent=""):
    return textwrap.fill(text, width(), initial_indent=indent, subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)


def kept_folder(root):
    """A new folder for what a command takes away: build/labs/kept/20261121-180000."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for attempt in range(1, 1000):
        folder = root / KEPT / (stamp if attempt == 1 else f"{stamp}-{attempt}")
        try:
            os.makedirs(folder)
            return folder
        except FileExistsError:
            continue
    raise LabError(f"{shown(root / KEPT)}: holds a thousand folders of this second")
