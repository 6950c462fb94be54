"""The packages of the system: which are missing, what they cost, and how they come in.

The list below is the only one. Anything that is there already, packaged or not, is left alone: a program counts as there
when the shell finds it, a library when dpkg knows it. So a machine that is set up is never asked for a network."""
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec

from lab.services.places import LabError
from lab.services.terminal import Progress, say, size


@dataclass(frozen=True)
class Package:
    name: str
    program: str = ""  # found in PATH: the package is not needed
    module: str = ""  # likewise for a Python module


GROUPS = {
    "build": (
        Package("g++", program="g++"),
        Package("cmake", program="cmake"),
        Package("ninja-build", program="ninja"),
        Package("ccache", program="ccache"),
        Package("nlohmann-json3-dev"),
        Package("libcli11-dev"),
        Package("libfmt-dev"),
        Package("libsentencepiece-dev"),
    ),
    "test": (Package("libgtest-dev"), Package("libgmock-dev"), Package("libbenchmark-dev"), Package("git", program="git")),
    "pictures": (Package("graphviz", program="dot"),),
    "emulator": (Package("libboost-context1.81-dev"),),
    "wheels": (Package("python3-pip", module="pip"), Package("ca-certificates")),
    "clang": (Package("clang-16", program="clang++-16"),),
    "fuzzing": (Package("libclang-rt-16-dev"),),
    "aarch64": (Package("g++-12-aarch64-linux-gnu", program="aarch64-linux-gnu-g++-12"),
                Package("qemu-user", program="qemu-aarch64")),
    "docs": (Package("doxygen", program="doxygen"), Package("doxygen-awesome-css")),
    "browser": (Package("chromium", program="chromium"), Package("fonts-dejavu-core"), Package("fonts-liberation"),
                Package("fonts-noto-core")),
    "style": (Package("clang-format", program="clang-format"), Package("clang-tidy", program="clang-tidy")),
}
EVERY_PRESET = ("build", "test", "pictures")
MORE = {"test": ("emulator", "wheels"), "labs": ("emulator",), "labs-debug": ("emulator",), "tidy": ("emulator",),
        "labs-clang": ("emulator", "clang"), "alone": ("emulator", "clang"), "cuda": ("emulator",),
        "asan": ("clang", "fuzzing"), "asan-gcc": ("wheels",), "fuzz": ("clang", "fuzzing"), "aarch64": ("aarch64",)}
"""Groups of a preset, beside those of every preset. Where there are wheels, LibTorch is one."""
OTHER_NAMES = {"libboost-context1.81-dev": "libboost-context-dev"}
"""What to ask for where the first name is not known, as on Ubuntu: it brings the version that the system has."""

AGAIN = "Run the same command again when that is mended: it goes on from there"


def groups(preset):
    return (*EVERY_PRESET, *MORE.get(preset, ()))


def needed(names):
    """The packages of these groups."""
    return [package for name in names for package in GROUPS[name]]


def installed(names):
    """Those of `names` that dpkg has installed, with their versions."""
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status} ${Version}\n", *names]
    # Names that dpkg never heard of are complained about on stderr and change the exit code; the rest is still answered.
    answer = subprocess.run(query, capture_output=True, text=True).stdout
    lines = [line.split() for line in answer.splitlines()]
    return {words[0]: words[2] for words in lines if words[1] == "installed"}


def missing(packages):
    """Names of the packages whose program, module or library is not there. Without dpkg, libraries are not asked for:
    CMake will name the ones it does not find."""
    packages = dict.fromkeys(packages)  # two groups may hold the same
    asked = [p for p in packages
             if not (p.program and shutil.which(p.program)) and not (p.module and find_spec(p.module))]
    if not shutil.which("dpkg-query"):
        return [p.name for p in asked if p.program or p.module]
    there = installed([name for p in asked for name in (p.name, OTHER_NAMES.get(p.name)) if name]) if asked else {}
    return [p.name for p in asked if p.name not in there and OTHER_NAMES.get(p.name) not in there]


def install_command(names):
    return ["apt-get", "install", "--yes", "--no-install-recommends", *names]


def command_to_copy(names):
    """All that a person types to get them, in one line."""
    both = f"apt-get update && {' '.join(install_command(names))}"
    if os.geteuid() == 0:
        return both
    return f"sudo {both.replace('&& ', '&& sudo ')}" if shutil.which("sudo") else f"su -c '{both}'"


