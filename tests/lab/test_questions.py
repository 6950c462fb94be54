"""A chapter's questions: what is made of them, and that a file that says something else is named with its place."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

from lab.grade import results
from lab.services import questions, stubs
from lab.services.places import ROOT, LabError

PAGES = {"name": "predicted_pages", "test": "PagesHeld", "truth": 127, "asks": "[pages] that are held.", "why": 'a "whole" page',
         "scene": "A desk with pages of 16 tokens, " + "and more of them than anybody needs, " * 3 + "which is all."}
FREED = {"name": "predicted_freed", "test": "PagesFreed", "truth": [3, 5], "asks": "Which of them are freed?", "why": "no name"}
COMMENTS = ["""\
/// Chapter 07, task 7.0: say what will happen before you read on. The tests hold each answer against a run.
""", """\
/// A desk with pages of 16 tokens, and more of them than anybody needs, and more of them than anybody needs, and more
/// of them than anybody needs, which is all.
///
/// [pages] that are held.
std::size_t predicted_pages()""", """\
/// Which of them are freed?
std::vector<PageId> predicted_freed()"""]
SOLUTION = """#include "07-tree/predict.hpp"

namespace radixlab {

// 126.9, and what is begun is a whole page.
std::size_t predicted_pages() { return 127; }

std::vector<PageId> predicted_freed() { return {3, 5}; }

}  // namespace radixlab
"""


class QuestionsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.chapter = self.root / "chapters/07-tree"
        self.write("chapters/07-tree/questions.json", json.dumps([PAGES, FREED]))

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


class MadeTest(QuestionsTest):
    def lab(self, file=questions.ANSWERS):
        task = SimpleNamespace(id="7.0", file=file)
        self.write(f"solutions/07-tree/{file}", SOLUTION)
        return SimpleNamespace(number="07", slug="07-tree", root=self.root, chapter=self.chapter,
                               solutions=self.root / "solutions/07-tree"), task

    def test_the_header_declares_what_is_asked(self):
        header = questions.header("07-tree", questions.read(self.chapter))
        first, second, third = COMMENTS
        self.assertEqual(header, f"""/// \\file
{first}#pragma once
#include <vector>

#include "contract/cache_manager.hpp"

namespace radixlab {{

{second};

{third};

}}  // namespace radixlab
""")

    def test_the_judge_knows_the_truth_and_why(self):
        judge = questions.judge("07-tree", questions.read(self.chapter))
        self.assertIn('TEST(Lab07Predict, T0_PagesHeld) {\n  judge(predicted_pages(), 127, "a \\"whole\\" page");\n}\n', judge)
        self.assertIn('TEST(Lab07Predict, T0_PagesFreed) {\n  judge(predicted_freed(), {3, 5}, "no name");\n}\n', judge)

    def test_a_name_has_no_side(self):
        self.write("chapters/07-tree/questions.json", json.dumps([{**PAGES, "truth": 4, "names": "text", "why": "it is old"}]))
        self.assertIn('judge_name(predicted_pages(), 4, "text", "it is old");', questions.judge("07-tree", questions.read(self.chapter)))

    def test_its_tests_are_expected_before_the_files(self):
        self.write("tests/07-tree/CMakeLists.txt", "radixlab_lab_tests(07-tree tree_test.cpp)\n")
        self.write("tests/07-tree/tree_test.cpp", "TEST_P(Lab07, T1_Splits) {}\n")
        expected = [("Lab07Predict.T0_PagesHeld", False), ("Lab07Predict.T0_PagesFreed", False), ("Lab07.T1_Splits", True)]
        self.assertEqual(results.expected_tests(self.lab()[0], results.TOGETHER), expected)

    def test_the_learners_file_has_each_question_above_its_function(self):
        begin, first, second = COMMENTS
        self.assertIn(f"""
{begin}///
{first} {{ todo("7.0", "Write."); }}

