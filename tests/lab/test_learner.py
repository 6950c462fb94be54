"""The learner's commands that read: start, next, hint, status, compare, submit."""
import json
import os
import unittest
import zipfile

from a_course import CourseTest, make_chapter, put
from lab.grade.record import FAILED, NOT_COMPILED, NOT_WRITTEN, SKIPPED
from lab.learn import learner
from lab.services import course


class StartTest(CourseTest):
    def test_says_what_to_read_what_to_write_and_that_red_is_right(self):
        self.assertEqual(self.says("start", "01"), """\
Chapter 01  about desk: 90 minutes, 9 points

Read first
  chapters/01-desk/README.md
  chapters/01-desk/desk.hpp
  chapters/01-desk/shelf.hpp

Then write, in exercises/01-desk/
  1_begin.cpp  1.1  the begin (3 points, 10 minutes)
  2_stop.cpp   1.2  the stop (4 points, 20 minutes)

All 2 tasks are red now, and this is right: nothing is written yet. ./lab grade 01 says so,
with 0 of 9 points; each task that you write turns its line green.
Next: edit exercises/01-desk/1_begin.cpp, then ./lab grade 01
""")

    def test_questions_are_answered_before_the_rest_is_read(self):
        asked = {"name": "predicted_pages", "test": "Pages", "truth": 3, "asks": "How many?", "why": "so many"}
        put(self.root / "chapters/01-desk/questions.json", json.dumps([asked]))
        self.assertIn("""\
Read first
  chapters/01-desk/README.md, down to task 1.1
  exercises/01-desk/0_predict.cpp: its questions are answered before you read on

Then the rest of that text, and
  chapters/01-desk/desk.hpp
  chapters/01-desk/shelf.hpp

Then write""", self.says("start", "01"))

    def test_headers_of_other_folders_that_the_text_links_to_come_first(self):
        put(self.root / "common/contract/page.hpp", "")
        put(self.root / "chapters/03-shelf/README.md", "# S\n[desk.hpp](../01-desk/desk.hpp), then "
            "[page.hpp](../../common/contract/page.hpp), [again](../01-desk/desk.hpp), [gone](../01-desk/gone.hpp)\n")
        self.assertIn("\n  chapters/03-shelf/README.md\n  chapters/01-desk/desk.hpp\n  common/contract/page.hpp\n",
                      self.says("start", "03"))

    def test_an_open_lab_is_named_with_its_command(self):
        path = self.root / "chapters/01-desk/lab.json"
        lab = json.loads(path.read_text(encoding="utf-8"))
        put(path, json.dumps({**lab, "open": [{"id": "1.x", "title": "your own", "minutes": 60}]}))
        self.assertIn("  open/        1.x  your own (open, no points, 60 minutes)\n"
                      "  (for the keen, when all else is done: ./lab grade 01 --open)\n", self.says("start", "01"))

    def test_it_stays_right_after_a_grade_that_found_nothing(self):
        before = self.says("start", "01")
        self.graded("01", t1=NOT_WRITTEN, t2=NOT_WRITTEN, together=NOT_WRITTEN)
        self.assertEqual(self.says("start", "01"), before)

    def test_who_has_begun_is_told_how_far(self):
        self.graded("01", t1=FAILED, together=NOT_WRITTEN)
        self.assertIn("So far 4 of 9 points, 1 of 3 lines ok.\nNext: ./lab next\n", self.says("start", "1"))

    def test_wrong_words_and_missing_files_are_a_line(self):
        self.assertIn("there is no lab '02'; there are: 01, 03", self.refuses("start", "02"))
        self.assertIn("which chapter? There are: 01, 03", self.refuses("start"))
        (self.root / "exercises/01-desk/2_stop.cpp").unlink()
        self.assertIn("exercises/01-desk/2_stop.cpp: is missing; ./lab reset 1.2", self.refuses("start", "01"))


