"""The machine formats: byte for byte what golden/ holds, and each field as its service defines it.

golden/record.json has an item of every state. RADIXLAB_REMAKE=1 writes the golden files anew, to be read before they
are committed."""
import base64
import contextlib
import copy
import io
import json
import os
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path
from unittest import mock

from lab import cli
from lab.grade import explain, formats, grade, record
from lab.grade.format_fields import ACTIONS, CLASSROOM50, GRADESCOPE, TOTALS, faults
from lab.services import report
from lab.services.places import LabError

GOLDEN = Path(__file__).parent / "golden"
NAMES = {"text": "text.txt", "gradescope": "gradescope.json", "classroom50": "classroom50.json",
         "actions": "actions.txt", "junit": "junit.xml"}
RUNNER = {"CLASSROOM": "systems", "ASSIGNMENT": "lab-01", "SUBMISSION_TAG": "submit/2026-11-21T17-59-00Z-a1b2c3d",
          "COMMIT_URL": "https://example.org/ada/lab-01/commit/a1b2c3d",
          "REVIEW_URL": "https://example.org/ada/lab-01/compare/0000001...a1b2c3d",
          "RELEASE_URL": "https://example.org/ada/lab-01/releases/tag/submit", "OWNER": "ada",
          "ASSIGNMENT_TYPE": "individual"}
STATES = (record.OK, record.FAILED, record.NOT_WRITTEN, record.NOT_COMPILED, record.SKIPPED)


def the_record():
    return record.read(GOLDEN / "record.json")


def made(name, of=None):
    return formats.render(of or the_record(), name, RUNNER)


def decoded(lines):
    """(payload, totals) of the step's outputs."""
    told = dict(line.split("=", 1) for line in lines.splitlines())
    return json.loads(base64.b64decode(told["result"], validate=True).decode("ascii")), json.loads(told["totals"])


