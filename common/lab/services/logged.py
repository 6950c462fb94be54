"""Long work whose words go to a log: the screen shows how far it is, and on a failure the part of the log that says why."""
import os
import re
import signal
import subprocess
import threading
from contextlib import contextmanager

from lab.services.places import ROOT, LabError, shown
from lab.services.terminal import Progress, say

SHOWN_LINES = 60
NINJA = r"\[(\d+)/(\d+)\]"
CTEST = r"\s*(\d+)/(\d+) Test"
OF_THE_MACHINE = {
    r"No space left on device|Disk quota exceeded": "the disk is full; make room",
    r"Killed signal terminated program|unable to execute command: Killed|[Cc]annot allocate memory|virtual memory exhausted"
    r"|out of memory allocating": "memory ran out; close other programs",
    r"Read-only file system|Input/output error": "the disk cannot be written",
    r"internal compiler error|PLEASE submit a bug report": "the compiler itself broke",
    r"CMake Error(?s:.){0,300}(Could NOT find|Could not find|packages? (was|were) not found|is not able to compile"
    r"|No CMAKE_CXX_COMPILER)": "something that the build needs is not there; ./lab doctor looks for it",
}
"""What in the words of a compiler or of CMake says that no change of the code would help, and what it says."""


class WorkFailed(LabError):
    """The program ended with another code than 0; `log` has all of its words. Code 2: the machine is to blame."""

    def __init__(self, label, log, of_the_machine=""):
        why = f": {of_the_machine}" if of_the_machine else ""
        super().__init__(f"{label} failed{why}; all of its words are in {shown(log)}", code=2 if of_the_machine else 1)
        self.log = log


class TookTooLong(WorkFailed):
    """The program was ended, and all that it had started."""

    def __init__(self, label, log, limit):
        super().__init__(f"{label} was ended after {limit:.0f} s and", log)


def run_logged(label, command, log, progress=NINJA, environment=None, limit=None):
    """Runs `command` in the root of the repository, for at most `limit` seconds. Lines that match `progress`, done and total,
    move the bar."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with Progress(label, unit=str) as bar, open(log, "w") as file, subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(environment or {})}, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=limit is not None) as work, _within(work, limit) as late:
        for line in work.stdout:
            file.write(line)
            if step := re.match(progress, line):
                bar.update(int(step.group(1)), int(step.group(2)))
        failed = work.wait() != 0
        file.flush()
        if late.is_set():
            raise TookTooLong(label, log, limit)
        if failed:
            raise WorkFailed(label, log, machine_trouble(log.read_text(errors="replace")))


@contextmanager
def _within(work, limit):
    """Ends a process that leads a session, and all that it started, after `limit` seconds or when we are stopped ourselves. Gives
    an event that says whether its time was up."""
    late = threading.Event()

    def end():
        if work.poll() is None:
            late.set()
            os.killpg(work.pid, signal.SIGKILL)

    if limit is None:
        yield late
        return
    timer = threading.Timer(limit, end)
    timer.start()
    try:
        yield late
    except BaseException:
        end()
        raise
    finally:
        timer.cancel()


def said_by(label, command, log, progress=NINJA, code=0):
    """What a command of another copy of the course said. `code`: how it must end, well (0) or not (1)."""
    ended = 0
    try:
        run_logged(label, [str(word) for word in command], log, progress, {"PYTHONPATH": ""})
    except WorkFailed:
        ended = 1
        if code == 0:
            show_log(log, "lab:")
            raise
    if ended != code:
        raise LabError(f"{label}: ended well, expected exit code {code}; see {shown(log)}", code=1)
    return log.read_text(errors="replace")


def machine_trouble(words):
    """What of the machine stopped the work, or nothing."""
    return next((told for pattern, told in OF_THE_MACHINE.items() if re.search(pattern, words)), "")


def show_log(log, first_word):
    """Shows the log from the first line that begins with `first_word` on, or its end."""
    lines = log.read_text(errors="replace").splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith(first_word)), max(0, len(lines) - SHOWN_LINES))
    for line in lines[start:start + SHOWN_LINES]:
        say(line)
