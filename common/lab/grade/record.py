"""What a grading run found: the one record from which the board and every machine format are written."""
import json
from dataclasses import asdict, dataclass, field

OK, FAILED, NOT_WRITTEN, NOT_COMPILED, SKIPPED = "ok", "failed", "not written", "does not compile", "skipped"
"""States of an item. Only OK gives all points, and FAILED some to a kernel that is right and moves too much; a skip is never a pass."""
PASSED, NOT_RUN = "passed", "not run"
"""States of a test, beside FAILED and SKIPPED."""
TOGETHER = "together"  # the item of all tasks in one program


@dataclass
class Test:
    name: str  # "Lab01Desk.T2_LooksUpAllButTheLastToken"
    state: str
    says: str = ""  # one sentence: expected, got, likely cause
    output: str = ""  # all that it printed
    seconds: float = 0.0
    story: str = ""  # path of a Story's file, where there is one
    picture: str = ""  # path of an SVG: the tree that the calls say, and the learner's


@dataclass
class Item:
    """A task graded alone in front of our solution, or all of the learner's together."""
    id: str  # "1.2", or TOGETHER
    title: str
    file: str  # "exercises/01-naive-manager/2_start.cpp"; "" for TOGETHER
    points: int
    most: int
    state: str
    says: str = ""
    tests: list = field(default_factory=list)
    behaves_like: str = ""  # the story of the nearest known-wrong solution, where it was asked for

    @property
    def failed_test(self):
        """The one to show: the first that has a story, else the first; None if no test failed."""
        failed = [test for test in self.tests if test.state == FAILED]
        return next((test for test in failed if test.story), failed[0] if failed else None)


@dataclass
class Record:
    chapter: str  # "01"
    slug: str
    title: str
    alone: bool  # False: no solutions are released, so that the chapter is graded as a whole
    items: list
    ran: dict  # whose code each chapter ran: {"01": "yours", "05": "ours"}
    restored: list = field(default_factory=list)  # test files that had been changed and were put back
    changed: list = field(default_factory=list)  # given files that differ from the course's and were left: never full
    started: str = ""  # 2026-11-21T18:00:00Z
    seconds: float = 0.0

    @property
    def score(self):
        return sum(item.points for item in self.items)

    @property
    def most(self):
        return sum(item.most for item in self.items)

    @property
    def to_do(self):
        """The first task that is not ok; None if all are. One that was skipped, as it waits for another, comes last."""
        left = [item for item in self.items if item.id != TOGETHER and item.state != OK]
        return next((item for item in left if item.state != SKIPPED), left[0] if left else None)

    @property
    def full(self):
        return self.score == self.most and not self.changed

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        told = {"version": 1, **asdict(self), "score": self.score, "most": self.most}
        path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def item_of(told):
    return Item(**{**told, "tests": [Test(**test) for test in told["tests"]]})


def read(path):
    told = json.loads(path.read_text(encoding="utf-8"))
    items = [item_of(item) for item in told.pop("items")]
    for derived in ("version", "score", "most"):
        told.pop(derived)
    return Record(items=items, **told)
