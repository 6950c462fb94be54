"""What is on this machine: its GPU, the toolkit, Python's torch, the compiler. Nothing is changed, and nothing large is imported."""
import os
import platform
import re
import shutil
import subprocess
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from lab.machine.findings import version_of
from lab.services.places import LabError

NO_GPU = 77  # the exit code of what is skipped
NO_GPU_WORDS = "this machine has no GPU"  # as every program of ours says it
ASKED = {"device": "name", "driver": "driver_version", "compute_capability": "compute_cap", "memory": "memory.total",
         "power_limit": "power.limit", "most_clock": "clocks.max.sm"}


class NoGpu(LabError):
    def __init__(self, why):
        super().__init__(f"{NO_GPU_WORDS} ({why})", code=NO_GPU)


def gpu():
    """{what: found} of the first GPU."""
    if not shutil.which("nvidia-smi"):
        raise NoGpu("nvidia-smi was not found")
    told = subprocess.run(["nvidia-smi", f"--query-gpu={','.join(ASKED.values())}", "--format=csv,noheader"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return of_nvidia_smi(told.returncode, told.stdout + told.stderr)


def of_nvidia_smi(code, said):
    lines = said.strip().splitlines() or ["it said nothing"]
    values = [value.strip() for value in lines[0].split(",")]
    if code != 0 or len(values) != len(ASKED):
        raise NoGpu(f"nvidia-smi: {lines[0]}")
    return dict(zip(ASKED, values))


def machine():
    """{what: found} of the rest; "not found" where it is not there."""
    return {"nvcc": nvcc(), "compute-sanitizer": where("compute-sanitizer"), "torch": torch(), "cmake": version("cmake"),
            "g++": version("g++"), "system": system(), "processor": f"{processor()}, {len(os.sched_getaffinity(0))} cores"}


def toolkit(program):
    """A program's path; a toolkit is often not in PATH."""
    places = [os.environ.get("PATH", ""), *(f"{home}/bin" for home in (os.environ.get("CUDA_HOME"), "/usr/local/cuda") if home)]
    return shutil.which(program, path=os.pathsep.join(places))


def where(program):
    return toolkit(program) or "not found"


def nvcc():
    if not (path := toolkit("nvcc")):
        return "not found"
    told = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    found = re.search(r"\bV(\d+\.\d+[.\d]*)", told)
    return f"{found[1] if found else 'version unknown'}, {path}"


def torch():
    """Importing it takes ten seconds."""
    found = find_spec("torch")
    if not found or not found.submodule_search_locations:
        return "not found"
    try:
        return f"{metadata.version('torch')}, {found.submodule_search_locations[0]}"
    except metadata.PackageNotFoundError:
        return f"version unknown, {found.submodule_search_locations[0]}"


def version(program):
    return version_of(program) if shutil.which(program) else "not found"


def system():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return platform.system()


def processor():
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()
