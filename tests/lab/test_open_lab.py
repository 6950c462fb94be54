"""What ./lab grade NN --open says of what the open lab's program told."""
import contextlib
import io
import unittest
from unittest import mock

from lab.grade import open_lab
from lab.services import course
from lab.services.places import ROOT, LabError


def case(name, *failures, result="COMPLETED"):
    told = {"classname": "Suite", "name": name, "result": result}
    return {**told, "failures": [{"failure": f"s.cpp:1\nFailed\n{words}"} for words in failures]} if failures else told


class VerdictTest(unittest.TestCase):
    def test_all_right(self):
        self.assertEqual(open_lab.verdict([case("A"), case("B")], 0, ""), ([], 2))

    def test_the_first_that_failed_is_told_and_a_skip_is_no_pass(self):
        cases = [case("A"), case("B", "I28: followed", "more"), case("C", "other"), case("D", result="SKIPPED")]
        self.assertEqual(open_lab.verdict(cases, 1, ""), (["  Test  Suite.B", "  But   I28: followed"], 1))

    def test_what_is_not_written_is_no_failure(self):
        cases = [case("A"), case("B", "task 1.x is yours to write. Which pages may go?")]
        self.assertEqual(open_lab.verdict(cases, 1, ""), (["  not written yet"], 1))

    def test_a_crash_and_a_loop_are_told(self):
        self.assertIn("it crashed: segmentation fault", open_lab.verdict([], -11, "")[0][0])
        self.assertIn("an endless loop?", open_lab.verdict([], None, "")[0][0])


class ChapterTest(unittest.TestCase):
    """An open lab is any chapter's: its folders, one call in CMake and a line in lab.json."""

    def graded(self, cases, code):
        """(exit code, what was said, targets that were built, programs that were run) for a chapter 05 with an open lab."""
        opened = course.OpenLab("5.x", "a prefix tree of your own", 60)
        lab = course.Lab("05-radix-tree", "", 60, False, (), 0, (opened,), ROOT)
        with mock.patch.object(open_lab, "build") as built, contextlib.redirect_stdout(io.StringIO()) as said, \
                mock.patch.object(open_lab, "run", return_value=(cases, code, "")) as ran:
            return open_lab.grade_open(lab), said.getvalue(), built.call_args[0][1], ran.call_args[0][0].name

    def test_the_chapters_own_program_judges(self):
        code, said, built, ran = self.graded([case("A")], 0)
        self.assertEqual((code, built, ran), (0, ["grade_05_open"], "grade_05_open"))
        self.assertIn("Open lab 5.x  a prefix tree of your own: 1 of 1 tests ok, no points", said)
        self.assertNotIn("Next", said)

    def test_what_is_not_done_is_told_with_its_folder(self):
        code, said, _, _ = self.graded([case("A"), case("B", "I7: lost")], 1)
        self.assertEqual(code, 1)
        self.assertIn("Next: edit exercises/05-radix-tree/open/, then ./lab grade 05 --open", said)

    def test_a_chapter_without_one_says_so(self):
        with self.assertRaisesRegex(LabError, "chapter 02 has no open lab"):
            open_lab.check(course.Lab("02-two", "", 60, False, (), 0, (), ROOT))

    def test_each_has_all_that_the_grader_asks_for(self):
        slugs = {path.parent.parent.name for path in ROOT.glob("tests/[0-9][0-9]-*/open/open_test.cpp")}
        self.assertLessEqual({lab.slug for lab in course.labs() if lab.open_labs}, slugs)
        self.assertLessEqual({"01-naive-manager", "05-radix-tree", "07-eviction"}, slugs)
        for slug in slugs:
            with self.subTest(slug):
                self.assertTrue((ROOT / "chapters" / slug / "open.hpp").is_file())
                self.assertTrue((ROOT / "tests" / slug / "open/ladder.hpp").is_file())
                self.assertIn(f"radixlab_open_lab({slug}", (ROOT / "tests" / slug / "CMakeLists.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
