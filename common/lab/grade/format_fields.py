"""The fields of the machine formats, as their services define them, and what breaks them.

A rule is a type, some types, the allowed values, a pattern, a table of an object's fields, or a list of one rule for
each element. A field whose name ends with ? may be absent; a field that no table names is a mistake; {} is any object.
Points are whole numbers in ours, where Gradescope would take others."""
import re

from lab.grade.record import FAILED, NOT_COMPILED, NOT_WRITTEN, OK, SKIPPED

TEXT = ("text", "html", "simple_format", "md", "ansi")
SEEN = ("visible", "hidden", "after_due_date", "after_published")
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
WHOLE, NUMBER = int, (int, float)
STATES = (OK, FAILED, NOT_WRITTEN, NOT_COMPILED, SKIPPED)

GRADESCOPE = {
    "score": WHOLE, "execution_time?": NUMBER, "output?": str, "output_format?": TEXT, "test_output_format?": TEXT,
    "test_name_format?": TEXT, "visibility?": SEEN, "stdout_visibility?": SEEN, "extra_data?": {},
    "leaderboard?": [{"name": str, "value": (int, float, str), "order?": ("desc", "asc")}],
    "tests": [{"score": WHOLE, "max_score": WHOLE, "status": ("passed", "failed"), "name": str, "name_format?": TEXT,
               "number": re.compile(r"\d+\.\d+|together"), "output": str, "output_format?": TEXT, "tags?": [str],
               "visibility?": SEEN, "extra_data?": {}}]}
CLASSROOM50 = {
    "schema": ("classroom50/result/v1",), "classroom": str, "assignment": str,
    "assignment_type?": ("individual", "group", "team"), "owner?": str, "submission": str, "commit": str,
    "release": str, "review": str, "datetime": UTC, "graded_at?": UTC, "score": WHOLE, "max-score": WHOLE,
    "submitted_by?": {"username": str, "id?": WHOLE},
    "tests": [{"test-name": str, "passed": bool, "score": WHOLE, "max-score": WHOLE, "state": STATES, "says": str}]}
ACTIONS = {
    "version": (1,), "status": ("pass", "fail", "error"), "max_score": WHOLE,
    "tests": [{"name": str, "status": ("pass", "fail", "error"), "score": WHOLE, "message": str, "test_code": str,
               "filename": str, "line_no": WHOLE, "duration": WHOLE}]}
TOTALS = {"totalPoints": WHOLE, "maxPoints": WHOLE}


def faults(told, rule, where="it"):
    """What breaks the rule, one line each."""
    if isinstance(rule, dict) and isinstance(told, dict):
        if not rule:
            return []
        required = {name.rstrip("?"): not name.endswith("?") for name in rule}
        lines = [f"{where}: lacks {name}" for name in required if required[name] and name not in told]
        lines += [f"{where}: {name} is no field of the format" for name in told if name not in required]
        rules = {name.rstrip("?"): each for name, each in rule.items()}
        inner = [faults(value, rules[name], f"{where}.{name}") for name, value in told.items() if name in rules]
        return lines + [line for found in inner for line in found]
    if isinstance(rule, list) and isinstance(told, list):
        return [line for i, each in enumerate(told) for line in faults(each, rule[0], f"{where}[{i}]")]
    if isinstance(rule, re.Pattern):
        fine = isinstance(told, str) and rule.fullmatch(told)
    elif isinstance(rule, type):
        fine = type(told) is rule  # True is no number here
    elif isinstance(rule, tuple):
        fine = type(told) in rule or any(told == each and type(told) is type(each) for each in rule)
    else:
        fine = False
    return [] if fine else [f"{where}: {told!r} breaks {rule!r}"]
