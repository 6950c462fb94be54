"""./lab grade NN --open: a manager of the learner's own, in exercises/NN-slug/open/, under the suite that judges every
manager of the course. It gives no points; exit code 0 if every test is ok."""
import json
import subprocess
import tempfile
from pathlib import Path

from lab.grade import gtest_words
from lab.grade.results import PRESET
from lab.machine.build import build
from lab.services.places import LabError, build_folder
from lab.services.terminal import say

SECONDS = 120  # of all its tests; ours take 2


def check(lab):
    if not lab.open_labs:
        raise LabError(f"chapter {lab.number} has no open lab")


def command(lab):
    return f"./lab grade {lab.number} --open"


def grade_open(lab):
    """Builds and runs it, and says what came of it. The preset is configured."""
    target = f"grade_{lab.number}_open"
    build(PRESET, [target])
    cases, code, output = run(build_folder(PRESET) / "bin" / target)
    lines, passed = verdict(cases, code, output)
    opened = lab.open_labs[0]
    say(f"\nOpen lab {opened.id}  {opened.title}: {passed} of {len(cases)} tests ok, no points")
    for line in lines + [f"  {line}" for case in cases for line in case.get("says", "").splitlines()]:
        say(line)
    done = code == 0 and passed == len(cases) > 0
    if not done:
        say(f"\nNext: edit exercises/{lab.slug}/open/, then {command(lab)}")
    return 0 if done else 1


def run(program):
    """(its tests, exit code or None, what it printed)."""
    with tempfile.TemporaryDirectory(prefix="radixlab-open-") as folder:
        told = Path(folder) / "result.json"
        try:
            done = subprocess.run([program, "--gtest_brief=1", f"--gtest_output=json:{told}"], cwd=folder, text=True,
                                  errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return [], None, ""
        text = told.read_text(encoding="utf-8", errors="replace") if told.exists() else '{"testsuites": []}'
        return [case for suite in json.loads(text)["testsuites"] for case in suite["testsuite"]], done.returncode, done.stdout


def verdict(cases, code, output):
    """(lines, number of tests that are ok)."""
    failed = [case for case in cases if case.get("failures")]
    passed = sum(case.get("result") == "COMPLETED" and not case.get("failures") for case in cases)
    if code is None:
        return [f"  But   still running after {SECONDS} s: an endless loop?"], 0
    if not cases:
        return [f"  But   {gtest_words.ending(code, output, no_more=True)}"], 0
    says = [gtest_words.sentence(case["failures"][0]["failure"]) for case in failed]
    if failed and all(gtest_words.TODO.search(words) for words in says):
        return ["  not written yet"], passed
    return ([f"  Test  {failed[0]['classname']}.{failed[0]['name']}", f"  But   {says[0]}"] if failed else []), passed
