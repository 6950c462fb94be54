"""Which known-wrong solution a failing task behaves like: ./lab grade 01 --explain.

The kill matrix (build/PRESET/kill-01.json) says of each known-wrong solution which tests it fails and with what words:
  {"wrong": {"split_loses_lock": {"story", "task", "source", "failed": [test...], "said": {test: words}}}}
A learner's task is compared with those of the same task: by the set of tests that fail, and by what the tests say that
fail in both. Where nothing is near enough nothing is said: a wrong guess costs the learner more than none."""
import json
import re
from dataclasses import dataclass

from lab.grade.gtest_words import first_words
from lab.grade.record import FAILED, NOT_RUN
from lab.services.places import LabError, build_folder, shown

PRESETS = ("labs", "test")  # whose tests make the matrix
NEAR = 0.6  # of 1: the same tests with other words are not enough, nor half of the tests with the same words


@dataclass(frozen=True)
class Likeness:
    name: str  # of the known-wrong solution: "split_loses_lock"
    story: str
    source: str
    score: float  # 0..1

    def __str__(self):
        return f"{self.story} ({self.source})" if self.source else self.story


def explain(record, matrix):
    """Fills behaves_like of each item, and returns the likenesses by the item's id."""
    found = {item.id: nearest(item, matrix) for item in record.items}
    found = {name: likeness for name, likeness in found.items() if likeness}
    for item in record.items:
        item.behaves_like = str(found.get(item.id, ""))
    return found


def nearest(item, matrix):
    """The nearest known-wrong solution of the item's task, or None; of equals the first by name."""
    if item.state != FAILED:
        return None
    near = [Likeness(name, row["story"], row.get("source", ""), likeness(item, row))
            for name, row in sorted(matrix.items()) if row["task"] == item.id]
    best = max(near, key=lambda one: one.score, default=None)
    return best if best and best.score > NEAR else None


def likeness(item, row):
    """0 to 1: half for the tests that fail, half for their words. Tests of other tasks, which the matrix has too, and
    tests that were not run say nothing of either."""
    ran = {test.name for test in item.tests if test.state != NOT_RUN}
    ours = {test.name: _first_words(test) for test in item.tests if test.state == FAILED}
    theirs = {_plain(name): row["said"].get(name, "") for name in row["failed"] if _plain(name) in ran}
    both = ours.keys() & theirs.keys()
    if not both:
        return 0.0
    alike = sum(_alike(ours[name], theirs[name]) for name in both) / len(both)
    return (len(both) / len(ours.keys() | theirs.keys()) + alike) / 2


def _first_words(test):
    """As the kill matrix has them: of what came after GoogleTest said that the test begins."""
    begun = test.output.partition("[ RUN      ]")[2].partition("\n")[2]
    return first_words(begun or test.says)


def _plain(name):
    """Suite.Name of a test with parameters too, which GoogleTest calls Instance/Suite.Name/0."""
    return re.sub(r"^\w+/(?=\w+\.)|/\w+$", "", name)


def _alike(some, other):
    """The share of words that two sentences have in common (Jaccard)."""
    first, second = (set(re.findall(r"\w+", words.lower())) for words in (some, other))
    return len(first & second) / len(first | second) if first | second else 1.0


def read_matrix(lab):
    """Of the chapter. Only the instructor's edition has known-wrong solutions."""
    if not (lab.root / "tests/wrong" / lab.slug).is_dir():
        raise LabError(f"chapter {lab.number} has no known-wrong solutions here: they are in the instructor's edition")
    there = [path for preset in PRESETS if (path := build_folder(preset) / f"kill-{lab.number}.json").is_file()]
    if not there:
        raise LabError(f"{shown(build_folder(PRESETS[0]) / f'kill-{lab.number}.json')} is not there; make it: "
                       f"./lab test --preset {PRESETS[0]} kill_matrix.{lab.number}")
    newest = max(there, key=lambda path: path.stat().st_mtime)
    return json.loads(newest.read_text(encoding="utf-8"))["wrong"]