def ensure(packages):
    """Installs what is missing, or raises an error that holds the one command to copy."""
    names = missing(packages)
    if not names:
        return
    say(f"Missing packages: {' '.join(names)}")
    if not shutil.which("apt-get"):
        raise LabError("this system has no apt-get; install the packages above under the names that it gives them")
    become_root = _become_root()
    names, bytes_to_load = known(names)
    if become_root is None:
        cost = f" ({size(bytes_to_load)} to download)" if bytes_to_load is not None else ""
        raise LabError(f"not root and no sudo here. Have this run once{cost}, then repeat the same command:\n"
                       f"  {command_to_copy(names)}")
    if bytes_to_load is None:  # a new system has no package lists yet
        trouble = _update_lists(become_root)
        names, bytes_to_load = known(names)
        if bytes_to_load is None and trouble:
            raise LabError(f"the package lists could not be loaded: {trouble}. {AGAIN}")
        if bytes_to_load is None:
            raise LabError(f"apt-get does not know all of: {' '.join(names)}. "
                           "RadixLab is tried on Debian 12; on an older system, see docs/set-up.md")
    say(f"apt-get will download {size(bytes_to_load)}.")
    trouble = run_apt(become_root, "Installing packages", install_command(names))
    if trouble is not None:
        _repair(become_root, trouble)
        trouble = run_apt(become_root, "Installing packages again", install_command(names))
    if trouble is not None:
        raise LabError(f"apt-get could not install the packages: {trouble}. {AGAIN}")


def known(names):
    """These names, or their other ones if apt-get knows only those, and the bytes to load: None if it knows neither."""
    others = [OTHER_NAMES.get(name, name) for name in names]
    for asked in (names, others) if others != names else (names,):
        if (bytes_to_load := download_size(asked)) is not None:
            return asked, bytes_to_load
    return names, None


def download_size(names):
    """Bytes that apt-get would load for these packages and what they depend on; None if it does not know one of them."""
    return size_of(["apt-get", "install", "--print-uris", "-qq", "--no-install-recommends", *names])


def size_of(command):
    """Likewise, of an apt-get command with --print-uris."""
    ask = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return sum_of_uris(ask.stdout) if ask.returncode == 0 else None


def sum_of_uris(text):
    """Adds up the sizes in lines such as `'<uri>' name.deb 1234 SHA256:...`."""
    return sum(int(found.group(1)) for found in re.finditer(r"^'[^']*' \S+ (\d+) ", text, re.MULTILINE))


def _become_root():
    """What to put before a command to run it as root; None if there is no way."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    if subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return ["sudo"] if sys.stdin.isatty() else None  # sudo asks for the password


def _update_lists(become_root):
    """None, or why not all of them came; apt-get then goes on with the older ones."""
    return run_apt(become_root, "Reading the package lists (about 10 MB)",
                    ["apt-get", "update", "-o", "APT::Update::Error-Mode=any"])


def _repair(become_root, trouble):
    """What may help before a second try: an interrupted installation is finished, older lists are renewed."""
    half_done = {"dpkg --configure -a": ["dpkg", "--configure", "-a"],
                 "--fix-broken": ["apt-get", "install", "--fix-broken", "--yes", "--no-install-recommends"]}
    command = next((command for words, command in half_done.items() if words in trouble), None)
    if not command:
        _update_lists(become_root)
        return
    say("An earlier installation was interrupted; finishing it first.")
    subprocess.run([*become_root, "env", "DEBIAN_FRONTEND=noninteractive", *command], stdin=subprocess.DEVNULL,
                   capture_output=True)


def run_apt(become_root, label, command):
    """Runs apt-get quietly, with a bar. Returns None, or its own words if it failed."""
    # apt-get tells its progress on a file descriptor of its own: on 1, packages' scripts would trip over it. sudo closes
    # what it does not know, so a shell behind sudo opens it.
    shell = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "sh", "-c", 'exec "$@" 9>&1', "sh"]
    options = ["-o", "APT::Status-Fd=9", "-o", "Dpkg::Use-Pty=0"]
    said = []
    with Progress(label) as bar:
        with subprocess.Popen([*become_root, *shell, command[0], *options, *command[1:]], text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as apt:
            for line in apt.stdout:
                status = re.match(r"(dlstatus|pmstatus):[^:]*:([0-9.]+):", line)
                if status:  # loading counts as the first half
                    bar.update(float(status.group(2)) / 2 + (50 if status.group(1) == "pmstatus" else 0), 100)
                else:
                    said.append(line.strip())
        if apt.returncode == 0:
            bar.update(100, 100)
            return None
    errors = [line for line in said if line.startswith(("E:", "dpkg: error"))] or said[-1:] or [f"exit {apt.returncode}"]
    return " ".join(errors[:1] if "Failed to fetch" in errors[0] else errors[:3]).rstrip(".")
