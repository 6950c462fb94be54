"""./lab start: what to read, which file comes first, how long it takes, and that red is right at first."""
import os
import re
from pathlib import Path

from lab.grade import open_lab
from lab.grade.record import OK
from lab.learn.learner import add_chapter, lab_of, last_record, points
from lab.services import questions
from lab.services.places import ROOT, LabError, shown
from lab.services.terminal import say

SUMMARY = "begin a chapter: what to read, which file is first, what is red"
EXAMPLE = "./lab start 01"


def add_arguments(parser):
    add_chapter(parser)


def run(arguments, root=ROOT):
    lab = lab_of(arguments, root)
    check_files(lab)
    say(f"Chapter {lab.number}  {lab.title}: {lab.minutes} minutes, {points(lab.points)}")
    if lab.gpu:
        say("It is written for a GPU; without one its tasks run on the emulator.")
    text, *headers = reading(lab)
    say("\nRead first")
    if questions.read(lab.chapter):
        say(f"  {shown(text)}, down to task {lab.tasks[0].id}")
        say(f"  {shown(lab.exercises / questions.ANSWERS)}: its questions are answered before you read on")
        say("\nThen the rest of that text, and")
    else:
        say(f"  {shown(text)}")
    for path in headers:
        say(f"  {shown(path)}")
    say(f"\nThen write, in {shown(lab.exercises)}/")
    wide = max(len(task.file) for task in lab.tasks)
    for task in lab.tasks:
        say(f"  {task.file:{wide}}  {task.id}  {task.title} ({points(task.points)}, {task.minutes} minutes)")
    for opened in lab.open_labs:
        say(f"  {'open/':{wide}}  {opened.id}  {opened.title} (open, no points, {opened.minutes} minutes)")
    if lab.open_labs:
        say(f"  (for the keen, when all else is done: {open_lab.command(lab)})")
    say("\n" + standing(lab))
    return 0


def check_files(lab):
    for task in lab.tasks:
        if not (lab.exercises / task.file).is_file():
            raise LabError(f"{shown(lab.exercises / task.file)}: is missing; ./lab reset {task.id} puts it back")


def reading(lab):
    """The chapter's text, the headers of other folders that it links to, then the chapter's in the order in which the tasks'
    files include them."""
    text = (lab.chapter / "README.md").read_text(encoding="utf-8", errors="replace")
    linked = re.findall(r"\]\((\.\./(?:\.\./common/|\d\d-)[\w/-]+\.hpp)\)", text)
    included = {}
    for task in lab.tasks:
        text = (lab.exercises / task.file).read_text(encoding="utf-8", errors="replace")
        included.update(dict.fromkeys(re.findall(rf'^#include "{re.escape(lab.slug)}/([^"]+)"', text, re.MULTILINE)))
    elsewhere = (Path(os.path.normpath(lab.chapter / name)) for name in dict.fromkeys(linked))
    paths = [lab.chapter / "README.md", *elsewhere, *(lab.chapter / name for name in included)]
    return [path for path in paths if path.is_file()]


def standing(lab):
    """Where the learner is: at the start, all is red."""
    found, first = last_record(lab), lab.tasks[0]
    if found and found.score:
        done = sum(item.state == OK for item in found.items)
        return (f"So far {found.score} of {points(found.most)}, {done} of {len(found.items)} lines ok.\n"
                "Next: ./lab next")
    return (f"All {len(lab.tasks)} tasks are red now, and this is right: nothing is written yet. ./lab grade "
            f"{lab.number} says so,\nwith 0 of {points(lab.points)}; each task that you write turns its line green.\n"
            f"Next: edit {shown(lab.exercises / first.file)}, then ./lab grade {lab.number}")
