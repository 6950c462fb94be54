"""Where the minutes go: what ninja and ctest wrote down, added up by groups; and how near the limits a proof is."""
import contextlib
import io
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from lab.services import times
from lab.services.places import LabError

LOG = """# ninja log v5
0\t9000\t1000000000\tcommon/io/CMakeFiles/radixlab_io.dir/old.cpp.o\ta
0\t2500\t3000000000\tcommon/io/CMakeFiles/radixlab_io.dir/__/__/as_one/radixlab_io.cpp.o\tb
0\t500\t3000000000\tcommon/io/libradixlab_io.a\tc
10\t1010\t3000000001\ttests/04-slots/CMakeFiles/radixlab_04_tests.dir/__/__/as_one/radixlab_04_tests.cpp.o\td
20\t1020\t3000000002\ttests/wrong/CMakeFiles/wrong_04_a.dir/__/__/wrong/04/a.cpp.o\te
20\t1020\t3000000002\tbin/kill_04_a\tf
20\t2020\t3000000002\twrong/04/a.cpp\th
20\t2020\t3000000002\twrong/04/b.cpp\th
30\t4030\t3000000003\tCMakeFiles/radixlab_test_headers.dir/cmake_pch.hxx.gch\tg
half a line
"""
CTEST = """#!/bin/sh
echo '{"tests": [{"name": "a", "properties": [{"name": "LABELS", "value": ["ladder", "more"]}]},
                 {"name": "b", "properties": [{"name": "TIMEOUT", "value": 60}]}, {"name": "c"}]}'
"""


class TimesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        change = mock.patch.object(times, "BUILD", self.root)
        change.start()
        self.addCleanup(change.stop)

    def groups(self, work, *arguments):
        proof = times.Proof("test", whole=True)
        proof.time("all", work, *arguments)
        return proof.parts[0].groups

    def test_what_was_built_is_added_up_by_groups_of_targets_and_older_files_are_not(self):
        (self.root / ".ninja_log").write_text(LOG)
        self.assertEqual(self.groups(times.spent_building, self.root, 2.0),
                         {"build common/io": 2.5, "build links": 0.5, "build tests/04-slots": 1.0, "build known-wrong": 4.0,
                          "build precompiled headers": 4.0})

    def test_without_a_log_nothing_was_built(self):
        self.assertEqual(self.groups(times.spent_building, self.root, 0.0), {})

    def test_tests_are_added_up_by_their_first_label(self):
        ctest = self.root / "bin/ctest"
        ctest.parent.mkdir()
        ctest.write_text(CTEST)
        ctest.chmod(0o755)
        results = [SimpleNamespace(name=name, seconds=seconds) for name, seconds in (("a", 2.0), ("b", 1.0), ("c", 0.5), ("a", 3.0))]
        with mock.patch.dict("os.environ", {"PATH": f"{ctest.parent}:/usr/bin:/bin"}):
            self.assertEqual(self.groups(times.spent_testing, self.root, results), {"tests ladder": 5.0, "tests no label": 1.5})

    def test_a_part_that_fails_is_counted_and_the_next_has_its_own_groups(self):
        proof = times.Proof("check", whole=True)
        (self.root / ".ninja_log").write_text(LOG)
        with self.assertRaises(ZeroDivisionError):
            proof.time("one", lambda: times.spent_building(self.root, 2.0) or 1 / 0)
        self.assertEqual(proof.time("two", lambda: 7), 7)
        self.assertEqual([(part.name, bool(part.groups)) for part in proof.parts], [("one", True), ("two", False)])

    def test_the_shares_of_parts_are_of_the_whole_and_groups_split_their_part(self):
        parts = [times.Part("set-up", 25.0), times.Part("build", 75.0, {"build a": 90.0, "build b": 30.0, "build c": 0.1, "build d": 0.2})]
        self.assertEqual([line.split() for line in times.table(parts)[1:]],
                         [["set-up", "25.0", "25.0", "%"], ["build", "75.0", "75.0", "%"], ["build", "a", "90.0", "56.1", "%"],
                          ["build", "b", "30.0", "18.7", "%"], ["2", "more", "0.3", "0.2", "%"]])

    def test_a_part_whose_tests_were_all_skipped_has_no_groups(self):
        self.assertEqual(len(times.table([times.Part("tests", 1.0, {"tests ladder": 0.0})])), 2)

    def test_a_proof_says_how_far_it_is_from_what_is_wanted(self):
        wanted = times.WANTED["test"]
        self.assertIn(" 10 s below the 6 minutes", times.distance("test", wanted - 10))
        self.assertIn(" 1 min 10 s above the 6 minutes", times.distance("test", wanted + 70))

    def both(self, test, check):
        for name, seconds in (("test", test), ("check", check)):
            proof = times.Proof(name, whole=True)
            proof.parts.append(times.Part("all", float(seconds)))
            proof.end()
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(times.tell_both(), 0)
        return said.getvalue()

    def test_both_together_are_loud_above_75_minutes(self):
        self.assertIn("Together 75 min 00 s, 15 min 00 s before the limit of 90 minutes\n", self.both(600, 3900))
        self.assertNotIn("!!!", self.both(600, 3900))
        self.assertIn("!!!", self.both(600, 3901))
        self.assertIn("10 min 00 s behind the limit", self.both(600, 5400))

    def test_a_part_of_a_proof_is_not_kept(self):
        proof = times.Proof("check", whole=False)
        proof.time("docs", lambda: None)
        self.assertEqual(len(proof.end()), 2)
        with self.assertRaisesRegex(LabError, "in this folder"):
            times.tell_both()

    def test_one_that_does_not_end_leaves_no_older_time(self):
        self.both(1, 1)
        times.Proof("test", whole=True)
        times.Proof("check", whole=True)
        with self.assertRaises(LabError):
            times.tell_both()


if __name__ == "__main__":
    unittest.main()
