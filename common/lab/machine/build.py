"""./lab build: configures a preset and builds it with all cores. The compiler's full words go to a log."""
import os
import re
import shutil
import time

from lab.machine import libtorch
from lab.machine.setup import add_preset, set_up
from lab.services import times
from lab.services.logged import WorkFailed, run_logged, show_log
from lab.services.places import DEPS, ROOT, build_folder, shown
from lab.services.terminal import say

SUMMARY = "configure and build a preset, or only some targets of it"
EXAMPLE = "./lab build doc_qa make_model"
LAUNCHER = "CMAKE_CXX_COMPILER_LAUNCHER"
CACHE_SIZE = "2G"
BYTES_PER_COMPILER = 1.5e9  # a file that includes LibTorch takes this much memory


def add_arguments(parser):
    add_preset(parser)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="CMake targets (default: everything)")


def run(arguments):
    set_up(arguments.preset)
    configure(arguments.preset)
    build(arguments.preset, arguments.targets)
    say(f"Programs are in {shown(build_folder(arguments.preset) / 'bin')}.")
    return 0


def jobs():
    """Compilers to run at once: one a core, fewer where memory is short."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(len(os.sched_getaffinity(0)), int(memory / BYTES_PER_COMPILER)))


def configure(preset, *options, limit=None):
    """`limit`: seconds after which it is ended."""
    folder = build_folder(preset)
    command = ["cmake", "--preset", preset, *options]
    if _was_made_elsewhere(folder):
        command.append("--fresh")
    _run(f"Configuring preset {preset}", command, folder / "lab-configure.log", "CMake Error", limit)


def build(preset, targets=(), label="", limit=None):
    """Builds `targets`, or everything. `label`: what that is called on the screen; `limit`: seconds after which it is ended."""
    folder = build_folder(preset)
    command = ["cmake", "--build", str(folder), "--parallel", str(jobs())]
    if targets:
        command += ["--target", *targets]
    started = time.time()
    _run(label or "Building " + (" ".join(targets) or "everything"), command, folder / "lab-build.log", "FAILED:", limit)
    times.spent_building(folder, started)


def _was_made_elsewhere(folder):
    """A build folder that was copied or moved with the repository still points at the old place."""
    cache = folder / "CMakeCache.txt"
    if not cache.exists():
        return False
    home = re.search(r"^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$", cache.read_text(), re.MULTILINE)
    return not home or home.group(1) != str(ROOT)


def _environment():
    """What CMake is told: where a LibTorch of the reader's own is, also where Torch_DIR named it; and the compiler's cache, unless
    the reader calls the compiler through something else."""
    own, known = libtorch.own_prefix(), os.environ.get("CMAKE_PREFIX_PATH", "")
    prefix = {"CMAKE_PREFIX_PATH": f"{own}{os.pathsep}{known}".rstrip(os.pathsep)} if own else {}
    launcher = [] if LAUNCHER in os.environ else _launcher()
    return {**prefix, **({LAUNCHER: ";".join(launcher)} if launcher else {})}


def _launcher():
    """What the compiler is called through: a cache in build/deps, which other folders of the course share. Its settings are
    part of the call, so that they hold for whoever builds; NOHASHDIR and BASEDIR make a file the same in every folder,
    DEPEND spares a run of the preprocessor, and the sloppiness is what precompiled headers ask for."""
    if not shutil.which("ccache"):
        return []
    settings = {"CCACHE_DIR": os.environ.get("CCACHE_DIR", DEPS / "ccache"), "CCACHE_BASEDIR": ROOT, "CCACHE_NOHASHDIR": 1,
                "CCACHE_DEPEND": 1, "CCACHE_SLOPPINESS": "pch_defines,time_macros", "CCACHE_MAXSIZE": CACHE_SIZE}
    return ["env", *(f"{name}={value}" for name, value in settings.items()), "ccache"]


def _run(label, command, log, first_word_of_trouble, limit):
    try:
        run_logged(label, command, log, environment=_environment(), limit=limit)
    except WorkFailed:
        show_log(log, first_word_of_trouble)
        raise
