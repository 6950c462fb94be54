"""./lab check editions, and released: each edition is packed, unpacked and used as its people would use it.

They live one after the other in one folder, as the course does on a learner's machine: a package is laid over the one before,
file by file where it differs. So what is equal is built once, and what a release changes is built anew."""
import json
import shutil
import subprocess
import tarfile

from lab.author import editions, package
from lab.machine.build import jobs
from lab.services import report
from lab.services.course import SUFFIXES
from lab.services.logged import CTEST, NINJA, said_by
from lab.services.places import BUILD, DEPS, ROOT, LabError, shown

PLACE = BUILD / "editions"
COURSE = PLACE / "RadixLab"
CHAPTER = "01"  # that a learner writes
ALONE = {CHAPTER, "09"}  # chapters that stand on no other: a test that waits for more than one names the first of them
WAITS = "built in lab "  # as a test says that has no bodies to run on
ON_ITS_CODE = ("test_conformance", "ladder", "random_lives")
"""Targets whose tests run on what the learner wrote."""
OF_THE_WHOLE = r"^(solution-|author[.]|lab[.]walk$)"
THE_SAME = (r"^lab\.grade(_kernels)?$", r"^lab\.update$")
"""Long tests that bring a course of their own: nothing in an edition makes them say anything else."""
ON_THE_LADDER = (r"^conformance\.", "^allocation_failure", "^random_lives", "^fuzz", "^apps", "^document_qa",
                 r"^ladder(\.(0[^01]|1|break)|_explain)", "^solution-", "^open-")
"""What may change when a chapter's solutions come; the rest was tested on the first day, ladder.01 by what is shorter."""


def prove(released=False):
    """The student's edition and the instructor's; or, after the student's, the same with a chapter released."""
    (COURSE / "build").mkdir(parents=True, exist_ok=True)
    DEPS.mkdir(parents=True, exist_ok=True)
    if not (COURSE / "build/deps").exists():
        (COURSE / "build/deps").symlink_to(DEPS)
    return ", ".join(part() for part in ((first_day, chapter_released) if released else (first_day, everything)))


def first_day():
    lay(editions.student())
    told = suites("the student's edition", waits=ALONE)
    walk()
    return f"student: {told}, then {CHAPTER} written: {on_own_code()}"


def chapter_released():
    lay(editions.student((CHAPTER,)))
    others = set(editions.solved()) - {CHAPTER}
    return f"with {CHAPTER} released: " + suites(f"the student's edition with {CHAPTER}", ON_THE_LADDER, waits=others)


def everything():
    """Only the suites of the solutions are built: all else in this edition is as in the repository, which other steps test."""
    lay(editions.instructor())
    build = [COURSE / "lab", "build", "--preset", "labs", *(f"test_{number}_solution" for number in editions.solved())]
    logged("build", build, "Building the suites of the instructor's edition")
    return f"instructor: {ctest(OF_THE_WHOLE, 'Testing its solutions')} tests"


def lay(edition):
    """Packs the edition, unpacks it, looks at it and lays it over the course."""
    archive, fresh = package.pack(edition)[0], PLACE / edition.package
    shutil.rmtree(fresh, ignore_errors=True)
    with tarfile.open(archive) as packed:
        packed.extractall(PLACE, filter="data") if hasattr(tarfile, "data_filter") else packed.extractall(PLACE)
    look_at(fresh, edition)
    lay_over(fresh, COURSE)


