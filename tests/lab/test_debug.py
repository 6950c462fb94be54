"""Debugging a task: which test it is, how gdb is called, and what is printed where there is none."""
import unittest
from unittest import mock

from a_course import CourseTest, put
from lab.grade.record import FAILED, OK
from lab.learn import debug

TESTS = """TEST_F(Lab01, T2_Passes) {}
TEST_P(Lab01, T2_Breaks) {}
TEST(Lab01, T1_Breaks) {}
"""


class DebugTest(CourseTest):
    def setUp(self):
        super().setUp()
        put(self.root / "tests/01-desk/CMakeLists.txt", "radixlab_lab_tests(01-desk desk_test.cpp)\n")
        put(self.root / "tests/01-desk/desk_test.cpp", TESTS)
        self.made, self.ran, self.terminal, self.gdb = [], [], True, "/usr/bin/gdb"
        for change in (mock.patch.object(debug, "make", side_effect=self.made.append),
                       mock.patch.object(debug, "program", side_effect=lambda name, _: self.root / "build/bin" / name),
                       mock.patch.object(debug, "is_terminal", side_effect=lambda _: self.terminal),
                       mock.patch.object(debug.shutil, "which", side_effect=lambda _: self.gdb),
                       mock.patch.object(debug.os, "chdir", side_effect=self.ran.append),
                       mock.patch.object(debug.os, "execvp", side_effect=lambda _, words: self.ran.append(words))):
            change.start()
            self.addCleanup(change.stop)

    def filter_of(self, *words):
        """The filter with which gdb is started."""
        self.ran.clear()
        self.says("debug", *words)
        return next(word for word in self.ran[1] if "filter" in word)

    def test_gdb_stops_in_the_tasks_file_with_the_first_test(self):
        self.assertIn("gdb stops in 2_stop.cpp.", self.says("debug", "1.2"))
        self.assertEqual(self.made, ["grade_01_2"])
        self.assertEqual(self.ran, [self.root, [
            "gdb", "-q", "-ex", "rbreak 2_stop.cpp:.", "-ex", "run", "--args", "build/bin/grade_01_2",
            "--gtest_filter=Lab01.T2_Passes", "--gtest_break_on_failure", "--gtest_catch_exceptions=0"]])

    def test_the_first_that_failed_last(self):
        self.graded("01", t2=FAILED)
        self.assertEqual(self.filter_of("1.2"), "--gtest_filter=*/Lab01.T2_Breaks/*")
        self.graded("01", t2=OK)
        self.assertEqual(self.filter_of("1.2"), "--gtest_filter=Lab01.T2_Passes")

    def test_one_by_name(self):
        for name in ("T2_Breaks", "Lab01.T2_Breaks"):
            self.assertEqual(self.filter_of("1.2", "--test", name), "--gtest_filter=*/Lab01.T2_Breaks/*")
        self.assertIn("task 1.2 has no test 'T1_Breaks'; it has Lab01.T2_Passes, Lab01.T2_Breaks",
                      self.refuses("debug", "1.2", "--test", "T1_Breaks"))

    def test_without_our_solution_all_tasks_are_in_one_program(self):
        (self.root / "solutions").rename(self.root / "away")
        self.says("debug", "1.2")
        self.assertEqual(self.made, ["grade_01_together"])

    def test_without_gdb_or_a_terminal_the_command_is_printed(self):
        words = "  gdb -q -ex 'rbreak 2_stop.cpp:.' -ex run --args build/bin/grade_01_2 --gtest_filter=Lab01.T2_Passes "
        self.terminal = False
        told = self.says("debug", "1.2")
        self.assertIn(f"gdb wants a terminal. There, in the course's folder:\n{words}", told)
        self.gdb = None
        told = self.says("debug", "1.2")
        self.assertIn(f"gdb is not installed (package gdb). With it, in the course's folder:\n{words}", told)
        self.assertEqual(self.ran, [])


if __name__ == "__main__":
    unittest.main()
