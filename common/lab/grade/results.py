"""Where a grading run keeps what it found, and which tests it expects. Everything of the learner's that is kept is here
(build/labs/results) or in exercises/ itself."""
import re

from lab.grade.record import TOGETHER
from lab.services import questions
from lab.services.course import task as find_task
from lab.services.places import LabError, build_folder, shown

PRESET, ASAN = "labs", "labs-asan"


def results(number, preset=PRESET):
    """compile.json (what did not compile), 1.2.json (one item a task) and record.json of a chapter."""
    return build_folder(preset) / "results" / number


def stories(number, preset=PRESET):
    """Stories and pictures of the tests that failed last."""
    return build_folder(preset) / "stories" / number


def key(task):
    """"2" of task "1.2": it names radixlab_01_mine_2, grade_01_2 and the tests T2_*."""
    return task.id.split(".")[1]


def is_traffic(test):
    """Whether "Suite.T2_TrafficOfOneRow" judges what a kernel moves, not what it computes."""
    return re.search(r"\.T\d+_Traffic", test) is not None


def task_file(lab, task):
    return lab.exercises / task.file


def is_graded_alone(lab):
    """Each task in front of our solution. Without our solutions there is only the learner's whole."""
    return lab.solutions.exists()


def expected_tests(lab, item):
    """The tests of a task, or all of TOGETHER, in the order of the sources: [("Suite.Name", has parameters)]. They are
    read from what the chapter's suite is made of, never from a program that a learner's code is linked into."""
    folder = lab.root / "tests" / lab.slug
    names = [(name, False) for name in questions.tests(lab)]
    suite = re.search(r"radixlab_lab_tests\(([^)]*)\)", (folder / "CMakeLists.txt").read_text(encoding="utf-8"))
    for file in re.findall(r"\b\w+\.cpp\b", suite[1] if suite else ""):
        text = (folder / file).read_text(encoding="utf-8")
        found = re.findall(r"^TEST(_F|_P)?\(\s*(\w+),\s*(\w+)\)", text, re.MULTILINE)
        names += [(f"{suite}.{name}", kind == "_P") for kind, suite, name in found]
    if item != TOGETHER:
        task = find_task(item, lab.root)[1]
        names = [(name, many) for name, many in names if name.split(".")[1].startswith(f"T{key(task)}_")]
    if not names:
        raise LabError(f"{shown(folder)}: there is no test of {item}")
    return names
