"""./lab reset: puts a task's file back as it began. Yours is not lost: it is kept under build/labs/kept, and its new
place is said."""
import os
import shutil

from lab.learn.learner import add_task, kept_folder, task_of
from lab.learn.starters import starter
from lab.services.places import ROOT, shown
from lab.services.terminal import say

SUMMARY = "put a task's file back as it began; yours is kept"
EXAMPLE = "./lab reset 1.2"


def add_arguments(parser):
    add_task(parser)


def run(arguments, root=ROOT):
    lab, task = task_of(arguments, root)
    path, text = lab.exercises / task.file, starter(lab, task)
    if path.is_file() and path.read_bytes() == text:
        say(f"{shown(path)} is as it began.")
        return 0
    if path.is_file():
        kept = kept_folder(root) / path.relative_to(root)
        kept.parent.mkdir(parents=True)
        shutil.copy2(path, kept)
        say(f"Yours is kept: {shown(kept)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    work = path.with_name(path.name + ".tmp")
    work.write_bytes(text)
    os.replace(work, path)
    say(f"{shown(path)} is as it began.\nNext: edit it, then ./lab grade {lab.number}")
    return 0
