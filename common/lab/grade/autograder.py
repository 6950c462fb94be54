"""What grades a submission on Gradescope: the package's setup.sh and run_autograder call it, in a copy of the course.

Usage: python3 -m lab.grade.autograder NN FOLDER [--prepare]

FOLDER is Gradescope's /autograder: submission/ is read, results/results.json is written whatever happens. Where root
runs this, the submission is compiled and run by a user who owns nothing, reads neither our solutions nor the package,
and cannot write the results. Even so this is no sandbox: Gradescope's container is one."""
import json
import os
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

from lab.grade import formats, submission
from lab.grade.grading_copy import GradingCopy, starter_of
from lab.grade.record import FAILED, TOGETHER, Item, Record
from lab.machine import newer_cmake
from lab.services import course
from lab.services.places import ROOT, LabError, build_folder

NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
CLOSED = ("source", "results", "submission")  # to all but root


def main(words):
    chapter, folder, *option = words
    lab, top = course.lab(chapter), Path(folder)
    if option == ["--prepare"]:
        prepare(lab)
    else:
        write(top, as_json(not_graded(lab, "the grading was stopped before its end")))
        write(top, graded(lab, top))
    return 0


def graded(lab, top):
    """results.json's text."""
    try:
        if not _mark(lab).exists():
            prepare(lab)
        close(top)
        handed_in = submission.read(top / "submission", lab)
        copy = GradingCopy(ROOT, lab)
        copy.place(handed_in.files)
        return as_json(copy.grade(), handed_in.notes)
    except Exception as error:  # whatever it is: a learner waits for an answer
        traceback.print_exc(file=sys.stdout)  # the instructor's part of the answer
        return as_json(not_graded(lab, str(error) or type(error).__name__))


def as_json(record, notes=()):
    told = json.loads(formats.render(record, "gradescope", os.environ))
    told["output"] = "\n".join([told["output"], *notes])
    return json.dumps(told, indent=1) + "\n"


def write(top, text):
    part = top / "results/results.json.part"
    part.write_text(text, encoding="utf-8")
    part.replace(part.with_suffix(""))


def not_graded(lab, why):
    """A record of no points that says why."""
    says = f"not graded: {why}"
    items = [Item(task.id, task.title, "", 0, task.points, FAILED, says) for task in lab.tasks]
    items.append(Item(TOGETHER, "all tasks together", "", 0, lab.together, FAILED, says))
    return Record(lab.number, lab.slug, lab.title, True, items, {})


def prepare(lab):
    """Builds all but the submission, by grading the starter; then the submission's compiler is given to nobody."""
    newer_cmake.ensure()  # for the cmake below; ./lab finds it by itself
    copy = GradingCopy(ROOT, lab)
    copy.place(starter_of(lab))
    copy.grade()
    if can_be_nobody():
        for path in sorted(path for path in (ROOT / "solutions").rglob("*") if path.suffix in course.SUFFIXES):
            path.chmod(0o600)
        for objects in build_folder("labs").rglob(f"radixlab_{lab.number}_mine_*.dir"):
            for path in (objects, *objects.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        subprocess.run(["cmake", f"-DRADIXLAB_MINE_LAUNCHER={';'.join(AS_NOBODY)}", build_folder("labs")], check=True,
                       stdout=subprocess.DEVNULL)
        os.environ["RADIXLAB_RUN_AS"] = str(NOBODY)
    _mark(lab).touch()


def close(top):
    """No one but root looks into the package, into other submissions' results, or writes them."""
    if can_be_nobody():
        os.environ["RADIXLAB_RUN_AS"] = str(NOBODY)
        for name in CLOSED:
            folder = top / name
            folder.chmod(folder.stat().st_mode & ~0o007)


def can_be_nobody():
    """Where we are root and that user reaches the course."""
    if os.geteuid() != 0 or not shutil.which(AS_NOBODY[0]):
        return False
    return subprocess.run([*AS_NOBODY, "test", "-r", ROOT / "lab"], capture_output=True).returncode == 0


def _mark(lab):
    return build_folder("labs") / f"prepared-{lab.number}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LabError as trouble:
        sys.exit(f"autograder: {trouble}")
