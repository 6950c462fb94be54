"""./lab status: the course so far, a line a chapter, as the last grades found it."""
from lab.grade.board import BAR
from lab.grade.record import OK
from lab.learn.learner import is_edited_since, last_record, points
from lab.services import course
from lab.services.places import ROOT
from lab.services.terminal import coloured, say

SUMMARY = "the course so far: points by chapter"
EXAMPLE = "./lab status"


def add_arguments(parser):
    pass


def run(arguments, root=ROOT):
    labs = course.labs(root)
    records = [last_record(lab) for lab in labs]
    score, most = sum(found.score for found in records if found), sum(lab.points for lab in labs)
    say(f"The course so far: {score} of {points(most)}")
    wide = max((len(lab.title) for lab in labs), default=0)
    for lab, found in zip(labs, records):
        say(line(lab, found, wide))
    if rest := without_lab(root):
        say(f"Not a lab yet: {', '.join(rest)} ({len(rest)} chapter{'s' if len(rest) != 1 else ''} to be read)")
    say("Next: ./lab next")
    return 0


def line(lab, found, wide):
    score, most = (found.score, found.most) if found else (0, lab.points)
    return f"  {lab.number}  {lab.title:{wide}}  {bar(score, most)} {score:3}/{most}  {words(lab, found)}".rstrip()


def bar(score, most):
    full = BAR * score // most if most else 0
    return f"[{'#' * full}{'-' * (BAR - full)}]"


def words(lab, found):
    if not found:
        return f"not graded yet: ./lab start {lab.number}"
    edited = ", edited since" if is_edited_since(found, lab) else ""
    if found.full:
        return coloured("full", "green") + edited
    left = [item.id for item in found.items if item.state != OK]
    return f"to do: {' '.join(left)}{edited}"


def without_lab(root):
    """Chapters that stand already and have no lab.json. Chapter 00 is read and shown; it never has one."""
    return [folder.name for folder in sorted((root / "chapters").glob("[0-9][0-9]-*"))
            if not (folder / "lab.json").exists() and not folder.name.startswith("00-")]
