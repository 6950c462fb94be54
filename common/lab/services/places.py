"""Where things are, and the one kind of error that ./lab reports as a line instead of a traceback."""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"
DEPS = BUILD / "deps"
"""What the system does not package. Shared by all presets, so that deleting build/<preset> costs no download."""


class LabError(Exception):
    """Something that the reader can act on. `code` is 2 for a set-up or usage matter, 1 for a check that failed."""

    def __init__(self, message, code=2):
        super().__init__(message)
        self.code = code


def build_folder(preset):
    return BUILD / preset


def program(name, preset="test"):
    """A program that was built."""
    return build_folder(preset) / "bin" / name


def shown(path):
    """A path as the reader would type it in the root of the repository."""
    path = Path(path)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def tracked(root=ROOT):
    """Names of the repository's files; in a copy without git all that lie outside build/ and no program wrote."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True)
    names = [name for name in told.stdout.split("\0") if name and (root / name).is_file()]
    return names or [str(path.relative_to(root)) for path in sorted(root.rglob("*"))
                     if path.is_file() and path.relative_to(root).parts[0] not in (".git", "build")
                     and path.suffix != ".pyc"]
