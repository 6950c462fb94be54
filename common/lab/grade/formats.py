"""The formats of grading services, each written from the one record: ./lab grade 01 --format NAME.

text        the board
gradescope  results.json of a Gradescope autograder
classroom50 result.json of a Classroom 50 autograder; its runner's environment says whose submission it is
actions     the step outputs `result` and `totals` of GitHub's autograding actions, for >> "$GITHUB_OUTPUT"
junit       JUnit's XML, which most services of continuous integration read

Points are whole numbers in all of them, and a skip is passed in none."""
import base64
import json
import re
import xml.etree.ElementTree as xml
from datetime import datetime, timedelta

from lab.grade import board
from lab.grade.record import NOT_COMPILED, NOT_RUN, OK, PASSED, SKIPPED
from lab.services.places import LabError

OUTPUT_LIMIT = 8_000  # characters of a test's own words in a machine format
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
UNPRINTABLE = re.compile(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML refuses these too
GREEN, RED, YELLOW, PLAIN = "\033[32m", "\033[31m", "\033[33m", "\033[0m"


def render(record, name, environment):
    """The record in the format of that name; a dict such as os.environ says what only the service knows."""
    if name not in FORMATS:
        raise LabError(f"unknown format '{name}'; there are: {', '.join(FORMATS)}")
    return FORMATS[name](record, environment)


def text(record, environment):
    return ESCAPES.sub("", "\n".join(board.lines(record))) + "\n"  # it may lie in a file


def gradescope(record, environment):
    return _json({
        "score": record.score,
        "execution_time": round(record.seconds, 1),
        "output": "\n".join(_head(record)),
        "output_format": "text",
        "test_output_format": "ansi",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"chapter": record.chapter, "slug": record.slug, "ran": record.ran, "started": record.started},
        "tests": [_gradescope_test(item) for item in record.items],
    })


def _gradescope_test(item):
    colour = {OK: GREEN, SKIPPED: YELLOW}.get(item.state, RED)
    return {
        "number": item.id,
        "name": item.title,
        "name_format": "text",
        "score": item.points,
        "max_score": item.most,
        "status": "passed" if item.state == OK else "failed",
        "output": f"{colour}{item.state}{PLAIN}\n" + "\n".join(_words(item)),
        "output_format": "ansi",
        "tags": [] if item.state == OK else [item.state.replace(" ", "-")],
        "visibility": "visible",
        "extra_data": {"file": item.file, "behaves_like": item.behaves_like,
                       "tests": {test.name: test.state for test in item.tests}},
    }


def classroom50(record, environment):
    names = {"classroom": "CLASSROOM", "assignment": "ASSIGNMENT", "submission": "SUBMISSION_TAG",
             "commit": "COMMIT_URL", "release": "RELEASE_URL"}
    missing = [variable for variable in names.values() if not environment.get(variable)]
    if missing:
        raise LabError(f"format classroom50: the environment lacks {', '.join(missing)}, which its runner sets")
    told = {field: environment[variable] for field, variable in names.items()}
    # The runner writes these two itself, whatever stands here; where it names them they are named.
    stamped = {"assignment_type": environment.get("ASSIGNMENT_TYPE"),
               "owner": environment.get("OWNER") or environment.get("USERNAME")}
    return _json({
        "schema": "classroom50/result/v1",
        **told,
        **{field: value for field, value in stamped.items() if value},
        "review": environment.get("REVIEW_URL") or told["commit"],
        "datetime": record.started,
        "graded_at": _ended(record),
        "score": record.score,
        "max-score": record.most,
        "tests": [{"test-name": _name(item), "passed": item.state == OK, "score": item.points, "max-score": item.most,
                   "state": item.state, "says": _clean(item.says)} for item in record.items],
    })


def actions(record, environment):
    """Lines NAME=VALUE. One step holds all tasks: the reporting action adds up the scores of its tests."""
    payload = {
        "version": 1,
        "status": "pass" if record.full else "error" if any(i.state == NOT_COMPILED for i in record.items) else "fail",
        "max_score": record.most,
        "tests": [{
            "name": _name(item),
            "status": {OK: "pass", NOT_COMPILED: "error"}.get(item.state, "fail"),
            "score": item.points,
            "message": "\n".join([item.state, *_words(item)]),
            "test_code": f"./lab grade {record.chapter}",
            "filename": item.file,
            "line_no": 0,
            "duration": round(sum(test.seconds for test in item.tests) * 1000),  # ms
        } for item in record.items],
    }
    totals = {"totalPoints": record.score, "maxPoints": record.most}
    # Whoever decodes it by atob() reads one byte a character: json.dumps keeps to ASCII.
    encoded = base64.b64encode(json.dumps(payload).encode("ascii")).decode("ascii")
    return f"result={encoded}\ntotals={json.dumps(totals, separators=(',', ':'))}\n"


