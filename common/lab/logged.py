"""Long work whose words go to a log: the screen shows how far it is, and on a failure the part of the log that says why."""
import os
import re
import subprocess

from lab.places import ROOT, LabError, shown
from lab.terminal import Progress, say

SHOWN_LINES = 60
NINJA = r"\[(\d+)/(\d+)\]"
CTEST = r"\s*(\d+)/(\d+) Test"


class WorkFailed(LabError):
    """The program ended with another code than 0; `log` has all of its words."""

    def __init__(self, label, log):
        super().__init__(f"{label} failed; all of its words are in {shown(log)}", code=1)
        self.log = log


def run_logged(label, command, log, progress=NINJA, environment=None):
    """Runs `command` in the root of the repository. Lines that match `progress`, done and total, move the bar."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with Progress(label, unit=str) as bar, open(log, "w") as file, subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(environment or {})}, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as work:
        for line in work.stdout:
            file.write(line)
            if step := re.match(progress, line):
                bar.update(int(step.group(1)), int(step.group(2)))
        if work.wait() != 0:
            raise WorkFailed(label, log)


def show_log(log, first_word):
    """Shows the log from the first line that begins with `first_word` on, or its end."""
    lines = log.read_text(errors="replace").splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith(first_word)), max(0, len(lines) - SHOWN_LINES))
    for line in lines[start:start + SHOWN_LINES]:
        say(line)
