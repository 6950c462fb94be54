"""The tests tested: every known-wrong solution of a chapter must be caught, by the test and in the words it names.

Usage: python3 -m lab.author.kill_matrix NN-slug PROGRAMS KILL.json     exit 0: none survives

PROGRAMS is the folder of kill_NN_NAME, the chapter's whole suite on our solution with that one bug. Each must pass at
least half of the suite, so that it is a bug and not a wreck, and may die in the named test only where its file says
why. What was seen is drawn as a matrix, and written to KILL.json for ./lab grade --explain:
{"wrong": {name: {"story", "task", "source", "failed": [test...], "said": {test: first words}}}}"""
import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lab.author.labs import tell
from lab.author.make_wrong import all_wrong
from lab.grade.gtest_words import first_words
from lab.machine.build import jobs
from lab.services.places import LabError

SECONDS = {False: 1, True: 20}  # of processor time, so that a busy machine does not count, without and with kernels on the emulator
PATIENCE = {False: 20, True: 60}  # [s] by the clock, for one that waits for ever
LIMITED = ("sh", "-c", 'ulimit -t "$0" && exec "$@"')  # as preexec_fn would, which is not safe beside threads
RESULT = re.compile(r"^\[ RUN +\] (\S+)\n(.*?)^\[ +(OK|FAILED|SKIPPED) +\] \1\b", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Seen:
    """A known-wrong solution under the suite."""
    wrong: object
    tests: tuple  # all, in the suite's order
    said: dict  # {failed test: all that it printed}
    died: frozenset  # those of them that never came to an end

    def is_named(self, test):
        return test.partition(".")[2].partition("/")[0] == self.wrong.killed_by

    def trouble(self):
        """Why it does not count as killed; empty if all is well."""
        wrong, named = self.wrong, [test for test in self.tests if self.is_named(test)]
        killers = [test for test in named if test in self.said]
        number = wrong.task.partition(".")[2]
        if not named or not wrong.killed_by.startswith(f"T{number}_"):
            return f"{wrong.killed_by} is no test of task {wrong.task}"
        if not killers:
            others = ", ".join(self.said) or "all tests pass"
            return f"survives {wrong.killed_by} ({others})"
        if len(self.said) * 2 > len(self.tests):
            return f"fails {len(self.said)} of {len(self.tests)} tests, expected at most half"
        if not any(wrong.says in self.said[test] for test in killers):
            return f"{killers[0]} does not say '{wrong.says}' but: {first_words(self.said[killers[0]])}"
        if self.died.issuperset(killers) != bool(wrong.crash):
            if wrong.crash:
                return "does not crash, but says so"
            return "is caught by a crash: a 'crash:' line must say why"
        return ""


def run_suite(wrong, program, emulated=False):
    """All tests in one process, and in a new one those behind a test that never came to an end."""
    tests = tuple(listed(run([program, "--gtest_list_tests"], emulated)))
    if not tests:
        raise LabError(f"{program.name} lists no test", code=1)
    said, died, left = {}, set(), list(tests)
    while left:
        output = run([program, f"--gtest_filter={':'.join(left)}"], emulated)
        ended = outcomes(output)
        said |= {test: words for test, (state, words) in ended.items() if state == "FAILED"}
        left = [test for test in left if test not in ended]
        if left:
            last = left.pop(0)
            died.add(last)
            said[last] = output.partition(f"] {last}\n")[2]
    return Seen(wrong, tests, said, frozenset(died))


def run(command, emulated):
    """What it printed, to whatever end it came."""
    try:
        return subprocess.run([*LIMITED, str(SECONDS[emulated]), *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=PATIENCE[emulated],
                              check=False).stdout
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace")


def outcomes(output):
    """{test: (OK, FAILED or SKIPPED, what it printed)} of the tests that came to an end."""
    return {found[1]: (found[3], found[2]) for found in RESULT.finditer(output)}


def listed(output):
    suite = ""
    for line in output.splitlines():
        name = line.partition("#")[0].rstrip()
        if re.fullmatch(r"[\w/]+\.", name):
            suite = name
        elif suite and re.fullmatch(r"  [\w/]+", name):
            yield suite + name.strip()


def processor_features():
    """Its instruction sets, as /proc/cpuinfo names them."""
    return set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())


def drawn(seen):
    """The matrix: a row a known-wrong solution, a column a test."""
    tests = seen[0].tests
    width = max(len(one.wrong.name) for one in seen)
    tens = "".join(str(i // 10 % 10) if i % 10 == 0 else " " for i in range(1, len(tests) + 1))
    lines = [f"{'':{width}}  {tens}", f"{'':{width}}  {''.join(str(i % 10) for i in range(1, len(tests) + 1))}"]
    for one in seen:
        row = "".join("." if test not in one.said else "!" if test in one.died else "X" if one.is_named(test) else "x"
                      for test in tests)
        lines.append(f"{one.wrong.name:{width}}  {row}  {one.wrong.source}".rstrip())
    lines += ["", ". passed   x failed   X failed, and named by the file   ! died", ""]
    return lines + [f"{i:3}  {test}" for i, test in enumerate(tests, 1)] + [""]


def told(seen):
    return {"wrong": {one.wrong.name: {"story": one.wrong.story, "task": one.wrong.task, "source": one.wrong.source,
                                       "failed": list(one.said),
                                       "said": {test: first_words(text) for test, text in one.said.items()}}
                      for one in seen}}


def main(slug, programs, out):
    start, every, here = time.monotonic(), all_wrong(slug), processor_features()
    wrongs = [wrong for wrong in every if not wrong.needs or wrong.needs in here]
    if not wrongs:
        raise LabError(f"tests/wrong/{slug}/ has no known-wrong solution", code=1)
    emulated = any(wrong.file.endswith(".cu") for wrong in every)
    with ThreadPoolExecutor(jobs()) as pool:
        seen = list(pool.map(lambda wrong: run_suite(wrong, Path(programs, f"kill_{slug[:2]}_{wrong.name}"), emulated), wrongs))
    Path(out).write_text(json.dumps(told(seen), indent=1) + "\n", encoding="utf-8")
    print("\n".join(drawn(seen)))
    troubles = [f"{one.wrong.name}: {one.trouble()}" for one in seen if one.trouble()]
    print("\n".join(troubles))
    for wrong in every:
        if wrong not in wrongs:
            print(f"{wrong.name}: left out, because this processor lacks {wrong.needs}")
    tell(f"kill_matrix.{slug[:2]}", f"{len(seen) - len(troubles)} of {len(seen)} known-wrong solutions killed by "
         f"{len(seen[0].tests)} tests, {sum(1 for wrong in wrongs if wrong.source)} with a source, "
         f"{sum(1 for wrong in wrongs if wrong.crash)} by a crash, {time.monotonic() - start:.1f} s")
    return 1 if troubles else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except LabError as error:
        sys.exit(f"kill_matrix: {error}")
