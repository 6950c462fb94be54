"""What is wrong with a file that no test would tell: its format, syntax and size, and what clang-tidy finds."""
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.machine import packages
from lab.machine.build import configure, jobs
from lab.machine.setup import set_up
from lab.services.places import ROOT, LabError, build_folder, shown, tracked
from lab.services.terminal import Progress, say

BIGGEST_FILE = 3_000_000


def source():
    packages.ensure(packages.needed(["style"]))
    files = tracked()
    troubles = [trouble for name in files for trouble in troubles_of(ROOT / name, name)]
    cpp = [name for name in files if name.endswith((".cpp", ".hpp", ".cu", ".cuh"))]
    style = subprocess.run(["clang-format", "--dry-run", "-Werror", *cpp], cwd=ROOT, capture_output=True, text=True)
    troubles += [line for line in style.stderr.splitlines() if ": error:" in line]
    fail_on(troubles, style.returncode)
    return f"{len(files)} files, {len(cpp)} of C++"


def troubles_of(path, name):
    text = path.read_bytes()
    if len(text) > BIGGEST_FILE:
        yield f"{name}: {len(text)} bytes; a file has at most {BIGGEST_FILE}"
    if name.endswith(".py"):
        try:
            compile(text, name, "exec")
        except SyntaxError as error:
            yield f"{name}:{error.lineno}: {error.msg}"


def tidy():
    """clang-tidy over what the labs compile, tests and stubs aside; a finding in a header is printed once. Where files are
    compiled as one it looks at them so, because nearly all of its time goes into the headers that they share."""
    set_up("labs", "style")
    configure("tidy")
    folder = build_folder("tidy")
    units = {unit: files for unit, files in compiled(folder).items() if not files[0].startswith(("tests/", "exercises/"))}
    said = set()

    def look_at(unit):
        one = ["--checks=-bugprone-suspicious-include"] if len(units[unit]) > 1 else []  # it is made of #include "x.cpp"
        done = subprocess.run(["clang-tidy", "--quiet", "-p", folder, "--extra-arg=-Wno-unknown-warning-option", *one, unit],
                              cwd=ROOT, capture_output=True, text=True)
        said.update(normal(line) for line in done.stdout.splitlines() if re.search(r": (warning|error): ", line))
        if done.returncode != 0:
            said.add(f"{shown(unit)}: clang-tidy ends with {done.returncode}")

    with Progress("clang-tidy", unit=str) as bar, ThreadPoolExecutor(jobs()) as pool:
        largest_first = sorted(units, key=lambda unit: (-len(units[unit]), unit))
        for done, _ in enumerate(pool.map(look_at, largest_first), 1):
            bar.update(done, len(units))
    fail_on(sorted(said), 0)
    return f"{sum(map(len, units.values()))} files"


def compiled(folder):
    """{what the compiler is given: the repository's files in it}. Kernels are not: g++'s warnings are what they are held to."""
    ours, units = set(tracked()), {}
    for unit in map(Path, re.findall(r'"file": "(.*)"', (folder / "compile_commands.json").read_text())):
        parts = [unit]
        if unit.parent == folder / "as_one":
            parts = [unit.parent / name for name in re.findall(r'^#include "(.*)"$', unit.read_text(), re.MULTILINE)]
        names = [shown(os.path.normpath(part)) for part in parts]
        if ours.issuperset(names) and unit.suffix != ".cu":
            units[unit] = names
    return units


def normal(line):
    """A finding with its file as the reader would type it."""
    file, colon, rest = line.partition(":")
    return shown(os.path.normpath(file)) + colon + rest


def fail_on(troubles, code):
    for line in troubles[:50]:
        say(line)
    if troubles or code != 0:
        raise LabError(f"{len(troubles)} findings", code=1)