class HintTest(CourseTest):
    def test_one_level_at_a_time(self):
        self.assertEqual(self.says("hint", "1.2"), """\
1.2  the stop (exercises/01-desk/2_stop.cpp)
Hint 1 of 3
  First of 1.2.
More: ./lab hint 1.2 --level 2
""")
        second = self.says("hint", "1.2", "--level", "2")
        self.assertIn("  Second of 1.2.\nMore: ./lab hint 1.2 --level 3\n", second)
        self.assertNotIn("Third", second)

    def test_the_last_says_what_else_there_is(self):
        self.assertIn("Third of 1.2.\nThat was the last. Ours beside yours: ./lab compare 1.2 --give-up",
                      self.says("hint", "1.2", "--level", "3"))
        (self.root / "solutions").rename(self.root / "away")
        self.assertIn("./lab debug 1.2", self.says("hint", "1.2", "--level", "3"))

    def test_hints_that_are_not_three_are_a_line(self):
        put(self.root / "chapters/01-desk/hints.md", "## 1.2\n1. One.\n")
        self.assertIn("hints.md: task 1.1 has 0 hints, expected 3", self.refuses("hint", "1.2"))

    def test_what_is_no_task_is_a_line(self):
        self.assertIn("chapter 01 has no task '1.7'; it has 1.1, 1.2", self.refuses("hint", "1.7"))
        self.assertIn("which task?", self.refuses("hint"))

    def test_an_open_lab_has_no_hints(self):
        path = self.root / "chapters/01-desk/lab.json"
        put(path, json.dumps({**json.loads(path.read_text()), "open": [{"id": "1.x", "title": "your own", "minutes": 60}]}))
        self.assertIn("1.x is open, and no task with hints: ", self.refuses("hint", "1.x"))


class NextTest(CourseTest):
    def first_line(self):
        return self.says("next").splitlines()[0]

    def test_begins_with_the_first_task_of_the_first_chapter(self):
        self.assertEqual(self.says("next"), """\
1.1  the begin: 3 points, 10 minutes
File: exercises/01-desk/1_begin.cpp

  Write the begin. It is short.

Next: edit exercises/01-desk/1_begin.cpp, then ./lab grade 01
""")

    def test_goes_on_with_the_first_that_is_not_ok_and_what_was_said_of_it(self):
        self.graded("01", t2=FAILED, together=NOT_WRITTEN)
        told = self.says("next")
        self.assertTrue(told.startswith("1.2  the stop: 4 points"), told)
        self.assertIn("The last grade says: failed, because\nHelp: ./lab hint 1.2, ./lab debug 1.2\n", told)
        self.graded("01", t2=NOT_COMPILED, together=NOT_WRITTEN)
        self.assertIn("does not compile, because\nHelp: ./lab hint 1.2\n", self.says("next"))

    def test_a_chapter_that_was_begun_comes_before_one_that_was_not(self):
        self.graded("03", t1=NOT_WRITTEN)
        self.assertIn("3.1", self.first_line())

    def test_what_comes_after_the_last_full_chapter_comes_before_what_was_left_out(self):
        make_chapter(self.root, "05-tree", ("grow", "prune"))
        self.graded("03")
        self.assertIn("5.1", self.first_line())
        self.graded("05")
        self.assertTrue(self.says("next").startswith(
            "Chapter 05 is full, and nothing comes after it yet. Never graded here:\n\n1.1  the begin"), self.says("next"))

    def test_a_task_that_waits_for_another_comes_after_it(self):
        self.graded("01", t1=SKIPPED, t2=NOT_WRITTEN, together=NOT_WRITTEN)
        self.assertIn("1.2", self.first_line())
        self.graded("01", t1=SKIPPED, together=NOT_WRITTEN)
        self.assertIn("1.1", self.first_line())

    def test_the_next_chapter_and_the_end(self):
        self.graded("01")
        self.assertIn("3.1", self.first_line())
        self.graded("03")
        self.assertIn("Every task of the 2 labs is done", self.says("next"))

    def test_all_alone_and_not_together(self):
        self.graded("01", together=FAILED)
        told = self.says("next")
        self.assertIn("Chapter 01  about desk: each task is ok alone, but not together: because of both\nNext: ", told)
        self.assertTrue(told.endswith("./lab grade 01\n"), told)

    def test_full_but_for_a_changed_file_of_the_courses(self):
        found = self.graded("01")
        found.changed.append("common/contract/todo.hpp")
        found.write(learner.record_path(course.lab("01", self.root)))
        told = self.says("next")
        self.assertIn("each task is ok alone\nNext: git diff shows", told)

    def test_a_record_that_is_none_is_a_line(self):
        put(self.root / "build/labs/results/01/record.json", "{}")
        self.assertIn("build/labs/results/01/record.json: is no record of a grade", self.refuses("next"))


class StatusTest(CourseTest):
    def test_a_line_a_chapter(self):
        self.graded("01", t1=FAILED)
        self.assertEqual(self.says("status"), """\
The course so far: 6 of 18 points
  01  about desk   [##########------]   6/9  to do: 1.1
  03  about shelf  [----------------]   0/9  not graded yet: ./lab start 03
Not a lab yet: 02-reading (1 chapter to be read)
Next: ./lab next
""")

    def test_full_and_edited_since(self):
        self.graded("01")
        self.assertRegex(self.says("status"), r"01 .* \[#{16}\]   9/9  full\n")
        self.graded("01", started="2001-01-01T00:00:00Z")
        self.assertRegex(self.says("status"), r"01 .* 9/9  full, edited since\n")


