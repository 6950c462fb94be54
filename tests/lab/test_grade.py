"""./lab grade on a tiny course: the starter, the solution, and everything that a submission can do wrong."""
import hashlib
import json
import os
import shutil
import unittest
import xml.etree.ElementTree as xml

from tiny_course import HERE, GradedCourse

FULL = 10


class GradeTest(GradedCourse):
    def submit(self, name, into="1_twice.cpp"):
        shutil.copy(HERE / "wrong_submissions" / f"{name}.cpp", self.course.path(f"exercises/01-tiny/{into}"))

    def check_wrong(self, name, state, *says):
        """Task 1.1 alone is wrong: its points and those of all together are gone, and the sentence says why."""
        self.submit(name)
        code, board = self.grade()
        item, states = self.items["1.1"], {task: item["state"] for task, item in self.items.items()}
        self.assertEqual((code, self.record["score"]), (1, 3), board)
        self.assertEqual((states["1.1"], states["1.2"], states["1.3"]), (state, "ok", "ok"), board)
        self.assertNotEqual(states["together"], "ok")
        for words in says:
            self.assertIn(words, item["says"])
        line = next(line for line in board.splitlines() if line[8:12] == "1.1 ")
        self.assertIn(item["says"][:40], line)
        if self.items["together"]["state"] == "failed":
            self.assertRegex(board, r"all tasks together +0/3  waits for 1\.1\n")
        self.assertEqual(board.splitlines()[-1], "Next: edit exercises/01-tiny/1_twice.cpp, then ./lab grade 01")
        return item

    def test_the_starter_has_no_points_and_is_not_written(self):
        self.course.start_over()
        code, board = self.grade()
        self.assertEqual((code, self.record["score"], self.record["most"]), (1, 0, FULL))
        self.assertEqual({item["state"] for item in self.items.values()}, {"not written"})
        self.assertRegex(board, r"\.\.    1\.1  twice a number +0/4  not written yet\n")
        self.assertRegex(board, r"all tasks together +0/3  1\.1, 1\.2, 1\.3 not written yet\n")

    def test_the_solution_has_all_points(self):
        code, board = self.grade()
        self.assertEqual((code, self.record["score"]), (0, FULL), board)
        self.assertEqual({item["state"] for item in self.items.values()}, {"ok"})
        self.assertEqual(self.record["ran"], {"01": "yours"})
        self.assertIn(f"Chapter 01  a tiny chapter  [{'#' * 16}]  10/10 points\n", board)
        self.assertEqual(board.splitlines()[-1], "Next: ./lab next")
        self.assertNotIn("\033", board)

    def test_a_wrong_answer_is_told_in_the_words_of_its_test(self):
        item = self.check_wrong("wrong_answer", "failed", "3 and 3 is 6")
        self.assertEqual([(test["name"], test["state"]) for test in item["tests"]],
                         [("Tiny.T1_OfThree", "failed"), ("Tiny.T1_OfNothing", "passed")])

    def test_without_such_words_expected_and_got_are_told(self):
        self.course.path("exercises/01-tiny/2_half.cpp").write_text(
            '#include "01-tiny/tiny.hpp"\nint radixlab::half(int number) { return number / 4; }\n')
        self.assertIn("half(4): expected 2, got 1", self.grade()[1])

    def test_what_does_not_compile_is_one_line_and_the_others_are_graded(self):
        self.check_wrong("compile_error", "does not compile", "exercises/01-tiny/1_twice.cpp:6: ", "nummer")
        self.assertEqual(self.items["together"]["says"], "1_twice.cpp does not compile")

    def test_a_missing_function_is_named(self):
        self.check_wrong("missing_function", "does not compile", "radixlab::twice(int)")

    def test_a_missing_file_is_named_and_found_again(self):
        self.course.path("exercises/01-tiny/1_twice.cpp").unlink()
        code, board = self.grade()
        self.assertEqual((code, self.record["score"]), (1, 3), board)
        self.assertIn("there is no such file; ./lab reset 1.1 brings it back", board)
        self.course.solve()
        self.assertEqual(self.grade()[0], 0)

    def test_a_copy_that_is_older_than_what_was_built_is_built_again(self):
        self.check_wrong("wrong_answer", "failed")
        self.course.solve()
        os.utime(self.course.path("exercises/01-tiny/1_twice.cpp"), (0, 0))
        self.assertEqual(self.grade()[0], 0)

    def test_exit_is_no_pass(self):
        for name in ("exit_in_body", "exit_in_initialiser", "fake_results", "own_main"):
            with self.subTest(name):
                self.check_wrong(name, "failed", "the program ended (exit code 0) before the test did: exit()?")

    def test_a_crash_is_told(self):
        self.check_wrong("abort_in_body", "failed", "it crashed: abort() was called; grade with --asan to see where")
        self.check_wrong("fails_at_the_end", "failed", "all that it tests was right, then it crashed")

    def test_after_a_loop_the_other_tests_are_not_run(self):
        item = self.check_wrong("endless_loop", "failed", "still running after ", " s: an endless loop?")
        self.assertEqual([test["state"] for test in item["tests"]], ["failed", "not run"])

    def test_memory_and_output_have_an_end(self):
        self.check_wrong("endless_allocation", "failed", "memory ran out: an endless growth?")
        self.check_wrong("endless_output", "failed", "printed more than 8 MB")

    def test_a_skip_is_no_pass(self):
        self.check_wrong("skip", "skipped", "no need to look")

    def test_changed_and_deleted_files_of_the_course_are_put_back(self):
        tests, helper = self.course.path("tests/01-tiny/tiny_test.cpp"), self.course.path("tests/01-tiny/helper.hpp")
        was = tests.read_text()
        tests.write_text(was.replace("6) << \"3 and 3 is 6\"", "9)"))
        helper.unlink()
        self.check_wrong("wrong_answer", "failed", "3 and 3 is 6")
        self.assertEqual(self.record["restored"], ["tests/01-tiny/helper.hpp", "tests/01-tiny/tiny_test.cpp"])
        self.assertEqual(tests.read_text(), was)
        self.assertIn("9)", self.course.path("build/labs/changed/tests/01-tiny/tiny_test.cpp").read_text())

    def test_changes_elsewhere_in_the_course_are_left_and_give_no_full_grade(self):
        header = self.course.path("common/contract/todo.hpp")
        was = header.read_text()
        header.write_text(was + "\n")
        code, board = self.grade()
        self.assertEqual((code, self.record["score"], self.record["changed"]), (1, FULL, ["common/contract/todo.hpp"]))
        self.assertEqual(header.read_text(), was + "\n")
        self.assertIn("Not the course's own, so that this is no full grade: common/contract/todo.hpp\n", board)

    def test_a_package_has_a_manifest_and_without_a_clone_nothing_to_put_back(self):
        helper, manifest = self.course.path("tests/01-tiny/helper.cpp"), self.course.path("MANIFEST.sha256")
        was, git = helper.read_text(), self.course.path(".git")
        manifest.write_text(f"{hashlib.sha256(was.encode()).hexdigest()}  tests/01-tiny/helper.cpp\n")
        git.rename(git.with_name("git-hidden"))
        helper.write_text(was.replace("= 2", "= 3"))
        self.grade()
        self.assertEqual((self.record["restored"], self.record["changed"]), ([], ["tests/01-tiny/helper.cpp"]))

    def test_who_works_on_the_course_keeps_what_was_changed(self):
        helper = self.course.path("tests/01-tiny/helper.cpp")
        helper.write_text(helper.read_text().replace("= 2", "= 3"))
        code, board = self.grade("--as-is")
        self.assertEqual((code, self.items["1.2"]["state"]), (1, "failed"))
        self.assertIn("= 3", helper.read_text())

    def test_a_story_is_told_below_the_board_with_its_picture(self):
        self.submit("rude_greeting", "3_greet.cpp")
        _, board = self.grade()
        told = self.items["1.3"]["tests"][0]
        self.assertEqual(told["story"], "build/labs/stories/01/1.3/Tiny.T3_SaysHello.jsonl")
        below = board[board.index("1.3 a greeting\n"):]
        self.assertIn("  Test  Tiny.T3_SaysHello\n  The story so far\n     1  greet   [you]\n  But   I7: nobody", below)
        self.assertIn("  But   greet(\"you\"): expected \"hello, you\", got \"go away\"\n", below)
        self.assertIn("  Hint  Whom do you greet? (more: ./lab hint 1.3 --level 2)\n", below)
        if not shutil.which("dot"):
            self.skipTest("the picture is not drawn: the program dot is missing")
        self.assertIn(f"  Look  {told['picture']}   (left: the tree that the calls say, right: yours)\n", below)
        picture = xml.parse(self.course.path(told["picture"])).getroot()
        left, right = (side for side in picture if side.tag.endswith("svg"))
        self.assertIn("left", "".join(left.itertext()))
        self.assertIn("right", "".join(right.itertext()))
        self.assertGreater(float(right.get("x")), float(left.get("width")))

    def test_without_our_solutions_the_chapter_is_graded_as_a_whole(self):
        hidden = self.course.path("build/hidden")
        shutil.move(self.course.path("solutions"), hidden)
        code, board = self.grade()
        self.assertEqual((code, self.record["score"], self.record["alone"]), (0, FULL, False), board)
        self.assertIn("Our solutions of this chapter are not released: your tasks were graded together", board)
        self.submit("compile_error")
        code, board = self.grade()
        self.assertEqual((code, self.record["score"], [item["state"] for item in self.items.values()]),
                         (1, 0, ["does not compile", "skipped", "skipped", "does not compile"]), board)
        shutil.move(hidden, self.course.path("solutions"))
        self.grade()
        self.assertEqual((self.record["score"], self.record["alone"]), (3, True))

    def test_graded_as_a_whole_a_task_waits_for_another_that_is_not_written(self):
        hidden = self.course.path("build/hidden")
        shutil.move(self.course.path("solutions"), hidden)
        shutil.copy(HERE / "tiny_course/exercises/01-tiny/1_twice.cpp", self.course.path("exercises/01-tiny"))
        shutil.copy(HERE / "tiny_course/exercises/01-tiny/3_greet.cpp", self.course.path("exercises/01-tiny"))
        code, board = self.grade()
        self.assertEqual([item["state"] for item in self.items.values()],
                         ["not written", "skipped", "not written", "not written"], board)
        self.assertRegex(board, r"skip  1\.2  .* 0/2  skipped: waits for 1\.1, not written yet \(nor is 1\.3\)\n")
        self.assertRegex(board, r"all tasks together +0/3  1\.1, 1\.3 not written yet\n")
        self.submit("wrong_answer")
        code, board = self.grade()
        self.assertEqual((code, self.items["1.1"]["state"], self.items["1.2"]["state"]), (1, "failed", "failed"))
        self.assertRegex(board, r"\n1\.2 .*\n  Test  Tiny\.T2_\w+\n  But  ")  # whose mistake it is nobody knows
        self.assertIn("Next: 1.1, 1.2 call each other, and one mistake may turn all of them red: begin with "
                      "exercises/01-tiny/1_twice.cpp, then ./lab grade 01", board)

    def test_the_record_is_printed_alone(self):
        code, told, _ = self.course.lab("grade", "01", "--json")
        self.assertEqual((code, json.loads(told)), (0, self.course.record()[0]))


if __name__ == "__main__":
    unittest.main()
