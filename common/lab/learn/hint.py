"""./lab hint: help with a task, a step at a time. The first stands in the task's file too; the third nearly says it."""
from lab.learn.learner import add_task, task_of, wrapped
from lab.services import course
from lab.services.places import ROOT, shown
from lab.services.terminal import say

SUMMARY = "a hint for a task; three levels, one at a time"
EXAMPLE = "./lab hint 1.2 --level 2"
LEVELS = [str(level) for level in range(1, course.LEVELS + 1)]


def add_arguments(parser):
    add_task(parser)
    parser.add_argument("--level", choices=LEVELS, default=LEVELS[0], help="which of the three (default: 1)")


def run(arguments, root=ROOT):
    lab, task = task_of(arguments, root)
    level = int(arguments.level)
    text = lab.hints()[task.id][level - 1]
    say(f"{task.id}  {task.title} ({shown(lab.exercises / task.file)})")
    say(f"Hint {level} of {course.LEVELS}")
    say(wrapped(text, "  "))
    say(more(lab, task, level))
    return 0


def more(lab, task, level):
    if level < course.LEVELS:
        return f"More: ./lab hint {task.id} --level {level + 1}"
    if lab.solutions.is_dir():
        return f"That was the last. Ours beside yours: ./lab compare {task.id} --give-up"
    return f"That was the last. Watch it fail step by step: ./lab debug {task.id}"
