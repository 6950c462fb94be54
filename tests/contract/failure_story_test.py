"""Tests that fail tell their story: on the screen, and as files where a folder is named.

Usage: failure_story_test.py PROGRAM      (which holds failing_tests.cpp)
"""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
TITLE = "The story so far\n"


class FailureStoryTest(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)

    def run_test(self, name, told=True):
        """Exit code, and the stories that were printed."""
        environment = {**os.environ, "RADIXLAB_STORY_DIR": str(self.folder)}
        if not told:
            del environment["RADIXLAB_STORY_DIR"]
        done = subprocess.run([PROGRAM, f"--gtest_filter={name}"], env=environment, capture_output=True, text=True)
        return done.returncode, [part.split("\n\n")[0] for part in done.stdout.split(TITLE)[1:]]

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_a_broken_rule_is_the_end_of_the_story(self):
        code, stories = self.run_test("Failing.BreaksARule")
        self.assertEqual((code, stories), (1, [
            "   1  insert  [7 7 3 1]  -> 0 cached\n"
            "   2  lock    [7 7 3 1]\n"
            "Then  evict   1 page     -> frees page 3\n"
            "But   I19: evicted page 3 of a locked prefix of 4 tokens"]))
        self.assertEqual(self.files(), [f"Failing.BreaksARule.{end}" for end in ("calls.dot", "jsonl", "yours.dot")])
        self.assertIn('"op":"broken"', (self.folder / "Failing.BreaksARule.jsonl").read_text().splitlines()[-1])
        self.assertIn("what the calls say", (self.folder / "Failing.BreaksARule.calls.dot").read_text())
        self.assertIn("yours", (self.folder / "Failing.BreaksARule.yours.dot").read_text())

    def test_the_story_ends_where_the_test_failed_first(self):
        self.assertEqual(self.run_test("Failing.ExpectsOtherwise"), (1, [
            "   1  insert  [7 7 3 1]  -> 0 cached\n"
            "Then  size_info          -> 4 evictable, 0 locked"]))

    def test_without_a_folder_nothing_is_written(self):
        self.assertEqual(len(self.run_test("Failing.BreaksARule", told=False)[1]), 1)
        self.assertEqual(self.files(), [])

    def test_a_test_that_passes_tells_nothing(self):
        self.assertEqual((self.run_test("Failing.Passes"), self.files()), ((0, []), []))

    def test_a_crash_tells_in_which_call(self):
        code, stories = self.run_test("Failing.CrashesInACall")
        self.assertIn(code, (-signal.SIGSEGV, 1))  # 1 is AddressSanitizer's
        self.assertEqual(stories, ["   1  insert  [7 7 3 1]  -> 0 cached\n"
                                   "Then  evict   3 pages   (it did not come back)"])
        self.assertIn('"op":"evict","num_pages":3', (self.folder / "Failing.CrashesInACall.jsonl").read_text())

    def test_an_exception_tells_before_the_manager_is_gone_and_a_long_story_begins_late(self):
        code, stories = self.run_test("FailingHere.*")
        self.assertEqual(code, 1)
        self.assertEqual(stories[0].splitlines()[:2], ["  ...   3 calls before", "   4  match   [3]   -> 0 cached"])
        self.assertEqual(self.files(), ["FailingHere.ThrowsWhileItsStoryIsLocal.jsonl"])  # and no picture of nothing

    def test_of_several_parameters_the_first_that_failed_is_kept(self):
        self.assertEqual(len(self.run_test("*FailingMany*")[1]), 2)
        self.assertIn('"tokens":[1]', (self.folder / "FailingMany.Fails.jsonl").read_text())


if __name__ == "__main__":
    unittest.main()