class FormatsTest(unittest.TestCase):
    maxDiff = None

    def test_the_record_has_an_item_of_every_state(self):
        items = the_record().items
        self.assertEqual({item.state for item in items}, set(STATES))
        self.assertEqual(items[-1].id, record.TOGETHER)

    def test_each_format_is_its_golden_file(self):
        self.assertEqual(NAMES.keys(), formats.FORMATS.keys())
        for name, file in NAMES.items():
            if os.environ.get("RADIXLAB_REMAKE"):
                (GOLDEN / file).write_text(made(name), encoding="utf-8")
            self.assertEqual(made(name), (GOLDEN / file).read_text(encoding="utf-8"), name)

    def test_gradescope_keeps_to_its_fields(self):
        told = json.loads(made("gradescope"))
        self.assertEqual(faults(told, GRADESCOPE), [])
        self.assertEqual(told["score"], sum(test["score"] for test in told["tests"]))

    def test_classroom50_keeps_to_its_fields(self):
        told = json.loads(made("classroom50"))
        self.assertEqual(faults(told, CLASSROOM50), [])
        self.assertEqual((told["score"], told["max-score"]),
                         tuple(sum(test[field] for test in told["tests"]) for field in ("score", "max-score")))

    def test_the_actions_payload_keeps_to_its_fields(self):
        payload, totals = decoded(made("actions"))
        self.assertEqual(faults(payload, ACTIONS) + faults(totals, TOTALS), [])
        self.assertEqual(totals, {"totalPoints": sum(test["score"] for test in payload["tests"]),
                                  "maxPoints": payload["max_score"]})

    def test_a_wrong_field_is_found(self):
        """The check of fields is itself checked: each of these is one wrong field."""
        payload, _ = decoded(made("actions"))
        wrong = [(json.loads(made("gradescope")), GRADESCOPE, "status", "pass"),
                 (json.loads(made("gradescope")), GRADESCOPE, "score", 2.5),
                 (json.loads(made("gradescope")), GRADESCOPE, "visibility", "shown"),
                 (json.loads(made("gradescope")), GRADESCOPE, "points", 3),
                 (json.loads(made("classroom50")), CLASSROOM50, "max-score", "5"),
                 (json.loads(made("classroom50")), CLASSROOM50, "passed", 1),
                 (payload, ACTIONS, "status", "passed"), (payload, ACTIONS, "score", True)]
        for told, rules, field, value in wrong:
            told = copy.deepcopy(told)
            told["tests"][0][field] = value
            self.assertEqual(len(faults(told, rules)), 1, (field, value))
            del told["tests"][0][field]
        self.assertEqual(len(faults({**payload, "version": True}, ACTIONS)), 1)
        for told, rules in ((json.loads(made("classroom50")), CLASSROOM50), (payload, ACTIONS)):
            del told["tests"]
            self.assertEqual(faults(told, rules), ["it: lacks tests"])

    def test_junit_counts_what_it_holds(self):
        root = xml.fromstring(made("junit"))
        for holder in (root, *root):
            cases = list(holder.iter("testcase"))
            found = [len(cases), *(sum(case.find(kind) is not None for case in cases)
                                   for kind in ("failure", "error", "skipped"))]
            self.assertEqual([int(holder.get(name)) for name in ("tests", "failures", "errors", "skipped")], found)
        for suite in root:
            points = {p.get("name"): p.get("value") for p in suite.iter("property")}
            self.assertLessEqual(int(points["points"]), int(points["max_points"]))
            for case in suite.iter("testcase"):
                self.assertLessEqual({"name", "classname", "time"}, set(case.keys()))
                float(case.get("time"))

    def test_our_own_reader_of_junit_reads_it(self):
        results = [report._result(case) for case in xml.fromstring(made("junit")).iter("testcase")]
        self.assertEqual(report.counts(results), {"passed": 2, "failed": 5, "skipped": 2})

    def test_only_a_passed_task_is_passed(self):
        """Above all a skip is not."""
        for item in the_record().items:
            alone = the_record()
            alone.items = [item]
            passed = item.state == record.OK
            self.assertEqual(json.loads(made("gradescope", alone))["tests"][0]["status"] == "passed", passed, item.id)
            self.assertEqual(json.loads(made("classroom50", alone))["tests"][0]["passed"], passed, item.id)
            payload, _ = decoded(made("actions", alone))
            self.assertEqual(payload["status"] == "pass", passed, item.id)
            self.assertEqual(payload["tests"][0]["status"] == "pass", passed, item.id)
            suite = xml.fromstring(made("junit", alone))[0]
            self.assertEqual(all(case.get("status") == "run" for case in suite.iter("testcase")), passed, item.id)

    def test_a_part_of_the_points_is_told_and_is_no_pass(self):
        part = the_record()
        part.items = [record.Item("1.2", "sums", "2_sums.cu", 4, 5, record.FAILED, "it moves too much",
                                  [record.Test("Sums.T2_Right", record.PASSED), record.Test("Sums.T2_Traffic", record.FAILED)])]
        self.assertIn("  --    1.2  sums    4/5  it moves too much\n", made("text", part))
        test = json.loads(made("gradescope", part))["tests"][0]
        self.assertEqual((test["score"], test["max_score"], test["status"]), (4, 5, "failed"))
        test = json.loads(made("classroom50", part))["tests"][0]
        self.assertEqual((test["score"], test["max-score"], test["passed"]), (4, 5, False))
        payload, totals = decoded(made("actions", part))
        self.assertEqual((payload["tests"][0]["score"], payload["status"], totals["totalPoints"]), (4, "fail", 4))
        suite = xml.fromstring(made("junit", part))[0]
        self.assertEqual(({p.get("name"): p.get("value") for p in suite.iter("property")}["points"], suite.get("failures")), ("4", "1"))

    def test_a_task_that_failed_though_no_test_says_so_has_failed_in_junit_too(self):
        alone = the_record()
        alone.items = [record.Item("1.2", "start", "2_start.cpp", 0, 5, record.FAILED, "it never ended",
                                   [record.Test("Lab01Desk.T2_Waits", record.PASSED)])]
        self.assertEqual(xml.fromstring(made("junit", alone)).get("failures"), "1")

    def test_what_a_program_printed_hides_nothing_and_breaks_no_xml(self):
        for name in ("gradescope", "junit"):
            self.assertNotIn("\0", made(name))
        told = json.loads(made("gradescope"))["tests"][2]["output"]
        self.assertIn('1  start [7 7 3 1] -> 7 < 8 & "full"\nBut   I8: one token must be run \u2014 \U0001f333', told)
        self.assertEqual(told.count("\033["), 2)  # ours, before and after the state

    def test_a_flood_is_cut_and_its_end_is_kept(self):
        flooded = the_record()
        flooded.items[2].tests[0].output = "x" * 10_000_000 + "the end"
        for name in ("gradescope", "actions", "junit"):
            self.assertLess(len(made(name, flooded)), 50_000, name)
        self.assertIn("the end", made("gradescope", flooded))

    def test_classroom50_says_what_its_runner_did_not_tell(self):
        with self.assertRaises(LabError) as raised:
            formats.render(the_record(), "classroom50", {**RUNNER, "COMMIT_URL": "", "RELEASE_URL": ""})
        self.assertIn("lacks COMMIT_URL, RELEASE_URL", str(raised.exception))
        fewer = {name: RUNNER[name] for name in RUNNER.keys() - {"OWNER", "ASSIGNMENT_TYPE", "REVIEW_URL"}}
        told = json.loads(formats.render(the_record(), "classroom50", fewer))
        self.assertEqual(faults(told, CLASSROOM50), [])
        self.assertEqual(told["review"], told["commit"])
        told = json.loads(formats.render(the_record(), "classroom50", {**fewer, "USERNAME": "eve"}))
        self.assertEqual(told["owner"], "eve")

    def test_an_unknown_format_is_refused_with_the_list(self):
        with self.assertRaises(LabError) as raised:
            made("csv")
        self.assertIn("unknown format 'csv'; there are: text, gradescope", str(raised.exception))

    def test_a_chapter_graded_as_a_whole_says_so(self):
        whole = the_record()
        whole.alone = False
        self.assertIn("Graded as a whole", json.loads(made("gradescope", whole))["output"])


