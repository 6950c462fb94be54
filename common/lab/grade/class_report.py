"""./lab class-report: grades a folder of submissions, one subfolder or archive a student, and counts what went wrong.

Only files with the names of the chapter's tasks are taken from a submission; one that is missing counts as not written.
They are graded in a copy of the course under build/: your own exercises/ stay as they are. Where the chapter has
known-wrong solutions and the kill matrix was made, each failing task is told the nearest, and they are counted."""
import csv
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lab.grade import explain, submission
from lab.grade.grading_copy import GradingCopy
from lab.grade.record import OK, TOGETHER, Record
from lab.services import course
from lab.services.places import BUILD, LabError, shown
from lab.services.terminal import Progress, say, table

SUMMARY = "grade a folder of submissions and count their mistakes"
EXAMPLE = "./lab class-report 01 submissions/ --csv points.csv"


@dataclass
class Row:
    student: str
    record: Record | None = None  # None: `trouble` says why it was not graded
    notes: list = field(default_factory=list)
    trouble: str = ""
    likenesses: dict = field(default_factory=dict)  # {"1.2": explain.Likeness}


def add_arguments(parser):
    parser.add_argument("chapter", nargs="?", help="as in 01")
    parser.add_argument("folder", nargs="?", type=Path, help="one subfolder or archive (zip, tar) a student")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="the table, for a spreadsheet")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the same with every test's words, and the counts")


def run(arguments):
    if not arguments.folder:
        raise LabError(f"name a chapter and a folder of submissions, as in {EXAMPLE}")
    lab = course.lab(arguments.chapter)
    rows, why_unlike = graded(lab, found(arguments.folder))
    for line in told(lab, rows, why_unlike):
        say(line)
    if arguments.csv:
        write_csv(arguments.csv, lab, rows)
    if arguments.json:
        write_json(arguments.json, lab, rows)
    return 1 if any(row.trouble for row in rows) else 0


def found(folder):
    if not folder.is_dir():
        raise LabError(f"{shown(folder)}: is no folder of submissions")
    there = sorted(path for path in folder.iterdir() if submission.is_submission(path))
    if not there:
        raise LabError(f"{shown(folder)}: has no subfolder and no archive; expected one a student")
    return there


def graded(lab, paths):
    """The rows, and why nothing is said of known-wrong solutions; empty where something is."""
    matrix, why_unlike = {}, ""
    try:
        matrix = explain.read_matrix(lab)
    except LabError as error:
        why_unlike = str(error)
    copy = GradingCopy(BUILD / "class" / lab.number, lab)
    copy.make()
    rows = []
    with Progress(f"Grading {len(paths)} submissions", unit=str) as bar:
        for done, path in enumerate(paths, 1):
            rows.append(grade(copy, path, matrix))
            bar.update(done, len(paths))
    return rows, why_unlike


def grade(copy, path, matrix):
    row = Row(submission.student(path))
    try:
        handed_in = submission.read(path, copy.lab)
        row.notes = handed_in.notes
        copy.place(handed_in.files)
        row.record = copy.grade()
        row.likenesses = explain.explain(row.record, matrix)
    except (LabError, OSError) as error:
        row.trouble = str(error)
    return row


def told(lab, rows, why_unlike):
    """Lines: a row a student, then the counts of tasks and of known-wrong solutions, then what a person should see."""
    yield from table([["student", "points", *items(lab), "nearest known-wrong"], *(_line(lab, row) for row in rows)])
    yield ""
    yield from table([["task", "points", "title", "states"], *_task_counts(lab, rows)])
    yield ""
    if why_unlike:
        yield f"Nothing is said of known-wrong solutions: {why_unlike}"
    counts = wrong_counts(rows)
    if counts:
        yield from table([["students", "task", "known-wrong", "story"],
                          *([str(n), task, name, story] for (task, name, story), n in counts)])
    for row in rows:
        for note in [*row.notes, *([f"not graded: {row.trouble}"] if row.trouble else [])]:
            yield f"{row.student}: {note}"
    marked = [row.record.score for row in rows if row.record]
    mean = f", {sum(marked) / len(marked):.1f} of {lab.points} points on average" if marked else ""
    yield f"{len(marked)} of {len(rows)} submissions graded{mean}"


def items(lab):
    return [*(task.id for task in lab.tasks), TOGETHER]


def states(lab, row):
    """Of each task, and of all together; what a record lacks, because it was graded otherwise, is '-'."""
    there = {item.id: item.state for item in row.record.items} if row.record else {}
    return [there.get(name, "-") for name in items(lab)]


def _line(lab, row):
    near = "; ".join(f"{name} {one.name}" for name, one in row.likenesses.items())
    return [row.student, f"{row.record.score}/{row.record.most}" if row.record else "-", *states(lab, row), near]


def _task_counts(lab, rows):
    titles = [(task.points, task.title) for task in lab.tasks] + [(lab.together, "all tasks together")]
    columns = zip(*(states(lab, row) for row in rows))
    for name, (points, title), column in zip(items(lab), titles, columns):
        counts = sorted(Counter(column).items(), key=lambda each: (each[0] != OK, -each[1], each[0]))
        yield [name, str(points), title, ", ".join(f"{count} {state}" for state, count in counts if state != "-")]


def wrong_counts(rows):
    """[((task, name, story), students)], most frequent first."""
    tally = Counter((task, one.name, str(one)) for row in rows for task, one in row.likenesses.items())
    return sorted(tally.items(), key=lambda each: (-each[1], each[0]))


def write_csv(path, lab, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        likes = [f"{task.id} behaves like" for task in lab.tasks]
        out.writerow(["student", "points", "most", *items(lab), *likes, "notes"])
        for row in rows:
            near = [row.likenesses[task.id].name if task.id in row.likenesses else "" for task in lab.tasks]
            out.writerow([row.student, row.record.score if row.record else "", lab.points, *states(lab, row), *near,
                          "; ".join([*row.notes, *filter(None, [row.trouble])])])


def write_json(path, lab, rows):
    students = [{"student": row.student, "points": row.record.score if row.record else None, "most": lab.points,
                 "nearest": {task: asdict(one) for task, one in row.likenesses.items()}, "notes": row.notes,
                 "trouble": row.trouble, "record": asdict(row.record) if row.record else None} for row in rows]
    wrong = [{"task": task, "name": name, "story": story, "students": count}
             for (task, name, story), count in wrong_counts(rows)]
    tasks = {name: dict(Counter(column)) for name, column in zip(items(lab), zip(*(states(lab, row) for row in rows)))}
    whole = {"chapter": lab.number, "students": students, "tasks": tasks, "known_wrong": wrong}
    path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
