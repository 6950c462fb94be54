"""A benchmark program of ours that measures all sides itself, on processors of its own."""
import json
import os
import subprocess
import tempfile
from pathlib import Path

from lab.services.places import ROOT, LabError, program


def told_by(name, preset, threads, options):
    """The figures that the program writes with --json, run with --threads on the last `threads` processors."""
    return told(name, preset, threads, ["--threads", threads, *options])


def told(name, preset, processors, options):
    """The same of a program without --threads, on the last `processors` ones."""
    cpus = sorted(os.sched_getaffinity(0))[-processors:]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        command = [program(name, preset), "--json", file, *options]
        failed = subprocess.run(list(map(str, command)), cwd=ROOT,
                                preexec_fn=lambda: os.sched_setaffinity(0, cpus)).returncode
        if failed:
            raise LabError(f"{name} ended with code {failed}", code=failed)
        return json.loads(file.read_text())
