"""What ctest's JUnit file tells: results, counts, the reasons of skips and the words of failures."""
import re
import xml.etree.ElementTree as xml
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    name: str
    state: str  # passed, failed or skipped
    reason: str = ""  # of a skip
    output: str = ""  # of a failure
    seconds: float = 0.0


def read_junit(path):
    return [_result(case) for case in xml.parse(path).getroot().iter("testcase")]


def counts(results):
    tally = Counter(result.state for result in results)
    return {state: tally[state] for state in ("passed", "failed", "skipped")}


def failure_lines(results, most=20, lines_each=40):
    """The words of failed tests, the last lines of each."""
    failed = [result for result in results if result.state == "failed"]
    lines = []
    for result in failed[:most]:
        lines += [f"Failed: {result.name}", *result.output.strip().splitlines()[-lines_each:], ""]
    return lines + ([f"... and {len(failed) - most} more failed", ""] if len(failed) > most else [])


def skip_lines(results):
    """The reasons of skips, most frequent first, each with its number of tests."""
    reasons = Counter(result.reason for result in results if result.state == "skipped")
    lines = [f"{number:5}  {reason}" for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))]
    return ["Skipped, and why:", *lines, ""] if lines else []


def _result(case):
    name, output = case.get("name", ""), case.findtext("system-out") or ""
    seconds = float(case.get("time") or 0)
    if case.get("status") == "run":
        return Result(name, "passed", seconds=seconds)
    if case.get("status") == "fail" or case.find("failure") is not None or case.find("error") is not None:
        return Result(name, "failed", output=output, seconds=seconds)
    skipped = case.find("skipped")
    return Result(name, "skipped", skip_reason(output) or (skipped.get("message", "") if skipped is not None else "") or
                  f"no reason given: {name}")


def skip_reason(output):
    """The words after GoogleTest's `file:line: Skipped`, or the last line of a program that ended with code 77."""
    found = re.search(r": Skipped\n(.+?)\n(?:\s*\n|\[  SKIPPED \])", output, re.DOTALL)
    if found:
        return " ".join(found.group(1).split())
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else ""
