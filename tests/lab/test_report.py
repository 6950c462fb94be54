"""ctest's report is read: counts, and why tests were skipped."""
import tempfile
import unittest
from pathlib import Path

from lab.services import report

JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux" tests="6" failures="1" disabled="0" skipped="3">
  <testcase name="radix.split" classname="radix.split" time="0.01" status="run"><system-out>fine</system-out></testcase>
  <testcase name="radix.evict" classname="radix.evict" time="0.01" status="fail"><failure message=""/>
    <system-out>expected 3, got 4</system-out></testcase>
  <testcase name="isa.one" classname="isa.one" time="0" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
    <system-out>[ RUN      ] isa.one
a/b_test.cpp:12: Skipped
this processor has
no AVX-512
[  SKIPPED ] isa.one (0 ms)
[----------] 1 test from isa (0 ms total)

</system-out></testcase>
  <testcase name="isa.two" classname="isa.two" time="0" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
    <system-out>a/b_test.cpp:30: Skipped
this processor has no AVX-512

</system-out></testcase>
  <testcase name="gpu" classname="gpu" time="0" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>
    <system-out>looking
no GPU here
</system-out></testcase>
  <testcase name="absent" classname="absent" time="0" status="notrun"><skipped message="Unable to find executable"/>
    <system-out></system-out></testcase>
</testsuite>
"""


class ReportTest(unittest.TestCase):
    def setUp(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "junit.xml"
            file.write_text(JUNIT)
            self.results = report.read_junit(file)

    def test_counts(self):
        self.assertEqual(report.counts(self.results), {"passed": 1, "failed": 1, "skipped": 4})

    def test_equal_reasons_are_counted_together(self):
        self.assertEqual(report.skip_lines(self.results), [
            "Skipped, and why:", "    2  this processor has no AVX-512", "    1  Unable to find executable",
            "    1  no GPU here", ""])

    def test_failures_are_shown_with_their_last_words(self):
        self.assertEqual(report.failure_lines(self.results), ["Failed: radix.evict", "expected 3, got 4", ""])
        failed = [report.Result(f"t{i}", "failed", output="a\nb\nc") for i in range(3)]
        self.assertEqual(report.failure_lines(failed, most=1, lines_each=2),
                         ["Failed: t0", "b", "c", "", "... and 2 more failed", ""])

    def test_no_skip_no_words(self):
        self.assertEqual(report.skip_lines(self.results[:2]), [])


if __name__ == "__main__":
    unittest.main()
