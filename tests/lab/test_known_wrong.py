"""Known-wrong solutions: what a file may say, and a kill matrix over small programs that speak as GoogleTest does."""
import contextlib
import io
import json
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab.author import kill_matrix, labs, make_wrong
from lab.services.places import LabError

HEAD = {"story": "it forgets", "task": "7.2", "file": "2_keep.cpp", "killed_by": "T2_Keeps", "says": "I16"}
CHANGE = "- keep(n);  // always\n+   forget(n);\n"
SOLUTION = "void f() {\n  first();\n  keep(n);  // always\n}\n"
SUITE = ("Lab07.T1_Finds", "Lab07.T2_Keeps", "Lab07.T2_Asks", "Sizes/Lab07.T3_Grows/0")
PROGRAM = """#!/bin/sh
case "$1" in
  --gtest_list_tests)
    printf 'Running main()\\nLab07.\\n  T1_Finds\\n  T2_Keeps\\n  T2_Asks\\n'
    printf 'Sizes/Lab07.\\n  T3_Grows/0  # GetParam() = 1\\n'
    exit;;
  --gtest_filter=*) tests=$(echo "${1#--gtest_filter=}" | tr : ' ');;
esac
red=0
for test in $tests; do
  echo "[ RUN      ] $test"
  case "$test" in RULES *) echo "[       OK ] $test (0 ms)";; esac
done
exit $red
"""
FAILS = '{}) printf "a.cpp:7: Failure\\nI16: ref is 0\\n"; red=1; echo "[  FAILED  ] $test (0 ms)";;'


class WrongTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        environment = mock.patch.dict("os.environ", RADIXLAB_BUILD=str(self.root / "build"))
        environment.start()
        self.addCleanup(environment.stop)

    def wrong(self, name="forgets", change=CHANGE, **head):
        path = self.root / "tests/wrong/07-tree" / f"{name}.wrong"
        path.parent.mkdir(parents=True, exist_ok=True)
        told = "".join(f"{key}: {value}\n" for key, value in {**HEAD, **head}.items() if value)
        path.write_text(f"{told}\n{change}")
        return path


class FileTest(WrongTest):
    def refused(self, words, **file):
        with self.assertRaises(LabError) as raised:
            make_wrong.spoilt(make_wrong.read(self.wrong(**file)), SOLUTION)
        self.assertIn(words, str(raised.exception))

    def test_the_lines_are_replaced_whatever_their_spaces(self):
        spoilt = make_wrong.spoilt(make_wrong.read(self.wrong()), SOLUTION)
        self.assertEqual(spoilt, "void f() {\n  first();\n  forget(n);\n}\n")

    def test_it_is_written_in_the_language_of_its_solution(self):
        for file in ("2_keep.cpp", "2_keep.cu"):
            (self.root / file).write_text(SOLUTION)
            make_wrong.main([self.root, self.root / "out", self.wrong(file=file)])
        self.assertEqual(sorted(path.name for path in (self.root / "out").iterdir()), ["forgets.cpp", "forgets.cu"])

    def test_what_a_file_lacks_or_does_not_know_is_named(self):
        self.refused("its head lacks killed_by, says", killed_by="", says="")
        self.refused("forgets.wrong:6: expected one 'name: value' of crash, file,", sauce="none")

    def test_the_change_fits_its_solution_once(self):
        self.refused("its '-' lines occur 0 times in 2_keep.cpp, expected once", change="- never(n);\n+ x\n")
        self.refused("changes 1 lines, 0 of them ours", change="+ x\n")
        self.refused("changes 11 lines, 1 of them ours; expected 1 to 10", change="- first();\n" + "+ x\n" * 10)
        self.refused("expected lines that begin with - or +, found '  x'", change="- first();\n  x\n")


class SetTest(WrongTest):
    def checked(self):
        with mock.patch.object(labs.known_wrong, "__defaults__", (self.root,)), \
                contextlib.redirect_stdout(io.StringIO()) as said:
            return labs.main(["known-wrong"]), said.getvalue()

    def test_half_have_a_source_that_names_one(self):
        self.wrong("a", story="a")
        self.wrong("b", story="b", source="sglang#13483 (freed twice)")
        counted = "2 known-wrong solutions of 1 chapters, 1 with a source, 0 caught by a crash"
        self.assertEqual(self.checked(), (0, f"author.known-wrong: {counted}\n"))
        self.wrong("c", story="c")
        self.assertIn("1 of 3 have a source, expected at least half", self.checked()[1])
        self.wrong("c", story="c", source="seen somewhere")
        self.assertIn("'seen somewhere' names no source", self.checked()[1])

    def test_one_in_ten_is_caught_by_a_crash(self):
        for number in range(10):
            self.wrong(f"w{number}", story=str(number), source=("S1", "mini-sglang@8827b0f")[number % 2],
                       crash="it must" if number == 0 else "")
        self.assertEqual(self.checked()[0], 0)
        self.wrong("w1", story="1", source="S1", crash="it must")
        self.assertEqual(self.checked(), (1, "2 of 10 are caught by a crash, expected one in ten: w0, w1\n"))

    def test_each_tells_a_story_of_its_own(self):
        self.wrong("a", source="S1")
        self.wrong("b", source="S2")
        self.assertEqual(self.checked(), (1, "2 files tell one story: it forgets\n"))

    def test_none_at_all_is_red(self):
        (self.root / "tests/wrong").mkdir(parents=True)
        self.assertEqual(self.checked(), (1, "tests/wrong/ has no known-wrong solution\n"))


