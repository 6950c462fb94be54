"""./lab check with fake steps: all of them run, the table says what became of each, the exit code whether all is well."""
import contextlib
import io
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from lab import cli
from lab.author import check, steps, style
from lab.author.steps import Step
from lab.machine import setup, suites
from lab.services import times
from lab.services.logged import WorkFailed
from lab.services.places import ROOT, LabError
from lab.services.report import Result


def failing():
    raise LabError("2 of 9 tests failed", code=1)


class CheckTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        change = mock.patch.object(times, "BUILD", Path(folder.name))
        change.start()
        self.addCleanup(change.stop)
        self.ran = []
        self.steps = {"one": Step("the first", self.passing("one", "9 tests")), "two": Step("the second", failing),
                      "three": Step("the third", self.passing("three", "3 files"))}

    def passing(self, name, counted):
        return lambda: self.ran.append(name) or counted

    def check(self, *names, listed=False, everything=False):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = check.run(SimpleNamespace(steps=list(names), list=listed, all=everything, times=False), self.steps)
        return code, said.getvalue()

    def test_all_steps_run_though_one_failed(self):
        code, said = self.check()
        self.assertEqual((code, self.ran), (1, ["one", "three"]))
        self.assertRegex(said, r"one +the first +9 tests +0.0 s +ok\n")
        self.assertRegex(said, r"two +the second +0.0 s +FAILED\n")
        self.assertRegex(said, r"three +the third +3 files +0.0 s +ok\n")
        self.assertIn("two failed: 2 of 9 tests failed\n", said)
        self.assertEqual(said.splitlines()[-1], "steps: 2 passed, 1 failed")

    def test_only_the_steps_that_are_asked_for_run(self):
        code, said = self.check("three", "one")
        self.assertEqual((code, self.ran), (0, ["one", "three"]))
        self.assertNotIn("the second", said)
        self.assertEqual(said.splitlines()[-1], "steps: 2 passed, 0 failed")

    def test_a_step_that_cannot_be_set_up_has_failed(self):
        self.steps["two"] = Step("the second", mock.Mock(side_effect=LabError("no network", code=2)))
        self.assertEqual(self.check()[0], 1)
        for error in (FileNotFoundError("clang-tidy"), subprocess.CalledProcessError(1, "make_seeds")):
            self.steps["two"] = Step("the second", mock.Mock(side_effect=error))
            self.assertEqual(self.check()[0], 1)

    def test_an_unknown_step_is_refused_with_the_list_before_anything_runs(self):
        with self.assertRaises(LabError) as raised:
            self.check("one", "four")
        self.assertEqual((raised.exception.code, self.ran), (2, []))
        self.assertIn("unknown step 'four'; there are: one, two, three", str(raised.exception))
        with contextlib.redirect_stderr(io.StringIO()) as told:
            self.assertEqual(cli.main(["check", "no-such-step"]), 2)
        self.assertEqual(len(told.getvalue().splitlines()), 1)

    def test_a_step_that_wants_to_be_named_runs_only_then(self):
        self.steps = {"one": Step("the first", self.passing("one", "")),
                      "rare": Step("the rare", self.passing("rare", ""), only_by_name=True)}
        self.check()
        self.assertEqual(self.ran, ["one"])
        self.check("rare")
        self.assertEqual(self.ran, ["one", "rare"])
        self.check(everything=True)
        self.assertEqual(self.ran, ["one", "rare", "one", "rare"])
        with self.assertRaisesRegex(LabError, "either --all or the names"):
            self.check("rare", everything=True)
        self.assertIn("\nrare  the rare (only if named, or with --all)\n", self.check(listed=True)[1])

    def test_the_packages_of_all_chosen_steps_are_asked_for_at_once_before_the_first_runs(self):
        self.steps = {"one": Step("the first", self.passing("one", ""), ("style",)),
                      "two": Step("the second", failing, ("clang", "fuzzing")),
                      "three": Step("the third", self.passing("three", ""), ("docs",))}
        with mock.patch.object(setup.packages, "ensure", side_effect=LabError("no sudo here")) as ensure, \
                self.assertRaises(LabError):
            self.check("one", "two")
        self.assertEqual([package.name for package in ensure.call_args.args[0]],
                         ["clang-format", "clang-tidy", "clang-16", "libclang-rt-16-dev"])
        self.assertEqual(self.ran, [])

    def test_a_step_whose_wishes_cannot_be_had_is_skipped_and_counted(self):
        self.steps = {"one": Step("the first", self.passing("one", ""), ("style",)),
                      "seen": Step("the second", self.passing("seen", ""), wishes=("browser",))}
        refused = mock.Mock(side_effect=lambda wanted: self.fail_for("chromium", wanted))
        with mock.patch.object(setup.packages, "ensure", refused):
            code, said = self.check()
        self.assertEqual((code, self.ran), (0, ["one"]))
        self.assertRegex(said, r"seen +the second +0.0 s +skipped\n")
        self.assertIn("seen skipped: no network for chromium\n", said)
        self.assertEqual(said.splitlines()[-1], "steps: 1 passed, 0 failed, 1 skipped")
        with mock.patch.object(setup.packages, "ensure"):
            self.assertEqual(self.check()[1].splitlines()[-1], "steps: 2 passed, 0 failed")

    def fail_for(self, name, wanted):
        if name in [package.name for package in wanted]:
            raise LabError(f"no network for {name}")

    def test_each_step_names_the_packages_of_its_work(self):
        used = {"source": "style", "docs": "docs", "tidy": "style", "labs-clang": "clang", "fuzz": "fuzzing",
                "asan": "clang", "alone": "clang", "editions": "clang"}
        for name, step in steps.STEPS.items():
            if name == "pictures":
                self.assertEqual((step.groups, step.wishes), ((), ("browser",)))
                continue
            self.assertEqual("build" in step.groups, name != "source", name)
            self.assertIn(used.get(name, "test"), step.groups, name)

    def test_the_list_runs_nothing(self):
        code, said = self.check(listed=True)
        self.assertEqual((code, self.ran), (0, []))
        self.assertEqual(said, "one    the first\ntwo    the second\nthree  the third\n")


