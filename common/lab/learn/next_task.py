"""./lab next: the first task that is not ok by the last grade, or the first of all, and what is to be done there."""
import re

from lab.grade import board
from lab.grade.record import FAILED, NOT_COMPILED, OK, TOGETHER
from lab.learn.learner import item_of, last_record, points, wrapped
from lab.services import course
from lab.services.places import ROOT, LabError, shown
from lab.services.terminal import say

SUMMARY = "what to do now: the first task that is not done"
EXAMPLE = "./lab next"


def add_arguments(parser):
    pass


def run(arguments, root=ROOT):
    labs = course.labs(root)
    if not labs:
        raise LabError("there is no lab here yet")
    lab, task = choose(labs)
    if not lab:
        many = f"{len(labs)} labs" if len(labs) > 1 else "lab"
        say(f"Every task of the {many} is done: ./lab status shows them.")
    elif not task:
        graded = last_record(lab)
        together = next(item for item in graded.items if item.id == TOGETHER)
        but = "" if together.state == OK else f", but not together: {together.says}"
        say(wrapped(f"Chapter {lab.number}  {lab.title}: each task is ok alone{but}"))
        say(f"Next: {board.next_step(graded)}")
    else:
        if full := [each.number for each in labs if each.number > lab.number and last_record(each)]:
            say(f"Chapter {full[-1]} is full, and nothing comes after it yet. Never graded here:\n")
        tell(lab, task)
    return 0


def choose(labs):
    """(lab, task): of the chapters that were begun the first that is not full, else the first that was not begun, behind
    the last full one if there is one. No task: all but the line for all together is ok. No lab: all is done."""
    found = [(lab, last_record(lab)) for lab in labs]
    for lab, graded in found:
        if graded and not graded.full:
            return lab, to_do(lab, graded)
    done = max((lab.number for lab, graded in found if graded), default="")
    fresh = sorted((lab.number < done, lab.number, lab) for lab, graded in found if not graded)
    return (fresh[0][2], fresh[0][2].tasks[0]) if fresh else (None, None)


def to_do(lab, graded):
    """The first task that the grade did not find ok, or does not know: it came with a new version of the course."""
    left = graded.to_do
    return next((task for task in lab.tasks if (left and left.id == task.id) or not item_of(graded, task)), None)


def tell(lab, task):
    say(f"{task.id}  {task.title}: {points(task.points)}, {task.minutes} minutes")
    say(f"File: {shown(lab.exercises / task.file)}")
    if what := first_words(lab, task):
        say("\n" + wrapped(what, "  ") + "\n")
    item = item_of(last_record(lab), task)
    if item and item.state in (FAILED, NOT_COMPILED):
        say(wrapped(f"The last grade says: {item.state}" + (f", {item.says}" if item.says else "")))
        say(f"Help: ./lab hint {task.id}" + (f", ./lab debug {task.id}" if item.state == FAILED else ""))
    say(f"Next: edit {shown(lab.exercises / task.file)}, then ./lab grade {lab.number}")


def first_words(lab, task):
    """The first paragraph below the heading of the chapter's text that names the task, or nothing."""
    path = lab.chapter / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    heading = re.search(rf"^#+ .*(?<![\d.]){re.escape(task.id)}(?![\d.]*\d).*$", text, re.MULTILINE)
    if not heading:
        return ""
    paragraph = next((part for part in re.split(r"\n\s*\n", text[heading.end():].strip("\n")) if part.strip()), "")
    return "" if paragraph.lstrip().startswith(("#", "```", "|")) else " ".join(paragraph.split())
