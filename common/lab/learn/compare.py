"""./lab compare: your file of a task beside ours, once it is ok. Lines that differ are marked: | changed, < only yours,
> only ours."""
import difflib
import shutil

from lab.grade.record import OK
from lab.learn.learner import add_task, item_of, last_record, task_of
from lab.services.places import ROOT, LabError, shown
from lab.services.terminal import say

SUMMARY = "your code beside ours, once the task is ok"
EXAMPLE = "./lab compare 1.2"
NARROWEST = 20  # [characters] of a column


def add_arguments(parser):
    add_task(parser)
    parser.add_argument("--give-up", action="store_true", help="show ours though the task is not ok yet")
    parser.add_argument("--unified", action="store_true", help="one column, as diff -u prints it")


def run(arguments, root=ROOT):
    lab, task = task_of(arguments, root)
    yours, ours = lab.exercises / task.file, lab.solutions / task.file
    if not ours.is_file():
        raise LabError(f"the solutions of chapter {lab.number} are not released: there is no {shown(ours)}")
    item = item_of(last_record(lab), task)
    if not arguments.give_up and not (item and item.state == OK):
        raise LabError(f"{task.id} is not ok yet ({item.state if item else 'not graded'}): ./lab hint {task.id} helps, "
                       "and --give-up shows ours anyway", code=1)
    texts = [path.read_text(encoding="utf-8", errors="replace").splitlines() for path in (yours, ours)]
    names = [shown(yours), shown(ours)]
    columns = shutil.get_terminal_size().columns
    for line in unified(texts, names) if arguments.unified else side_by_side(texts, names, columns):
        say(line)
    return 0


def unified(texts, names):
    return list(difflib.unified_diff(*texts, *names, lineterm="")) or ["The two are the same."]


def side_by_side(texts, names, columns):
    """Both texts whole, a long line folded within its column."""
    wide = max(NARROWEST, (columns - 3) // 2)
    lines = [*row(names[0], " ", names[1], wide), "-" * wide + "-+-" + "-" * wide]
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        left, right = texts[0][i1:i2], texts[1][j1:j2]
        for i in range(max(len(left), len(right))):
            mark = " " if kind == "equal" else "<" if i >= len(right) else ">" if i >= len(left) else "|"
            lines += row(left[i] if i < len(left) else "", mark, right[i] if i < len(right) else "", wide)
    return lines


def row(left, mark, right, wide):
    pieces = [folded(left, wide), folded(right, wide)]
    count = max(map(len, pieces))
    for side in pieces:
        side += [""] * (count - len(side))
    return [f"{one:{wide}} {mark} {other}".rstrip() for one, other in zip(*pieces)]


def folded(line, wide):
    line = line.expandtabs(4)
    return [line[at:at + wide] for at in range(0, len(line), wide)] or [""]
