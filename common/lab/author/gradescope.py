"""./lab package gradescope: the autograder of one chapter, and ./lab check packages: a trial of it.

The package has our solution in it, so that each task is graded alone: no learner may have it."""
import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from lab.author import make_wrong
from lab.grade.autograder import can_be_nobody
from lab.grade.format_fields import GRADESCOPE, faults
from lab.grade.grading_copy import copied, solution_of, starter_of
from lab.grade.record import TOGETHER
from lab.services import course, stubs
from lab.services.places import BUILD, DEPS, ROOT, LabError, shown
from lab.services.terminal import Progress

SCRIPTS = Path(__file__).parent / "gradescope_files"
INSIDE = "radixlab"  # the folder of the course in the package
DATE = (2026, 1, 1, 0, 0, 0)  # of every file: the same course makes the same package
PATIENCE = 1800  # [s] for a trial submission


def pack(lab):
    """The zip. Exercises are as in the beginning, whatever the user has written."""
    if not lab.solutions.is_dir():
        raise LabError(f"chapter {lab.number} has no solutions here; the instructor's edition packs autograders")
    files = {name: (ROOT / name).read_bytes() for name in copied() if not name.startswith("exercises/")}
    files |= {str(path.relative_to(ROOT)): text.encode() for path, text in stubs.generated().items()}
    manifest = "".join(f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in sorted(files.items()))
    path = BUILD / "packages" / f"gradescope-{lab.number}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for script in sorted(SCRIPTS.iterdir()):
            _add(archive, script.name, script.read_text().replace("@CHAPTER@", lab.number).encode(), True)
        _add(archive, f"{INSIDE}/MANIFEST.sha256", manifest.encode(), False)
        for name, text in sorted(files.items()):
            _add(archive, f"{INSIDE}/{name}", text, os.access(ROOT / name, os.X_OK))
    part.replace(path)
    return path


def _add(archive, name, text, executable):
    member = zipfile.ZipInfo(name, DATE)
    member.external_attr = (0o100755 if executable else 0o100644) << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, text)


def gradescope_trial(whole=False):
    """Packs every lab and grades with it as Gradescope would: our solution, the starter, and wrong submissions. What catches
    those is the same in every package: unless it is the `whole`, only the first is tried on them."""
    count, labs = 0, [lab for lab in course.labs() if lab.solutions.is_dir()]
    if not labs:
        raise LabError("there is no lab to pack", code=1)
    for lab in labs:
        top = BUILD / "gradescope-trial" / lab.number
        unpack(pack(lab), top)
        cases = submissions(lab) if whole or lab is labs[0] else submissions(lab)[:2]
        with Progress(f"Trying the package of chapter {lab.number}", unit=str) as bar:
            for done, (name, files, lost) in enumerate(cases, 1):
                judge(name, hand_in(top, files), expected_points(lab, lost))
                bar.update(done, len(cases))
        count += len(cases)
        shutil.rmtree(top)
    return f"{count} submissions to {len(labs)} packages"


def unpack(package, top):
    """As Gradescope does; what would be downloaded is taken from here."""
    shutil.rmtree(top, ignore_errors=True)
    with zipfile.ZipFile(package) as archive:
        for member in archive.infolist():
            (top / "source" / archive.extract(member, top / "source")).chmod(member.external_attr >> 16 & 0o777)
    (top / "course/build").mkdir(parents=True)
    DEPS.mkdir(parents=True, exist_ok=True)
    (top / "course/build/deps").symlink_to(DEPS)


def submissions(lab):
    """(what it is, its files, ids of the items that it loses)."""
    solution, first, last = solution_of(lab), lab.tasks[0], lab.tasks[-1]
    wrongs = [wrong for wrong in make_wrong.all_wrong(lab.slug) if "_Traffic" not in wrong.killed_by]  # which loses a part
    if not wrongs:
        raise LabError(f"chapter {lab.number} has no known-wrong solution to try its package with", code=1)
    wrong = wrongs[0]
    exits = b"\n#include <cstdlib>\nnamespace { [[maybe_unused]] const int gone = (std::exit(0), 0); }\n"
    spoilt = make_wrong.spoilt(wrong, solution[wrong.file].decode()).encode()
    everything = [*(task.id for task in lab.tasks), TOGETHER]
    copied_in = f'#include "../../solutions/{lab.slug}/{first.file}"\n'.encode()
    cases = [("our solution", solution, []),
             ("the starter", starter_of(lab), everything),
             ("one that does not compile", {**solution, first.file: b"this is no C++\n"}, [first.id, TOGETHER]),
             ("one that exits with 0", {**solution, last.file: solution[last.file] + exits}, [last.id, TOGETHER]),
             (f"known-wrong {wrong.name}", {**solution, wrong.file: spoilt}, [wrong.task, TOGETHER])]
    if can_be_nobody():  # else nothing keeps it from reading ours
        cases.append(("one that includes ours", {**solution, first.file: copied_in}, [first.id, TOGETHER]))
    return cases


def expected_points(lab, lost):
    points = {**{task.id: task.points for task in lab.tasks}, TOGETHER: lab.together}
    return {name: 0 if name in lost else most for name, most in points.items()}


def hand_in(top, files):
    """What results.json says of a submission; its files lie in some folder of the learner's own."""
    shutil.rmtree(top / "submission", ignore_errors=True)
    folder = top / "submission/my lab"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_bytes(text)
    results = top / "results/results.json"
    results.unlink(missing_ok=True)
    done = subprocess.run([top / "source/run_autograder"], cwd=top, env={**os.environ, "RADIXLAB_AUTOGRADER": str(top)},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=PATIENCE)
    (top / "stdout").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0 or not results.is_file():
        raise LabError(f"run_autograder ended with {done.returncode}; its words are in {shown(top / 'stdout')}", code=1)
    return json.loads(results.read_text(encoding="utf-8"))


def judge(name, told, expected):
    """Raises what is wrong with an answer."""
    wrong = faults(told, GRADESCOPE)
    if wrong:
        raise LabError(f"{name}: results.json: {'; '.join(wrong)}", code=1)
    points = {test["number"]: test["score"] for test in told["tests"]}
    if points != expected or told["score"] != sum(expected.values()):
        raise LabError(f"{name}: expected {expected}, got {points}, together {told['score']}; {told['output']}", code=1)