class MatrixTest(WrongTest):
    def killed(self, rules, **head):
        """(exit code, what was printed) of the matrix over one program whose tests end as `rules`, cases of sh, say."""
        self.wrong(**head)
        program = self.root / "kill_07_forgets"
        program.write_text(PROGRAM.replace("RULES", rules))
        os.chmod(program, 0o755)
        with mock.patch.object(kill_matrix, "all_wrong", lambda slug: make_wrong.all_wrong(slug, self.root)), \
                contextlib.redirect_stdout(io.StringIO()) as said:
            code = kill_matrix.main("07-tree", self.root, self.root / "kill-07.json")
        return code, said.getvalue()

    def assert_red(self, words, rules, **head):
        code, said = self.killed(rules, **head)
        self.assertEqual(code, 1)
        self.assertIn(f"forgets: {words}\n", said)

    def test_a_kill_is_drawn_and_kept_for_explain(self):
        code, said = self.killed(FAILS.format("*T2_Keeps") + FAILS.format("*T3_Grows/0"), source="S1")
        self.assertEqual(code, 0)
        self.assertIn("\nforgets  .X.x  S1\n", said)
        self.assertIn("1 of 1 known-wrong solutions killed by 4 tests, 1 with a source, 0 by a crash", said)
        self.assertEqual(json.loads((self.root / "kill-07.json").read_text()), {"wrong": {"forgets": {
            "story": "it forgets", "task": "7.2", "source": "S1", "failed": [SUITE[1], SUITE[3]],
            "said": {SUITE[1]: "I16: ref is 0", SUITE[3]: "I16: ref is 0"}}}})

    def test_a_test_with_a_parameter_kills_too(self):
        self.assertEqual(self.killed(FAILS.format("*T3_Grows/0"), task="7.3", killed_by="T3_Grows")[0], 0)

    def test_a_survivor_is_red(self):
        self.assert_red("survives T2_Keeps (all tests pass)", "")
        self.assert_red("survives T2_Keeps (Lab07.T1_Finds)", FAILS.format("*T1_Finds"))

    def test_so_is_a_test_that_is_not_the_tasks(self):
        self.assert_red("T1_Finds is no test of task 7.2", FAILS.format("*T1_Finds"), killed_by="T1_Finds")
        self.assert_red("T2_Never is no test of task 7.2", FAILS.format("*T2_Keeps"), killed_by="T2_Never")

    def test_so_are_other_words(self):
        self.assert_red("Lab07.T2_Keeps does not say 'I13' but: I16: ref is 0", FAILS.format("*T2_Keeps"), says="I13")

    def test_so_is_a_wreck(self):
        self.assert_red("fails 3 of 4 tests, expected at most half", FAILS.format("*T[12]*"))

    def test_a_crash_needs_its_sentence_and_leaves_the_other_tests_their_say(self):
        for death in ("kill -SEGV $$", "exit 0", "while :; do :; done"):
            rules = f"*T2_Keeps) echo I16; {death};;" + FAILS.format("*T3_Grows/0")
            with self.subTest(death):
                self.assert_red("is caught by a crash: a 'crash:' line must say why", rules)
                code, said = self.killed(rules, crash="nobody can ask a dead node")
                self.assertEqual(code, 0)
                self.assertIn("\nforgets  .!.x\n", said)

    def test_what_this_processor_cannot_run_is_left_out(self):
        self.wrong("vectors", story="another", needs="avx9")
        code, said = self.killed(FAILS.format("*T2_Keeps"))
        self.assertEqual(code, 0)
        self.assertIn("vectors: left out, because this processor lacks avx9\n", said)
        self.assertIn("1 of 1 known-wrong solutions killed", said)

    def test_a_sentence_without_a_crash_is_red(self):
        self.assert_red("does not crash, but says so", FAILS.format("*T2_Keeps"), crash="it must")

    def test_a_suite_without_tests_or_a_chapter_without_files_is_red(self):
        with self.assertRaisesRegex(LabError, "has no known-wrong solution"), \
                mock.patch.object(kill_matrix, "all_wrong", lambda slug: []):
            kill_matrix.main("07-tree", self.root, self.root / "kill-07.json")
        with self.assertRaisesRegex(LabError, "lists no test"):
            with mock.patch.object(kill_matrix, "listed", lambda output: ()):
                self.killed("")


if __name__ == "__main__":
    unittest.main()
