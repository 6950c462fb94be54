"""Putting a starter back: wherever it is known from, and never at the price of what stood there."""
import shutil
import subprocess
import unittest

from a_course import CourseTest, put
from lab.learn.starters import starter
from lab.services import course

MINE = "// the work of an evening\n"


class ResetTest(CourseTest):
    def setUp(self):
        super().setUp()
        self.file = self.root / "exercises/01-desk/2_stop.cpp"
        self.lab, self.task = course.task("1.2", self.root)
        self.text = starter(self.lab, self.task)

    def kept(self):
        return sorted((self.root / "build/labs/kept").rglob("2_stop.cpp"))

    def git(self, *words):
        subprocess.run(["git", "-C", self.root, "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True,
                       capture_output=True)

    def test_the_starter_is_made_from_our_solution_and_the_old_file_is_kept_and_said(self):
        put(self.file, MINE)
        told = self.says("reset", "1.2")
        self.assertIn(b'todo("1.2", "First of 1.2.");', self.file.read_bytes())
        kept, = self.kept()
        self.assertEqual(kept.read_text(), MINE)
        self.assertIn(f"Yours is kept: {kept.relative_to(self.root)}\nexercises/01-desk/2_stop.cpp is as it began.\n",
                      told)
        self.assertIn("Next: edit it, then ./lab grade 01", told)

    def test_one_after_the_other_keeps_both(self):
        for text in (MINE, MINE * 2):
            put(self.file, text)
            self.says("reset", "1.2")
        self.assertEqual([path.read_text() for path in self.kept()], [MINE, MINE * 2])

    def test_one_that_is_untouched_is_left(self):
        self.file.write_bytes(self.text)
        self.assertEqual(self.says("reset", "1.2"), "exercises/01-desk/2_stop.cpp is as it began.\n")
        self.assertEqual(self.kept(), [])

    def test_one_that_is_gone_comes_back(self):
        self.file.unlink()
        self.assertNotIn("kept", self.says("reset", "1.2"))
        self.assertEqual(self.file.read_bytes(), self.text)

    def test_without_solutions_from_the_copy_that_an_edition_brings(self):
        shutil.rmtree(self.root / "solutions")
        put(self.root / "common/lab/starters/01-desk/2_stop.cpp", "delivered\n")
        put(self.file, MINE)
        self.says("reset", "1.2")
        self.assertEqual(self.file.read_text(), "delivered\n")

    def test_without_solutions_from_git_as_it_first_was(self):
        shutil.rmtree(self.root / "solutions")
        put(self.file, "first\n")
        self.git("init", "--quiet")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", "The course")
        put(self.file, MINE)
        self.git("commit", "--quiet", "-am", "My work")
        self.says("reset", "1.2")
        self.assertEqual(self.file.read_text(), "first\n")

    def test_where_nothing_knows_it_the_file_stays(self):
        shutil.rmtree(self.root / "solutions")
        put(self.file, MINE)
        self.assertIn("nothing here knows how exercises/01-desk/2_stop.cpp began", self.refuses("reset", "1.2"))
        self.assertEqual(self.file.read_text(), MINE)


if __name__ == "__main__":
    unittest.main()