class CompareTest(CourseTest):
    def test_side_by_side_after_passing(self):
        self.graded("01")
        told = self.says("compare", "1.2")
        self.assertIn(f"{'exercises/01-desk/2_stop.cpp':38}   solutions/01-desk/2_stop.cpp\n", told)
        self.assertIn(f"{'namespace radixlab {':38}   namespace radixlab {{\n", told)
        self.assertIn('void stop() { todo("1.2", "First of 1. | void stop() { done(); }\n'
                      f"""{'2."); }':38} |\n""", told)
        self.assertLessEqual(max(map(len, told.splitlines())), 80)

    def test_lines_that_only_one_has(self):
        yours = self.root / "exercises/01-desk/2_stop.cpp"
        yours.write_text((self.root / "solutions/01-desk/2_stop.cpp").read_text() + "// mine\n")
        self.assertIn(f"\n{'// mine':38} <\n", self.says("compare", "1.2", "--give-up"))
        yours.write_text("namespace radixlab {\n")
        self.assertIn(f"\n{'':38} > void stop() {{ done(); }}\n", self.says("compare", "1.2", "--give-up"))

    def test_unified(self):
        told = self.says("compare", "1.2", "--give-up", "--unified")
        self.assertIn("--- exercises/01-desk/2_stop.cpp\n+++ solutions/01-desk/2_stop.cpp\n@@ ", told)
        self.assertIn('\n-void stop() { todo("1.2", "First of 1.2."); }\n+void stop() { done(); }\n', told)
        yours, ours = (self.root / folder / "01-desk/2_stop.cpp" for folder in ("exercises", "solutions"))
        yours.write_text(ours.read_text())
        self.assertEqual(self.says("compare", "1.2", "--give-up", "--unified"), "The two are the same.\n")

    def test_not_before_passing(self):
        self.assertIn("1.2 is not ok yet (not graded)", self.refuses("compare", "1.2", code=1))
        self.graded("01", t2=FAILED)
        self.assertIn("1.2 is not ok yet (failed): ./lab hint 1.2 helps", self.refuses("compare", "1.2", code=1))

    def test_not_where_solutions_are_not_released(self):
        self.graded("01")
        (self.root / "solutions").rename(self.root / "away")
        self.assertIn("the solutions of chapter 01 are not released", self.refuses("compare", "1.2", "--give-up"))


class SubmitTest(CourseTest):
    def setUp(self):
        super().setUp()
        put(self.root / "exercises/01-desk/open/mine.hpp", "#pragma once\n")
        put(self.root / "exercises/01-desk/notes.txt", "not asked for\n")
        self.zip = self.root / "build/submissions/01-desk.zip"

    def test_packs_exactly_the_tasks_files_and_open(self):
        self.graded("01", t2=FAILED)
        told = self.says("submit", "01")
        with zipfile.ZipFile(self.zip) as archive:
            self.assertEqual(archive.namelist(), ["1_begin.cpp", "2_stop.cpp", "open/mine.hpp"])
            self.assertEqual(archive.read("2_stop.cpp"), (self.root / "exercises/01-desk/2_stop.cpp").read_bytes())
        self.assertRegex(told, r"build/submissions/01-desk.zip: 3 files, \d+ B\n")
        self.assertIn("  1_begin.cpp    ok, 3/3\n  2_stop.cpp     failed, 0/4\n  open/mine.hpp\n"
                      "The last grade: 5 of 9 points\n", told)
        self.assertNotIn("since the last edit", told)

    def test_the_same_files_give_the_same_bytes(self):
        self.says("submit", "01")
        first = self.zip.read_bytes()
        os.utime(self.root / "exercises/01-desk/1_begin.cpp", (1e9, 1e9))
        self.says("submit", "01")
        self.assertEqual(self.zip.read_bytes(), first)
        self.assertEqual(list(self.zip.parent.iterdir()), [self.zip])

    def test_warns_if_not_graded_since_the_last_edit(self):
        self.assertIn("Not graded yet.\nWhat is packed was not graded since the last edit: ./lab grade 01",
                      self.says("submit", "01"))
        self.graded("01", started="2001-01-01T00:00:00Z")
        self.assertIn("was not graded since the last edit", self.says("submit", "01"))

    def test_a_missing_file_is_a_line_and_no_archive(self):
        (self.root / "exercises/01-desk/1_begin.cpp").unlink()
        self.assertIn("exercises/01-desk/1_begin.cpp: is missing", self.refuses("submit", "01"))
        self.assertFalse(self.zip.exists())


class KeptTest(CourseTest):
    def test_two_folders_of_one_second_are_two(self):
        folders = {learner.kept_folder(self.root) for _ in range(3)}
        self.assertEqual(len(folders), 3)


if __name__ == "__main__":
    unittest.main()