def junit(record, environment):
    """A suite a task, its points as properties; statuses as ctest writes them, so that lab.services.report reads it too."""
    root = xml.Element("testsuites", name=f"radixlab {record.slug}", **_counts(record.items, record.seconds))
    for item in record.items:
        seconds = sum(test.seconds for test in item.tests)
        suite = xml.SubElement(root, "testsuite", name=_name(item), timestamp=record.started.removesuffix("Z"),
                               **_counts([item], seconds))
        properties = xml.SubElement(suite, "properties")
        for name, value in (("points", item.points), ("max_points", item.most), ("state", item.state)):
            xml.SubElement(properties, "property", name=name, value=str(value))
        for case in _cases(item):
            suite.append(_junit_case(case, item))
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _junit_case(case, item):
    name, state, says, output, seconds = case
    status = {PASSED: "run", SKIPPED: "notrun", NOT_RUN: "notrun"}.get(state, "fail")
    element = xml.Element("testcase", name=name, classname=item.id, time=f"{seconds:.3f}", status=status)
    if status != "run":
        kind = "skipped" if status == "notrun" else "error" if state == NOT_COMPILED else "failure"
        xml.SubElement(element, kind, message=_clean(says) or state)
    if output:
        xml.SubElement(element, "system-out").text = _clean(output)
    return element


def _cases(item):
    """(name, state, says, output, seconds) of each test; a task that had none run is one case of that state."""
    if item.tests and item.state == OK or item.state in (test.state for test in item.tests):
        return [(test.name, test.state, test.says, test.output, test.seconds) for test in item.tests]
    state = PASSED if item.state == OK else item.state
    return [(_name(item), state, item.says, "", 0.0)]


def _counts(items, seconds):
    states = [state for item in items for _, state, *_ in _cases(item)]
    skipped = sum(state in (SKIPPED, NOT_RUN) for state in states)
    errors = states.count(NOT_COMPILED)
    failures = len(states) - skipped - errors - states.count(PASSED)
    return {"tests": str(len(states)), "failures": str(failures), "errors": str(errors), "skipped": str(skipped),
            "time": f"{seconds:.3f}"}


def _head(record):
    lines = [f"Chapter {record.chapter}, {record.title}: {record.score} of {record.most} points"]
    if not record.alone:
        lines.append("Graded as a whole: the solutions of this chapter are not released.")
    if record.restored:
        lines.append(f"Put back as they came, because they had been changed: {', '.join(record.restored)}")
    if record.changed:
        lines.append(f"Not the course's own, so that this is no full grade: {', '.join(record.changed)}")
    return lines


def _name(item):
    return f"{item.id} {item.title}"


def _words(item):
    """All that is to be said of an item, in lines: its sentence, its likeness, and the tests that did not pass."""
    lines = [_clean(item.says)] if item.says else []
    if item.behaves_like:
        lines.append(f"This behaves like: {item.behaves_like}")
    for test in item.tests:
        if test.state != PASSED:
            lines += ["", f"{test.name}: {test.state}" + (f": {_clean(test.says)}" if test.says else "")]
            lines += _clean(test.output).strip().splitlines()
    return lines


def _clean(words):
    """What a learner's program printed may colour, hide and break nothing. Of a flood the end is kept."""
    plain = UNPRINTABLE.sub("", ESCAPES.sub("", words))
    return plain if len(plain) <= OUTPUT_LIMIT else f"... {plain[-OUTPUT_LIMIT:]}"


def _ended(record):
    form = "%Y-%m-%dT%H:%M:%SZ"
    return (datetime.strptime(record.started, form) + timedelta(seconds=record.seconds)).strftime(form)


def _json(told):
    return json.dumps(told, indent=1) + "\n"


FORMATS = {"text": text, "gradescope": gradescope, "classroom50": classroom50, "actions": actions, "junit": junit}
