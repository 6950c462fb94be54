"""Runs the built programs for the tests beside this file."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("RADIXLAB_BIN", ROOT / "build/test/bin"))
PATIENCE = float(os.environ.get("RADIXLAB_PATIENCE", 120))  # [s] for one run of a program; a sanitizer takes its time
LEFT_OUT = os.environ.get("RADIXLAB_LEFT_OUT", "").split()  # numbers of chapters whose kernels this build cannot run
CHECKPOINT = ROOT / "common/llm/checkpoint"


def programs():
    """All that were built for people: suites are run by ctest."""
    names = sorted(file.name for file in BIN.iterdir() if not file.name.startswith(("test_", "failing_", "grade_", "kill_", "wrong_")))
    assert {"generate", "make_model", "ladder"} <= set(names), names
    return names


def run(*arguments, text=""):
    """The finished process of `program arguments...`, with `text` on its standard input."""
    program, *rest = [str(a) for a in arguments]
    return subprocess.run([BIN / program, *rest], input=text, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT)