def lay_over(fresh, course):
    """Makes `course`, but for its build/, the same as `fresh`; what is equal already is not touched."""
    wanted = {path.relative_to(fresh) for path in fresh.rglob("*")}
    there = [path for place in course.iterdir() if place.name != "build" for path in (place, *place.rglob("*"))]
    for path in sorted(there, reverse=True):  # a folder after what is in it
        if path.relative_to(course) not in wanted:
            path.rmdir() if path.is_dir() else path.unlink()
    for name in wanted:
        source, target = fresh / name, course / name
        if source.is_file() and (not target.is_file() or target.read_bytes() != source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def look_at(folder, edition):
    """What came out of the archive is what went in, may be run, and agrees with its own manifest."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if found != edition.files.keys():
        raise LabError(f"{shown(folder)}: unpacked {', '.join(sorted(found ^ edition.files.keys())[:5])} differ", code=1)
    checked = subprocess.run(["sha256sum", "--quiet", "--check", editions.MANIFEST], cwd=folder, capture_output=True, text=True)
    if checked.returncode != 0:
        raise LabError(f"{shown(folder)}: {checked.stdout.splitlines()[0]}", code=1)
    solved = {path.name[:2] for path in (folder / "solutions").glob("*")}
    if solved != set(edition.released):
        raise LabError(f"{shown(folder)}: has solutions of {sorted(solved)}, expected {list(edition.released)}", code=1)
    if edition.name == "student" and (folder / "tests/wrong").exists():
        raise LabError(f"{shown(folder)}: has known-wrong solutions, which are the instructor's", code=1)
    if not (folder / "lab").stat().st_mode & 0o100:
        raise LabError(f"{shown(folder)}: ./lab cannot be run", code=1)


def suites(whose, patterns=(), waits=frozenset()):
    """Runs ./lab test there. `waits`: chapters, for each of which some test must wait, and none for another."""
    course("test", ["test", "--preset", "labs", *patterns, "--", "--exclude-regex", "|".join(THE_SAME)], f"Testing {whose}")
    results = report.read_junit(COURSE / "build/labs/lab-test.xml")
    counts, waiting = report.counts(results), [r.reason for r in results if r.reason.startswith(WAITS)]
    if {reason.removeprefix(WAITS) for reason in waiting} != set(waits):
        raise LabError(f"{whose}: tests wait for {sorted(set(waiting))}, expected {sorted(waits)}", code=1)
    return f"{counts['passed']} tests" + (f", {len(waiting)} wait" if waits else "")


def walk():
    """A learner's first steps, where there are solutions of no chapter."""
    said = course("start", ["start", CHAPTER], f"./lab start {CHAPTER}")
    if f"exercises/{CHAPTER}-" not in said:
        raise LabError(f"./lab start {CHAPTER} names no file of exercises/", code=1)
    shutil.rmtree(COURSE / "build/labs/results", ignore_errors=True)
    course("grade", ["grade", CHAPTER], "Grading the starter", code=1)
    marks("the starter", 0)
    slug = editions.solved()[CHAPTER]
    for path in sorted(path for path in (ROOT / "solutions" / slug).iterdir() if path.suffix in SUFFIXES):
        shutil.copy(path, COURSE / "exercises" / slug / path.name)
    course("grade", ["grade", CHAPTER], "Grading the solution, written by hand")
    marks("the solution", None)


def marks(whose, score):
    """The record of the last grading: this score, all points for None; together, because nothing is released."""
    record = json.loads((COURSE / f"build/labs/results/{CHAPTER}/record.json").read_text())
    expected = record["most"] if score is None else score
    if record["alone"] or record["score"] != expected:
        raise LabError(f"{whose} was graded {'alone' if record['alone'] else 'together'} with {record['score']} of "
                       f"{record['most']} points, expected {expected}, together", code=1)


def on_own_code():
    """The rows of the learner's chapter are there when they are asked for; and gone when they are not."""
    folder = COURSE / "build/labs"
    configure = ["cmake", "-S", COURSE, "-B", folder]
    logged("mine", [*configure, f"-DRADIXLAB_MINE={CHAPTER}"], "Configuring on the learner's code")
    try:
        logged("mine", ["cmake", "--build", folder, "--parallel", str(jobs()), "--target", *ON_ITS_CODE], "Building on it")
        return f"{ctest('^(conformance[.][^0-9]|random_lives[.]table|ladder[.]break-naive)', 'Testing it')} tests on it"
    finally:
        logged("mine", [*configure, "-DRADIXLAB_MINE="], "Configuring without it")


def ctest(pattern, label):
    """How many tests passed; all that ran."""
    folder, junit = COURSE / "build/labs", PLACE / "ctest.xml"
    logged("ctest", ["ctest", "--test-dir", folder, "--parallel", str(jobs()), "--no-tests=error", "--output-on-failure",
                     "--output-junit", junit, "--tests-regex", pattern], label, CTEST)
    return report.counts(report.read_junit(junit))["passed"]


def course(name, words, label, code=0):
    """What a command of the course's own ./lab said. `code`: how it must end."""
    return logged(name, [COURSE / "lab", *words], label, CTEST, code)


def logged(name, command, label, progress=NINJA, code=0):
    return said_by(label, command, PLACE / f"{name}.log", progress, code)
