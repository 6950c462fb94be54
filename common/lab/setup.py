"""./lab setup: installs what is missing. Every other command that builds calls this first; when all is there, it asks
dpkg and the disk, touches no network and takes a fraction of a second."""
import fcntl
import re
import subprocess
from contextlib import contextmanager

from lab import libtorch, packages
from lab.places import DEPS, LabError
from lab.terminal import say

SUMMARY = "install what is missing: packages of the system, LibTorch"
EXAMPLE = "./lab setup --preset labs     (the chapters alone: no LibTorch)"
NEEDS_CMAKE = (3, 25)
PRESETS = ("test", "labs", "labs-clang", "asan", "tsan", "fuzz", "cuda")


def add_arguments(parser):
    add_preset(parser)


def add_preset(parser, default="test"):
    parser.add_argument("--preset", default=default, choices=PRESETS, metavar="NAME",
                        help=f"which preset of CMakePresets.json: {', '.join(PRESETS)} (default: {default})")


def run(arguments):
    set_up(arguments.preset)
    say(f"Set up for preset {arguments.preset}.")
    return 0


def set_up(preset, *more):
    """Installs what the preset needs, and `more` groups of packages."""
    groups = packages.groups(preset)
    with _alone():
        packages.ensure(packages.needed([*groups, *more]))
        _check_cmake()
        if "LibTorch" in groups:
            libtorch.ensure()


def cmake_version():
    """Of the cmake that the shell finds; None if there is none that runs."""
    try:
        said = subprocess.run(["cmake", "--version"], capture_output=True, text=True).stdout
    except OSError:
        return None
    found = re.search(r"(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else None


def is_new_enough(version):
    return version is not None and version >= NEEDS_CMAKE


def _check_cmake():
    version = cmake_version()
    if not is_new_enough(version):
        raise LabError(f"CMake {'.'.join(map(str, version)) if version else 'of unknown version'} is too old: RadixLab needs "
                       "3.25 or newer. Put a newer cmake first in PATH (Debian 12 has one; pip install cmake, too)")


@contextmanager
def _alone():
    """Two set-ups at once would write the same files: the second waits for the first."""
    DEPS.mkdir(parents=True, exist_ok=True)
    with open(DEPS / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another ./lab is setting up here; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
