"""Runs of the lecture demos, each made once for all tests."""
import functools
import json
import pathlib
import subprocess
import tempfile

from program import BIN, LEFT_OUT, PATIENCE, ROOT


def demos():
    """The names of those that this build can run, in the course's order."""
    numbers = [path.parent.name[:2] for path in sorted(ROOT.glob("chapters/[0-9][0-9]-*/demo.cpp"))]
    return [f"demo_{number}" for number in numbers if number not in LEFT_OUT]


@functools.cache
def figures_of(demo, *arguments):
    """(figures, standard output) of a run of `demo` in steps, which do not wait where nobody can press Enter."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "figures.json"
        done = subprocess.run(["bash", "-c", 'exec "$0" "$@" <&-', BIN / demo, "--step", "--json", file, *map(str, arguments)],
                              capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE)
        if done.returncode != 0:
            raise AssertionError(f"{demo} ends with {done.returncode}: {done.stderr}")
        return json.loads(file.read_text()), done.stdout
