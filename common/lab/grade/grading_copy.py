"""A copy of the course in which submissions are graded one after the other, by ./lab grade: the user's own exercises/
and build/ are never touched. What was built for one submission is there for the next."""
import os
import shutil
import subprocess

from lab.grade import record
from lab.services import stubs
from lab.services.places import DEPS, ROOT, LabError, tracked

PATIENCE = 1200  # [s] for one submission; the first of a fresh copy builds all that it is linked with


def copied():
    """The files of the course that grading needs, relative to the root."""
    return [name for name in tracked() if not name.startswith(("docs/figures/", "docs/performance/", ".ci/"))]


class GradingCopy:
    def __init__(self, folder, lab):
        self.folder, self.lab = folder, lab

    def make(self):
        """Files that a copy has already are renewed only where they differ: what was built of them stays."""
        for name in copied():
            source, target = ROOT / name, self.folder / name
            if not target.is_file() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        (self.folder / "build").mkdir(exist_ok=True)
        deps = self.folder / "build/deps"
        if not deps.exists():
            DEPS.mkdir(parents=True, exist_ok=True)
            deps.symlink_to(DEPS)

    def place(self, files):
        """{name: bytes} of a submission; a task that is not among them is as in the beginning. Nothing else stays."""
        folder = self.folder / "exercises" / self.lab.slug
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, text in {**starter_of(self.lab), **files}.items():
            (folder / name).write_bytes(text)

    def grade(self):
        """The record of what lies there."""
        path = self.folder / "build/labs/results" / self.lab.number / "record.json"
        path.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        try:
            done = subprocess.run([self.folder / "lab", "grade", self.lab.number], env=environment, text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, errors="replace", timeout=PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise LabError(f"grading did not end in {PATIENCE} s", code=1) from error
        if not path.is_file():
            last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
            raise LabError(f"grading ended with code {done.returncode} and no record: {last}", code=1)
        return record.read(path)


def starter_of(lab):
    """{name: bytes}: nothing is written yet."""
    generated = stubs.generated(lab.root)
    return {path.name: text.encode() for path, text in generated.items() if path.parent == lab.exercises}


def solution_of(lab):
    return {task.file: (lab.solutions / task.file).read_bytes() for task in lab.tasks}
