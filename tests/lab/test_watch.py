"""Watching: a save is graded, one during a grade too, and Ctrl-C ends it without a traceback."""
import unittest
from unittest import mock

from a_course import CourseTest, put
from lab.learn import watch
from lab.services.places import LabError


class WatchTest(CourseTest):
    def setUp(self):
        super().setUp()
        self.file = self.root / "exercises/01-desk/1_begin.cpp"
        self.graded_texts, self.sleeps, self.on_grade, self.on_sleep = [], 0, lambda: 0, self.save
        for change in (mock.patch.object(watch.time, "sleep", self.sleep),
                       mock.patch.object(watch.grade, "run", side_effect=self.grade)):
            change.start()
            self.addCleanup(change.stop)

    def grade(self, arguments):
        self.assertEqual((arguments.chapter, arguments.format, arguments.as_is), ("01", None, False))
        self.graded_texts.append(self.file.read_text())
        return self.on_grade()

    def sleep(self, _):
        self.sleeps += 1
        self.on_sleep()

    def save(self):
        put(self.file, f"after sleep {self.sleeps}")

    def test_once_waits_for_one_change_and_ends_as_the_grade_ends(self):
        self.on_grade = lambda: 1
        self.on_sleep = lambda: self.sleeps == 3 and self.save()
        code, out, _ = self.run_command("watch", "01", "--once")
        self.assertEqual((code, self.graded_texts), (1, ["after sleep 3"]))
        self.assertEqual(out, "Watching exercises/01-desk/ (Ctrl-C ends it)\n\n1_begin.cpp changed\n")

    def test_grades_at_once_and_after_each_save_until_it_is_stopped(self):
        self.on_grade = lambda: 130 if len(self.graded_texts) == 3 else 1
        self.assertEqual(self.run_command("watch", "01")[0], 130)
        self.assertEqual(self.graded_texts[1:], ["after sleep 1", "after sleep 2"])

    def test_what_is_saved_during_a_grade_is_graded_again(self):
        def save_while_grading():
            put(self.file, f"while grading {len(self.graded_texts)}")
            return 130 if len(self.graded_texts) == 3 else 0
        self.on_grade = save_while_grading
        self.on_sleep = lambda: self.fail("it waits although a file was saved")
        self.assertEqual(self.run_command("watch", "01")[0], 130)
        self.assertEqual(self.graded_texts[1:], ["while grading 1", "while grading 2"])

    def test_a_grade_that_is_refused_is_told_and_the_next_save_is_waited_for(self):
        def refused():
            if len(self.graded_texts) == 1:
                raise LabError("the disk is full")
            return 130
        self.on_grade = refused
        code, _, said = self.run_command("watch", "01")
        self.assertEqual((code, said, len(self.graded_texts)), (130, "lab: the disk is full\n", 2))

    def test_a_new_file_counts_and_an_editors_own_do_not(self):
        saves = [".1_begin.cpp.swp", "1_begin.cpp~", "open/mine.hpp"]
        self.on_sleep = lambda: put(self.file.parent / saves[self.sleeps - 1], "x")
        _, out, _ = self.run_command("watch", "01", "--once")
        self.assertIn("\nopen/mine.hpp changed\n", out)

    def test_stopped_while_waiting(self):
        def stop():
            raise KeyboardInterrupt
        self.on_sleep = stop
        with self.assertRaises(KeyboardInterrupt):  # which cli.main turns into one line and 130
            self.run_command("watch", "01", "--once")


if __name__ == "__main__":
    unittest.main()