class FrontTest(unittest.TestCase):
    def front(self, words):
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as changes:
            build = Path(folder)
            for name, value in (("BUILD", build), ("DEPS", build / "deps"), ("run_logged", mock.Mock())):
                changes.enter_context(mock.patch.object(steps, name, value))
            changes.enter_context(mock.patch.object(steps, "tracked", lambda: ["lab", "docs/set-up.md"]))
            (build / "front-demo.log").write_text(words)
            counted = steps.front()
            self.assertEqual([call.args[1][1] for call in steps.run_logged.call_args_list], ["demo", "doctor"])
            return counted

    def test_it_counts_what_the_demo_says(self):
        words = "naive 9 8 1 2/4\nradix = naive: logits identical: yes (8,579 rows)\n\nlogits identical: yes (77 rows)\n"
        self.assertEqual(self.front(words), "8,579 + 77 rows identical, 2 of 4 answers right")

    def test_a_demo_that_does_not_say_so_has_failed(self):
        for words in ("", "2/4\nlogits identical: yes (77 rows)\n", "logits identical: yes (1 rows)\nlogits identical: yes (2 rows)\n"):
            with self.assertRaisesRegex(LabError, "front-demo.log"):
                self.front(words)


class SuitesOfAStepTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def suites(self, results, patterns=(), ctest=None):
        def run(*_):
            (folder / "lab-check.xml").touch()
            if ctest:
                raise ctest

        said, folder = io.StringIO(), self.folder
        with contextlib.redirect_stdout(said), mock.patch.object(suites, "run_logged", side_effect=run), \
                mock.patch.object(suites, "build_folder", return_value=folder), \
                mock.patch.object(suites.report, "read_junit", return_value=results):
            try:
                return suites.run_suites("labs", patterns), said.getvalue()
            except LabError as error:
                return str(error), said.getvalue()

    def test_tests_are_counted(self):
        results = [Result("io.a", "passed"), Result("io.b", "skipped", reason="no GPU here")]
        told, said = self.suites(results)
        self.assertEqual(told, "1 tests, 1 skipped")
        self.assertIn("no GPU here", said)

    def test_a_failing_tests_words_are_shown(self):
        results = [Result("io.a", "passed"), Result("io.b", "failed", output="expected 3, got 4")]
        told, said = self.suites(results, ctest=WorkFailed("Running the suites", ROOT / "log"))
        self.assertEqual(told, "1 of 2 tests failed")
        self.assertIn("Failed: io.b\nexpected 3, got 4\n", said)

    def test_a_pattern_without_a_test_that_ran_fails(self):
        results = [Result("io.a", "passed"), Result("kernels.b", "skipped", reason="none")]
        self.assertEqual(self.suites(results, [r"^io\.", r"^kernels\."])[0], r"no test ^kernels\. ran")

    def test_more_patterns_than_ctest_has_brackets_for(self):
        command = suites.ctest_command("labs", Path("junit.xml"), [rf"^{name}\." for name in "abcdefghijkl"])
        self.assertEqual(command[-1].count("("), 0)
        self.assertTrue(re.search(command[-1], "l.Test") and not re.search(command[-1], "m.Test"))

    def test_ctest_that_fails_without_a_failed_test_has_failed(self):
        told, _ = self.suites([Result("io.a", "passed")], ctest=WorkFailed("Running the suites", ROOT / "log"))
        self.assertIn("Running the suites failed", told)


class SourceTest(unittest.TestCase):
    def troubles(self, name, content):
        path = mock.Mock(read_bytes=lambda: content)
        return list(style.troubles_of(path, name))

    def test_python_must_compile(self):
        self.assertEqual(self.troubles("a.py", b"x = 1\n"), [])
        self.assertRegex(self.troubles("a.py", b"x = 1\ny = = 2\n")[0], "^a.py:2: ")

    def test_files_have_a_limit(self):
        self.assertEqual(self.troubles("a.bin", bytes(style.BIGGEST_FILE)), [])
        self.assertIn("at most", self.troubles("a.bin", bytes(style.BIGGEST_FILE + 1))[0])


class LeftOutTest(unittest.TestCase):
    def test_what_links_libtorch_is_found_in_the_cmake_files(self):
        self.assertLessEqual({"radixlab_stock", "test_stock", "doc_qa_stock"}, set(steps.with_libtorch()))

    def test_no_target_under_tsan_links_it(self):
        self.assertFalse(set(steps.TSAN) & set(steps.with_libtorch()))
        self.assertFalse(set(steps.EMULATED) & set(steps.with_libtorch()))


if __name__ == "__main__":
    unittest.main()
