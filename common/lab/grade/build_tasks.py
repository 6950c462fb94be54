"""Builds the programs that grade a chapter, as far as they can be built, and notes what did not compile.

Usage: python3 -m lab.grade.build_tasks 01 --preset labs      (ctest's fixture chapter-01.build)

Ends with 0 whatever the learner wrote: build/labs/results/01/compile.json says what each task's file lacks,
  {"2": "exercises/01-naive-manager/2_start.cpp:7: 'x' was not declared in this scope"}
with "together" for all tasks in one program, and "suite" for anything that is not the learner's."""
import argparse
import hashlib
import json
import os
import re
import subprocess
import sys

from lab.grade.record import TOGETHER
from lab.grade.results import is_graded_alone, key, results, task_file
from lab.services import course
from lab.services.places import LabError, build_folder, shown

SUITE = "suite"
LIMIT = 1200  # [s] of a build; the first is that of the libraries too
EXTERN_SHARED = re.compile(r"conflicting specifiers in declaration of '(\w+)'")  # of a kernel: how CUDA's books declare it
ERROR = re.compile(r"^(?P<file>[^:\s]+):(?P<line>\d+):(?:\d+:)? (?:fatal )?error: (?P<says>.*)$", re.MULTILINE)
LINKER = re.compile(r"(undefined reference to .*|multiple definition of [^;\n]*|(?:undefined|duplicate) symbol: .*)")


def main(words):
    parser = argparse.ArgumentParser(prog="lab.grade.build_tasks")
    parser.add_argument("chapter")
    parser.add_argument("--preset", default="labs")
    arguments = parser.parse_args(words)
    build_tasks(course.lab(arguments.chapter), arguments.preset)
    return 0


def build_tasks(lab, preset):
    folder = results(lab.number, preset)
    folder.mkdir(parents=True, exist_ok=True)
    missing = {key(task): f"there is no such file; ./lab reset {task.id} brings it back"
               for task in lab.tasks if not task_file(lab, task).is_file()}
    _forget_older(lab, preset)
    words, refused = _build(lab, preset, missing)
    (folder / "build.log").write_text(words, encoding="utf-8")
    found = dict(missing)
    if refused:
        for what, says in failures(lab, words, build_folder(preset)).items():
            found.setdefault(what, says)
        if not found:
            found[SUITE] = f"the build failed; all of its words are in {shown(folder / 'build.log')}"
    if SUITE not in found and TOGETHER not in found and found:
        found[TOGETHER] = _names(lab, found)
    (folder / "compile.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _forget_older(lab, preset):
    """Ninja goes by a file's time, and a copy that was put back is older than what was built from the file before it:
    the objects of files whose text is another go."""
    note = results(lab.number, preset) / "built.sha256"
    known = note.read_text(encoding="utf-8") if note.exists() else ""
    texts = {key(task): hashlib.sha256(task_file(lab, task).read_bytes()).hexdigest()
             for task in lab.tasks if task_file(lab, task).is_file()}
    for k, text in texts.items():
        if f"{k} {text}\n" not in known:
            for built in build_folder(preset).glob(f"chapters/**/radixlab_{lab.number}_mine_{k}.dir/**/*.o"):
                built.unlink()
    note.write_text("".join(f"{k} {text}\n" for k, text in texts.items()), encoding="utf-8")


def _build(lab, preset, missing):
    """All that ninja said, and whether it failed."""
    folder = build_folder(preset)
    there = [key(task) for task in lab.tasks if key(task) not in missing]
    targets = [f"grade_{lab.number}_{k}" for k in there] if is_graded_alone(lab) else \
        [f"radixlab_{lab.number}_mine_{k}" for k in there]
    targets += [] if missing else [f"grade_{lab.number}_{TOGETHER}"]
    if not targets:
        return "", False
    words = ""
    if _is_stale(lab, folder, missing):
        words, refused = _run(["cmake", str(folder)])
        if refused:
            return words, True
    more, refused = _run(["cmake", "--build", str(folder), "--target", *targets, "--", "-k", "0"])
    return words + more, refused


def _is_stale(lab, folder, missing):
    """A task's file, or our solutions, came or went since CMake ran."""
    known = (folder / "build.ninja").read_text(errors="replace")
    wanted = {"solution": is_graded_alone(lab), **{f"mine_{key(task)}": key(task) not in missing for task in lab.tasks}}
    return any((f"/radixlab_{lab.number}_{what}.dir/" in known) != there for what, there in wanted.items())


def _run(command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=LIMIT, text=True, errors="replace",
                              env={**os.environ, "LC_ALL": "C", "NINJA_STATUS": "[%f/%t] "})
    except subprocess.TimeoutExpired:
        return f"the build was stopped after {LIMIT} s\n", True
    return done.stdout, done.returncode != 0


def failures(lab, words, folder):
    """The first message of each thing that did not build in `folder`, by task."""
    found = {}
    for part in re.split(r"^FAILED: ", words, flags=re.MULTILINE)[1:]:
        target, _, said = part.partition("\n")
        said = re.split(r"^\[\d+/\d+\] ", said, flags=re.MULTILINE)[0]
        own = re.search(rf"radixlab_{lab.number}_mine_(\w+)\.dir/|\bgrade_{lab.number}_(\w+)", target)
        what = next(filter(None, own.groups())) if own else SUITE
        found.setdefault(what, ("" if own else f"{target.strip()}: ") + first_message(said, folder))
    if trouble := re.search(r"^CMake Error.*(?:\n.*\S.*)?", words, re.MULTILINE) or \
            (not found and re.search(r"^ninja: error: .*", words, re.MULTILINE)):
        found[SUITE] = " ".join(trouble[0].split())
    return found


def first_message(said, folder):
    """"FILE:LINE: message" of a compiler that ran in `folder`, or what the linker lacks."""
    if error := ERROR.search(said):
        place = f"{shown(os.path.normpath(folder / error['file']))}:{error['line']}"
        shared = EXTERN_SHARED.search(error["says"]) if ".cu:" in place else None
        instead = f"; instead of extern __shared__ write RADIXLAB_DYNAMIC_SHARED(float, {shared[1]});" if shared else ""
        return f"{place}: {error['says']}{instead}"
    if lack := LINKER.search(said):
        return f"does not link: {lack.group(1)}"
    lines = [line for line in said.splitlines()[1:] if line.strip()]
    return lines[0].strip() if lines else "the compiler said nothing"


def _names(lab, found):
    files = [task.file for task in lab.tasks if key(task) in found]
    return f"{', '.join(files)} {'does' if len(files) == 1 else 'do'} not compile"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (LabError, OSError) as trouble:
        print(f"build_tasks: {trouble}", file=sys.stderr)
        sys.exit(2)