{second} {{ todo("7.0", "The hint stands above."); }}
""", stubs.begun(*self.lab(), "Write."))

    def test_no_other_file_has(self):
        self.assertNotIn("///", stubs.begun(*self.lab("1_split.cpp"), "Write."))

    def test_an_answer_that_is_missing_is_named(self):
        with self.assertRaises(LabError) as raised:
            questions.put_above(self.chapter, SOLUTION.replace("std::vector<PageId>", "std::size_t"), "ours.cpp")
        self.assertEqual(str(raised.exception), "ours.cpp: has 'std::vector<PageId> predicted_freed()' 0 times, expected once: "
                                                "questions.json asks for it")

    def test_a_chapter_without_questions_asks_none(self):
        (self.chapter / "questions.json").unlink()
        self.assertEqual(questions.read(self.chapter), [])


class MalformedTest(QuestionsTest):
    def refused(self, text):
        path = self.write("chapters/07-tree/questions.json", text)
        with self.assertRaises(LabError) as raised:
            questions.read(self.chapter)
        said = str(raised.exception)
        self.assertTrue(said.startswith(f"{path}: "), said)
        return said.removeprefix(f"{path}: ")

    def changed(self, **fields):
        """What is said where the second question has these fields, or lacks those that are None."""
        told = {name: value for name, value in {**FREED, **fields}.items() if value is not None}
        return self.refused(json.dumps([PAGES, told]))

    def test_what_is_no_list_of_objects(self):
        self.assertEqual(self.refused('[{"name": "a",}]'),
                         "Expecting property name enclosed in double quotes: line 1 column 15 (char 14)")
        self.assertEqual(self.refused('{"name": "a"}'), 'expected a list of questions, found {"name": "a"}')
        self.assertEqual(self.refused("[]"), "expected a list of questions, found []")
        self.assertEqual(self.refused("[7]"), "question 1: expected an object with name, test, truth, asks, why, scene, names, found 7")

    def test_a_field_that_is_missing_wrong_or_unknown(self):
        self.assertEqual(self.changed(why=None), 'question 2: "why" is null, expected a line of words')
        self.assertEqual(self.changed(asks="one\ntwo"), r'question 2: "asks" is "one\ntwo", expected a line of words')
        self.assertEqual(self.changed(scene=5), 'question 2: "scene" is 5, expected a line of words')
        self.assertEqual(self.changed(name="pages"), 'question 2: "name" is "pages", expected a name that begins with "predicted_"')
        self.assertEqual(self.changed(test="T0 it"), 'question 2: "test" is "T0 it", expected a name such as PagesFreed')
        self.assertEqual(self.changed(hint="x"), 'question 2: expected name, test, truth, asks, why, scene, names, found "hint"')

    def test_a_truth_is_a_number_or_a_list_of_numbers(self):
        for truth, told in ((None, "null"), ("7", '"7"'), (-1, "-1"), (True, "true"), (1.5, "1.5"), ([3, "5"], '[3, "5"]')):
            self.assertEqual(self.changed(truth=truth),
                             f'question 2: "truth" is {told}, expected a number from 0 or a list of such')

    def test_a_name_is_one_number(self):
        self.assertEqual(self.changed(names="text"), 'question 2: "truth" is [3, 5], expected one number where "names" stands')

    def test_two_questions_with_one_name(self):
        self.assertEqual(self.changed(name="predicted_pages"), '2 questions have the name "predicted_pages", expected one')
        self.assertEqual(self.changed(test="PagesHeld"), '2 questions have the test "PagesHeld", expected one')


class ProgramTest(QuestionsTest):
    def run_program(self):
        return subprocess.run([sys.executable, "-m", "lab.services.questions", self.chapter, self.root / "out"], capture_output=True,
                              text=True, env={"PYTHONPATH": str(ROOT / "common"), "PYTHONDONTWRITEBYTECODE": "1"})

    def test_only_what_changed_is_written(self):
        self.assertEqual(self.run_program().returncode, 0)
        header, judge = self.root / "out/predict.hpp", self.root / "out/predict_test.cpp"
        before = [path.stat().st_mtime_ns for path in (header, judge)]
        self.write("chapters/07-tree/questions.json", json.dumps([PAGES, {**FREED, "truth": [4]}]))
        self.assertEqual(self.run_program().returncode, 0)
        self.assertEqual(header.stat().st_mtime_ns, before[0])
        self.assertNotEqual(judge.stat().st_mtime_ns, before[1])
        self.assertIn("{4}", judge.read_text())

    def test_a_malformed_file_is_one_line(self):
        path = self.write("chapters/07-tree/questions.json", "[7")
        done = self.run_program()
        self.assertEqual((done.returncode, done.stderr),
                         (1, f"{path}: Expecting ',' delimiter: line 1 column 3 (char 2)\n"))


if __name__ == "__main__":
    unittest.main()
