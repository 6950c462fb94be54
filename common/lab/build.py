"""./lab build: configures a preset and builds it with all cores. The compiler's full words go to a log."""
import os
import re
import shutil

from lab import libtorch
from lab.logged import WorkFailed, run_logged, show_log
from lab.places import ROOT, build_folder, shown
from lab.setup import add_preset, set_up
from lab.terminal import say

SUMMARY = "configure and build a preset, or only some targets of it"
EXAMPLE = "./lab build doc_qa make_model"
LAUNCHER = "CMAKE_CXX_COMPILER_LAUNCHER"
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


def configure(preset, *options):
    folder = build_folder(preset)
    command = ["cmake", "--preset", preset, *options]
    if _was_made_elsewhere(folder):
        command.append("--fresh")
    _run(f"Configuring preset {preset}", command, folder / "lab-configure.log", "CMake Error")


def build(preset, targets=()):
    """Builds `targets`, or everything."""
    folder = build_folder(preset)
    command = ["cmake", "--build", str(folder), "--parallel", str(jobs())]
    if targets:
        command += ["--target", *targets]
    _run("Building " + (" ".join(targets) or "everything"), command, folder / "lab-build.log", "FAILED:")


def _was_made_elsewhere(folder):
    """A build folder that was copied or moved with the repository still points at the old place."""
    cache = folder / "CMakeCache.txt"
    if not cache.exists():
        return False
    home = re.search(r"^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$", cache.read_text(), re.MULTILINE)
    return not home or home.group(1) != str(ROOT)


def _environment():
    """CMake finds a LibTorch of the reader's own through CMAKE_PREFIX_PATH, also where Torch_DIR named it; a ccache that is
    there saves compiling twice."""
    own, known = libtorch.own_prefix(), os.environ.get("CMAKE_PREFIX_PATH", "")
    prefix = {"CMAKE_PREFIX_PATH": f"{own}{os.pathsep}{known}".rstrip(os.pathsep)} if own else {}
    launcher = {LAUNCHER: "ccache"} if shutil.which("ccache") and LAUNCHER not in os.environ else {}
    return {**prefix, **launcher}


def _run(label, command, log, first_word_of_trouble):
    try:
        run_logged(label, command, log, environment=_environment())
    except WorkFailed:
        show_log(log, first_word_of_trouble)
        raise
