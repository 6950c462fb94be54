"""Where the minutes of a proof go: the table at the end of ./lab test and ./lab check, and ./lab check --times of both.

A proof is a few parts, timed by the clock. Below a part stand the groups of targets that it built and the labels of tests that
it ran. Their seconds are those of all processes, which run side by side, so that they may add up to more than the part's."""
import json
import re
import subprocess
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

from lab.services.places import BUILD, LabError
from lab.services.terminal import coloured, duration, say

WANTED = {"test": 6 * 60, "check": 25 * 60}  # [s] from nothing, on two cores
LIMIT, LOUD = 90 * 60, 75 * 60  # [s] of both together: where continuous integration stops, and where --times shouts
SMALL = 0.01  # share of a part below which its groups are one line
WIDTH = 34

_groups = Counter()  # of the part that is being timed


@dataclass(frozen=True)
class Part:
    name: str
    seconds: float  # by the clock
    groups: dict = field(default_factory=dict)  # {name: seconds of processes}


class Proof:
    """The parts of one command, "test" or "check"."""

    def __init__(self, name, whole):
        """`whole`: all of the proof was asked for. Only then its time says something, and the last whole one's is forgotten."""
        self.name, self.whole, self.parts = name, whole, []
        if whole:
            _kept(name).unlink(missing_ok=True)

    def time(self, name, work, *arguments):
        """Returns what the work does. A part that raises is counted too."""
        _groups.clear()
        start = time.monotonic()
        try:
            return work(*arguments)
        finally:
            self.parts.append(Part(name, time.monotonic() - start, dict(_groups)))

    def end(self):
        """The table's lines. Those of a whole proof end with the distance to what is wanted, and tell_both reads its parts."""
        if not self.whole:
            return table(self.parts)
        path = _kept(self.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([asdict(part) for part in self.parts]), encoding="utf-8")
        return [*table(self.parts), distance(self.name, total(self.parts))]


def total(parts):
    return sum(part.seconds for part in parts)


def table(parts):
    """Parts, and below each its groups; the shares of the parts are of the whole, as are those of the groups."""
    whole = total(parts) or 1.0
    lines = [f"{'where the time went':{WIDTH}} {'seconds':>9} {'share':>7}"]
    for part in parts:
        lines.append(_row(part.name, part.seconds, part.seconds / whole))
        busy = sum(part.groups.values())
        if not busy:  # nothing was built, and all tests were skipped
            continue
        small = {name: seconds for name, seconds in part.groups.items() if seconds < SMALL * busy}
        shown = Counter({name: seconds for name, seconds in part.groups.items() if name not in small})
        rows = shown.most_common() + ([(f"{len(small)} more", sum(small.values()))] if small else [])
        lines += [_row(f"  {name}", seconds, part.seconds / whole * seconds / busy) for name, seconds in rows]
    return lines


def _row(name, seconds, share):
    return f"{name:{WIDTH}} {seconds:9.1f} {100 * share:5.1f} %"


def distance(name, seconds):
    wanted = WANTED[name]
    ahead = f"{duration(wanted - seconds)} below" if seconds <= wanted else f"{duration(seconds - wanted)} above"
    return f"./lab {name}: {duration(seconds)}, {ahead} the {wanted // 60} minutes that are wanted from nothing on two cores"


def spent_building(folder, since):
    """Notes what ninja made in `folder` since then [s, as time.time()], by groups of targets."""
    log = folder / ".ninja_log"
    ran = {}  # by the command: each of its files has a line, and a later run of it a later line
    for line in log.read_text(errors="replace").splitlines() if log.exists() else ():
        words = line.split("\t")
        if len(words) == 5 and int(words[2]) >= since * 1e9:
            start, end, _, output, command = words
            ran[command] = (group_of(output), (int(end) - int(start)) / 1000)
    for group, seconds in ran.values():
        _groups[f"build {group}"] += seconds


def group_of(output):
    """The group of a file that a build makes."""
    if re.search(r"/wrong/|^wrong/|\b(kill|wrong_lives)_", output):
        return "known-wrong"
    if output.endswith((".gch", ".pch")) or "_headers.dir/" in output:
        return "precompiled headers"
    if not re.search(r"\.dir/", output):
        return "links"
    first, second, *_ = output.split("/")
    return f"{first}/{second}" if first in ("common", "tests") and "." not in second and second != "CMakeFiles" else first


def spent_testing(folder, results):
    """Notes how long the tests took, by their first label, which ctest's report does not carry."""
    asked = subprocess.run(["ctest", "--test-dir", str(folder), "--show-only=json-v1"], capture_output=True, text=True)
    try:
        tests = json.loads(asked.stdout)["tests"]
    except (ValueError, KeyError):
        return
    labels = {test["name"]: next((label for each in test.get("properties", ()) if each["name"] == "LABELS"
                                  for label in each["value"]), "no label") for test in tests}
    for result in results:
        _groups[f"tests {labels.get(result.name, 'no label')}"] += result.seconds


def _kept(name):
    return BUILD / "times" / f"{name}.json"


def tell_both():
    """Both proofs, the last of each in this folder; louder where continuous integration is near its limit. The exit code."""
    both = {name: json.loads(_kept(name).read_text(encoding="utf-8")) for name in WANTED if _kept(name).exists()}
    parts = [Part(f"{name}: {part['name']}", part["seconds"]) for name, kept in both.items() for part in kept]
    if not parts:
        raise LabError("no ./lab test and no ./lab check has run to its end in this folder")
    seconds = total(parts)
    for line in table(parts):
        say(line)
    for name in both:
        say(distance(name, sum(part["seconds"] for part in both[name])))
    say(f"Together {duration(seconds)}, {duration(abs(LIMIT - seconds))} {'before' if seconds <= LIMIT else 'behind'} the limit "
        f"of {LIMIT // 60} minutes")
    if seconds > LOUD:
        say(coloured(f"!!! BOTH PROOFS TAKE MORE THAN {LOUD // 60} MINUTES: make them shorter before anything else. !!!", "red"))
    return 0
