"""The board: what a grading found, in about 15 lines, and below it the story of the first task that failed."""
import re

from lab.grade import gtest_words
from lab.grade.record import FAILED, NOT_COMPILED, NOT_WRITTEN, OK, SKIPPED, TOGETHER
from lab.services.places import build_folder, shown
from lab.services.terminal import coloured

WIDTH = 120
BAR = 16
SIGNS = {OK: ("ok", "green"), FAILED: ("--", "red"), NOT_COMPILED: ("--", "red"), NOT_WRITTEN: ("..", "yellow"),
         SKIPPED: ("skip", "yellow")}
STORY = "The story so far"
STORY_LINES = 24


def lines(record, hints=None, story=True, open_labs=()):
    """All lines of the board; `hints` as Lab.hints() gives them, `open_labs` of the lab: a line each, without points."""
    red = [item for item in record.items if item.state in (FAILED, NOT_COMPILED)]
    told = story_lines(red[0], hints or {}, record.chapter) if red and story else []
    if story and not record.alone:  # any of the red tasks may be the wrong one
        told += [line for item in red[1:] if item.failed_test and item.id != TOGETHER for line in short_story(item)]
    rows = [row(item, record) for item in record.items]
    rows += [f"  open  {opened.id:4} {opened.title}: ./lab grade {record.chapter} --open" for opened in open_labs]
    return [head(record), *rows, "", *notes(record), *told, f"Next: {next_step(record)}"]


def head(record):
    full = BAR * record.score // max(1, record.most)
    bar = coloured("#" * full, "green") + "-" * (BAR - full)
    return f"Chapter {record.chapter}  {record.title}  [{bar}]  {record.score}/{record.most} points"


def row(item, record):
    sign, colour = SIGNS[item.state]
    width = max(len(each.title) for each in record.items)
    name = "all" if item.id == TOGETHER else item.id
    start = f"  {sign:4}  {name:4} {item.title:{width}}  {f'{item.points}/{item.most}':>5}"
    wrong = [other.id for other in record.items if other.state != OK and other.id != TOGETHER]
    waits = item.id == TOGETHER and item.state == FAILED and wrong
    says = "" if item.state == OK else f"  waits for {', '.join(wrong)}" if waits else f"  {why(item)}"
    return coloured(start[:6], colour) + shortened(start[6:] + says, WIDTH - 6)


def why(item):
    """One sentence, the item's state in it."""
    if item.state == NOT_WRITTEN:
        return "not written yet" if item.id != TOGETHER else item.says
    if item.state == NOT_COMPILED and item.id != TOGETHER:
        return f"does not compile: {item.says}"
    if item.state == SKIPPED:
        return f"skipped: {item.says}"
    return item.says


def shortened(line, width):
    return line if len(line) <= width else line[:width - 4].rstrip() + " ..."


def notes(record):
    """What the reader has to know about how these points came about."""
    said = []
    if not record.alone:
        said.append("Our solutions of this chapter are not released: your tasks were graded together, not each alone.")
    said.append("Code: " + ", ".join(f"chapter {number} {whose}" for number, whose in sorted(record.ran.items())))
    if record.restored:
        said.append(f"Put back, because they are the course's: {', '.join(record.restored)}")
        said.append(f"  (what was there is in {shown(build_folder('labs') / 'changed')})")
    if record.changed:
        said.append(f"Not the course's own, so that this is no full grade: {', '.join(record.changed)}")
    said += [f"{item.id} behaves like: {item.behaves_like}" for item in record.items if item.behaves_like]
    return [*said, ""]


def next_step(record):
    red = [item for item in record.items if item.state == FAILED and item.id != TOGETHER]
    if not record.alone and len(red) > 1:
        return (f"{', '.join(item.id for item in red)} call each other, and one mistake may turn all of them red: begin with "
                f"{red[0].file}, then ./lab grade {record.chapter}")
    if record.to_do:
        return f"edit {record.to_do.file}, then ./lab grade {record.chapter}"
    if record.changed:
        return f"git diff shows what differs from the course; put it back, then ./lab grade {record.chapter}"
    if not record.full:
        return f"find what the tasks do to each other: alone each is right. Then ./lab grade {record.chapter}"
    return "./lab next"


def story_lines(item, hints, chapter):
    """What the first failed test of an item did, step by step, and the first hint."""
    said = [f"{item.id} {item.title}" if item.id != TOGETHER else item.title.capitalize()]
    test = item.failed_test
    if test:
        said.append(f"  Test  {test.name}")
        told = _told_story(test.output)
        values, own = _failure(test.output)
        said += [f"  {line}" for line in told]
        said += _wrapped("But ", test.says) if not told or test.says not in "\n".join(told) else []
        said += _wrapped("", values) if own and values and values != test.says else []
        said += [f"  Look  {test.picture}   (left: the tree that the calls say, right: yours)"] if test.picture else []
    else:
        said += _wrapped("But ", item.says)
    if item.id in hints:
        said += _wrapped("Hint", f"{hints[item.id][0]} (more: ./lab hint {item.id} --level 2)")
    return [*said, ""]


def short_story(item):
    """Which test of it failed first, and its sentence whole."""
    return [f"{item.id} {item.title}", f"  Test  {item.failed_test.name}", *_wrapped("But ", item.failed_test.says), ""]


def _told_story(output):
    """What testing/told.hpp printed: from its title to the empty line."""
    found = re.search(rf"^{STORY}\n(?:.+\n)*", output, re.MULTILINE)
    told = found[0].rstrip().splitlines() if found else []
    return told if len(told) <= STORY_LINES else [told[0], "   ...", *told[-STORY_LINES:]]


def _failure(output):
    """(expected and got, own words) of the first failure in what GoogleTest printed."""
    found = re.search(rf"^(\S+:\d+|unknown file): Failure\n((?:(?!\[  FAILED|\S+: Failure|{STORY}).*\n)*)", output,
                      re.MULTILINE)
    return gtest_words.parts(f"{found[1]}\n{found[2].rstrip()}") if found else ("", "")


def _wrapped(label, text):
    """Lines of at most WIDTH characters, the label before the first."""
    out, line = [], f"  {label:4} "
    for word in text.split():
        if len(line) + 1 + len(word) > WIDTH and line.strip():
            out, line = [*out, line], " " * 7
        line += f" {word}"
    return [*out, line]
