"""What ./lab doctor looks at: each Finding says what is there, or what is missing and how to get it. Nothing is changed,
and no network is asked."""
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.machine import libtorch, newer_cmake, packages
from lab.machine.build import BYTES_PER_COMPILER, jobs
from lab.services.places import BUILD, DEPS, LabError, shown
from lab.services.terminal import size

OK, MISSING, NOTE = "ok", "MISSING", "-"
BUILD_BYTES = 400_000_000  # a preset's folder and the random model of ./lab demo; asan takes 1.1 GB
LITTLE_MEMORY = 1_000_000_000
TRIAL = """
#include <concepts>
#include <source_location>
#include <span>
template <std::integral T> constexpr T twice(T x) { return 2 * x; }
int main() { const int three[] = {1, 2, 3}; return std::span(three).size() == 3 && twice(2) == 4 ? 0 : 1; }
"""


@dataclass(frozen=True)
class Finding:
    what: str
    state: str  # OK, MISSING, or NOTE: not there, or little of it, and not needed for the preset
    told: str
    package: str = ""  # of the system, where that is the remedy


def findings(preset):
    groups = packages.groups(preset)
    yield Finding("system", OK, f"{system_name()}, {platform.machine()}, {len(os.sched_getaffinity(0))} cores")
    yield Finding("python3", OK, f"{platform.python_version()}, {sys.executable}")
    yield from of_packages(packages.needed(groups))
    yield from old_cmake()
    yield compiler()
    room = BUILD_BYTES
    if "wheels" in groups:
        try:
            room += 0 if libtorch.is_there() else libtorch.kit().room_needed()
            yield of_libtorch()
        except LabError as error:
            yield Finding("LibTorch", MISSING, str(error))
    yield disk(room)
    yield memory()
    yield from beside(groups)


def system_name():
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return platform.system()
    return release.get("PRETTY_NAME", platform.system()) + ("" if is_tried(release) else " (tried: Debian 12)")


def is_tried(release):
    return (release.get("ID"), release.get("VERSION_ID")) == ("debian", "12")


def of_packages(wanted):
    missing = set(packages.missing(wanted))
    versions = packages.installed([p.name for p in wanted]) if shutil.which("dpkg-query") else {}
    for package in wanted:
        if package.name in missing:
            yield Finding(package.name, MISSING, "a package of the system", package.name)
        elif package.program and shutil.which(package.program):
            yield Finding(package.name, OK, f"{version_of(package.program)}, {shutil.which(package.program)}")
        elif package.module:
            yield Finding(package.name, OK, f"Python's module {package.module}")
        else:
            yield Finding(package.name, OK, versions.get(package.name, "CMake looks for it: there is no dpkg to ask"))


def version_of(program):
    """The first number in what it says of itself."""
    option = "-V" if program == "dot" else "--version"
    said = subprocess.run([program, option], capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
    found = re.search(r"\d+\.\d+[.\d]*", said.stdout + said.stderr)
    return found.group() if found else "version unknown"


def old_cmake():
    """Nothing, where the shell's cmake will do."""
    numbers = newer_cmake.version()
    if not newer_cmake.is_too_old(numbers):
        return
    old = f"{newer_cmake.dotted(numbers)} is too old, {newer_cmake.dotted(newer_cmake.NEEDED)} or newer is needed"
    try:
        newer = newer_cmake.kit()
    except LabError as error:
        yield Finding("newer cmake", MISSING, str(error))
        return
    if newer.is_there():
        yield Finding("newer cmake", OK, f"{newer_cmake.VERSION}, {shown(newer.target)}: {old}")
    else:
        yield Finding("newer cmake", MISSING, f"{old}; {size(newer.bytes_to_load())} to download")


def compiler():
    """A compiler that is there may yet lack half of its library, or be too old: so it is tried."""
    command = shlex.split(os.environ.get("CXX", "")) or [shutil.which("c++") or shutil.which("g++") or "g++"]
    what = "C++20"
    if not shutil.which(command[0]):
        return Finding(what, MISSING, f"there is no {command[0]} to try")
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:  # where programs will run: a disk may forbid it
        program = Path(folder) / "trial"
        done = subprocess.run([*command, "-std=c++20", "-x", "c++", "-", "-o", program], input=TRIAL, text=True,
                              errors="replace", capture_output=True)
        if done.returncode != 0:
            said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            return Finding(what, MISSING, f"{command[0]} cannot compile a few lines of it (g++ 12 can): {said[0]}")
        if code := subprocess.run([program]).returncode:
            return Finding(what, MISSING, f"{command[0]} compiles a few lines of it, but they end with {code}")
    return Finding(what, OK, f"{command[0]} compiles a few lines of it, and they run")


def of_libtorch():
    if own := libtorch.own_prefix():
        return Finding("LibTorch", OK, f"your own, {own}")
    if libtorch.is_there():
        return Finding("LibTorch", OK, shown(DEPS / "libtorch"))
    return Finding("LibTorch", MISSING, f"{size(libtorch.kit().bytes_to_load())} to download; --preset labs does without")


def disk(wanted):
    folder = next(folder for folder in (DEPS, *DEPS.parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    told = f"{size(free)} free for {shown(BUILD)}/, {size(wanted)} wanted"
    return Finding("disk", OK, told) if free >= wanted else Finding("disk", MISSING, f"{told}: make room")


def memory():
    """Little is told, not refused: a machine may have swap."""
    found = re.search(r"^MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    free = int(found.group(1)) * 1024 if found else 0
    few = f"; a compiler takes up to {size(BYTES_PER_COMPILER)}, so close other programs" if free < LITTLE_MEMORY else ""
    return Finding("memory", NOTE if few else OK, f"{size(free)} free, {jobs()} compilers at a time{few}")


def beside(groups):
    """What other commands use."""
    for group in packages.GROUPS:
        if group not in groups and (names := packages.missing(packages.needed([group]))):
            yield Finding(group, NOTE, f"not needed here; where it is, this comes first: {' '.join(names)}")
    for program, told in {"git": "only ./lab check asks it", "nvidia-smi": "no GPU: all but CUDA works",
                          "nvcc": "no CUDA toolkit: all but CUDA works"}.items():
        path = shutil.which(program)
        yield Finding(program, OK if path else NOTE, path or f"not here; {told}")