class GradeTest(unittest.TestCase):
    """What ./lab grade does with a record, the grading itself aside."""

    def grade(self, *words, full=False):
        found, row = the_record(), {"story": "it starts late", "task": "1.2", "failed": [], "said": {}}
        for item in found.items if full else []:
            item.points = item.most
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(grade, "grade", return_value=found), \
                mock.patch.object(explain, "read_matrix", return_value={"starts_late": row}), \
                mock.patch.object(grade, "results", return_value=Path(folder)), \
                mock.patch.object(explain, "likeness", return_value=1.0), \
                contextlib.redirect_stdout(io.StringIO()) as said:
            code = cli.main(["grade", "01", *words])
            written = record.read(Path(folder) / "record.json") if "--explain" in words else None
        return code, said.getvalue(), written

    def test_the_format_is_all_that_is_printed(self):
        code, said, _ = self.grade("--format", "junit")
        self.assertEqual((code, said), (1, made("junit")))
        self.assertEqual(self.grade("--format", "junit", full=True)[0], 0)

    def test_a_file_has_it_and_the_board_is_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "results.json"
            code, said, _ = self.grade("--format", "gradescope", "--out", str(path))
            self.assertEqual((code, path.read_text(encoding="utf-8")), (1, made("gradescope")))
            self.assertIn("2/21 points", said)

    def test_an_explanation_is_on_the_board_in_the_format_and_in_the_record(self):
        _, said, written = self.grade("--explain")
        self.assertIn("\n1.2 behaves like: it starts late\n", said)
        self.assertEqual([item.behaves_like for item in written.items if item.behaves_like], ["it starts late"])
        self.assertIn("This behaves like: it starts late", self.grade("--explain", "--format", "gradescope")[1])


if __name__ == "__main__":
    unittest.main()
