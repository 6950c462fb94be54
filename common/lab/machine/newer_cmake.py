"""CMake: the one that the shell finds, or, where that is too old, a newer one from pip's index in build/deps/cmake, which
only ./lab uses."""
import os
import platform
import re
import subprocess

from lab.machine.kit import Kit, Wheel
from lab.services.places import DEPS, LabError, shown
from lab.services.terminal import say

NEEDED = (3, 25)
VERSION = "3.31.6"
PLATFORM = "manylinux_2_17_{0}.manylinux2014_{0}"
WHEELS = {
    "x86_64": Wheel(f"cmake-{VERSION}-py3-none-{PLATFORM.format('x86_64')}.whl", 27800904,
                    "1c8b05df0602365da91ee6a3336fe57525b137706c4ab5675498f662ae1dbcec"),
    "aarch64": Wheel(f"cmake-{VERSION}-py3-none-{PLATFORM.format('aarch64')}.whl", 27155601,
                     "42d9883b8958da285d53d5f69d40d9650c2d1bcf922d82b3ebdceb2b3a7d4521"),
}
UNPACKED_BYTES = 63_000_000


def version():
    """Of the cmake that the shell finds, as numbers; None if there is none that runs."""
    try:
        said = subprocess.run(["cmake", "--version"], capture_output=True, text=True).stdout
    except OSError:
        return None
    found = re.search(r"(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else None


def is_too_old(numbers):
    return numbers is not None and numbers < NEEDED


def kit(deps=DEPS):
    wheel = WHEELS.get(platform.machine()) if platform.system() == "Linux" else None
    if not wheel:
        raise LabError(f"CMake is too old: RadixLab needs {dotted(NEEDED)} or newer, and none is listed for "
                       f"{platform.system()} {platform.machine()}. Put a newer cmake first in PATH")
    return Kit("CMake", deps / "cmake", (wheel,), is_kept, UNPACKED_BYTES)


def is_kept(name):
    return name.startswith(("cmake/data/bin/", "cmake/data/share/cmake-")) or ".dist-info/" in name


def is_to_be_fetched(deps=DEPS):
    return is_too_old(version()) and not kit(deps).is_there()


def ensure(deps=DEPS):
    """From here on the first cmake in PATH is new enough."""
    numbers = version()
    if numbers and not is_too_old(numbers):
        return
    newer = kit(deps)
    if not newer.is_there():
        say(f"CMake {dotted(numbers) if numbers else 'of unknown version'} is too old: RadixLab needs {dotted(NEEDED)} or "
            f"newer. {VERSION} from pip's index will be used here, and nowhere else.")
        newer.bring()
    os.environ["PATH"] = f"{newer.target / 'cmake/data/bin'}{os.pathsep}{os.environ['PATH']}"
    if (numbers := version()) is None or is_too_old(numbers):
        raise LabError(f"the CMake in {shown(newer.target)} does not run here. Put {dotted(NEEDED)} or newer first in PATH")


def dotted(numbers):
    return ".".join(map(str, numbers))
