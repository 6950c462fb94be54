"""./lab setup: installs what is missing. Every other command that builds calls this first; when all is there, it asks
dpkg and the disk, touches no network and takes a fraction of a second."""
import fcntl
import sys
from contextlib import contextmanager

from lab.machine import arm64, libtorch, newer_cmake, packages
from lab.services.places import DEPS
from lab.services.terminal import say

SUMMARY = "install what is missing: packages of the system, LibTorch"
EXAMPLE = "./lab setup --preset labs     (the chapters alone: no LibTorch)"
PRESETS = ("test", "labs", "labs-clang", "alone", "tidy", "labs-asan", "labs-debug", "asan", "asan-gcc", "tsan", "fuzz", "cuda",
           "aarch64")


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
        pip = ["wheels"] if newer_cmake.is_to_be_fetched() else []
        packages.ensure(packages.needed([*groups, *more, *pip]))
        if newer_cmake.is_to_be_fetched():  # the system's own, just installed, may be the one that is too old
            packages.ensure(packages.needed(["wheels"]))
        newer_cmake.ensure()
        if "wheels" in groups:
            libtorch.ensure()
        if "aarch64" in groups:
            arm64.ensure()


def install(groups):
    """Packages alone."""
    with _alone():
        packages.ensure(packages.needed(groups))


def _alone():
    return alone(DEPS / ".lock", "Another ./lab is setting up here; waiting for it ...")


@contextmanager
def alone(path, words):
    """Two at once would write the same files: the second says so and waits for the first. `path` is the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(words, sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
