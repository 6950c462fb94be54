"""A benchmark program of ours that measures all sides itself, on processors of its own."""
import json
import os
import subprocess
import tempfile
from pathlib import Path

from lab.services.places import ROOT, LabError, program


def told_by(name, preset, threads, options):
    """The figures that the program writes with --json, run on the last `threads` processors."""
    cpus = sorted(os.sched_getaffinity(0))[-threads:]
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "figures.json"
        command = [program(name, preset), "--threads", threads, "--json", told, *options]
        failed = subprocess.run(list(map(str, command)), cwd=ROOT,
                                preexec_fn=lambda: os.sched_setaffinity(0, cpus)).returncode
        if failed:
            raise LabError(f"{name} ended with code {failed}", code=failed)
        return json.loads(told.read_text())
