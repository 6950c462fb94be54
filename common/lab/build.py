"""./lab build: configures a preset and builds it with all cores. The compiler's full words go to a log; the screen shows
how far the work is, and on a failure the part of the log that says why."""
import os
import re
import subprocess

from lab import libtorch
from lab.places import ROOT, LabError, build_folder, shown
from lab.setup import add_preset, set_up
from lab.terminal import Progress, say

SUMMARY = "configure and build a preset, or only some targets of it"
EXAMPLE = "./lab build doc_qa make_model"
SHOWN_LINES = 60
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


def configure(preset):
    folder = build_folder(preset)
    command = ["cmake", "--preset", preset]
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
    """CMake finds a LibTorch of the reader's own through CMAKE_PREFIX_PATH, also where Torch_DIR named it."""
    own, known = libtorch.own_prefix(), os.environ.get("CMAKE_PREFIX_PATH", "")
    return {**os.environ, **({"CMAKE_PREFIX_PATH": f"{own}{os.pathsep}{known}".rstrip(os.pathsep)} if own else {})}


def _run(label, command, log, first_word_of_trouble):
    """Runs a command with its words going to `log`; lines like `[3/70] ...` move the bar. A failure is an error."""
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with Progress(label, unit=str) as bar, open(log, "w") as file, subprocess.Popen(
                command, cwd=ROOT, env=_environment(), text=True, errors="replace", stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as work:
            for line in work.stdout:
                file.write(line)
                if step := re.match(r"\[(\d+)/(\d+)\]", line):
                    bar.update(int(step.group(1)), int(step.group(2)))
            if work.wait() != 0:
                raise subprocess.CalledProcessError(work.returncode, command)
    except subprocess.CalledProcessError:
        _show(log, first_word_of_trouble)
        raise LabError(f"{label} failed; all of its words are in {shown(log)}", code=1)


def _show(log, first_word):
    """Shows the log from the first line that tells of trouble on."""
    lines = log.read_text(errors="replace").splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith(first_word)), max(0, len(lines) - SHOWN_LINES))
    for line in lines[start:start + SHOWN_LINES]:
        say(line)
