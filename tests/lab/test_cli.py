"""The commands: what they say when asked, and one line and exit code 2 when asked wrongly."""
import ast
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

from lab import cli
from lab.machine import suites
from lab.services.places import ROOT, LabError


def run(*words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main(list(words))
        except SystemExit as end:  # argparse ends the program after --help
            code = end.code
    return code, out.getvalue(), err.getvalue()


class CliTest(unittest.TestCase):
    def test_an_unknown_command_is_one_line_and_exit_code_2(self):
        code, out, err = run("frobnicate")
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(len(err.splitlines()), 1)
        self.assertIn("unknown command 'frobnicate'", err)

    def test_an_unknown_option_likewise_for_every_command(self):
        for name in cli.COMMANDS:
            code, out, err = run(name, "--frobnicate")
            self.assertEqual((code, out, len(err.splitlines())), (2, "", 1), name)
            self.assertIn("--frobnicate", err)

    def test_every_command_has_help_with_an_example(self):
        for name in cli.COMMANDS:
            code, out, _ = run(name, "--help")
            self.assertEqual(code, 0, name)
            self.assertIn(f"Example: ./lab {name}", out)

    def test_the_overview_names_every_command(self):
        code, out, _ = run("--help")
        self.assertEqual(code, 0)
        for name in cli.COMMANDS:
            self.assertIn(f"  {name} ", out)
        self.assertEqual(run()[0], 2)

    def test_words_after_two_dashes_are_handed_on(self):
        with mock.patch.object(suites, "run", side_effect=lambda a: self.assertEqual(
                (a.patterns, a.more, a.preset), (["ladder"], ["--repeat", "until-fail:2"], "asan")) or 0):
            self.assertEqual(run("test", "--preset", "asan", "ladder", "--", "--repeat", "until-fail:2")[0], 0)

    def test_an_error_is_a_line_with_its_code(self):
        with mock.patch.object(suites, "run", side_effect=LabError("the build failed", code=1)):
            self.assertEqual(run("test"), (1, "", "lab: the build failed\n"))

    def test_the_script_works_from_any_folder(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            told = subprocess.run([ROOT / "lab", "--help"], cwd=elsewhere, env=bare, capture_output=True, text=True)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("Usage: ./lab COMMAND", told.stdout)

    def test_a_reader_who_leaves_early_hears_no_complaint(self):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            done = subprocess.run([str(ROOT / "lab"), "--help"], stdout=writer, stderr=subprocess.PIPE)
        finally:
            os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (141, b""))

    def test_an_old_python_is_told_in_one_line_before_any_newer_syntax_is_read(self):
        start = ROOT / "common/lab/__main__.py"
        ast.parse(start.read_text(), feature_version=(3, 4))
        pretend = ("import runpy, sys; sys.version_info = (3, 9, 18); "
                   f"sys.path.insert(0, 'no such folder'); runpy.run_path({str(start.parent)!r}, run_name='__main__')")
        told = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
        self.assertEqual((told.returncode, told.stdout, len(told.stderr.splitlines())), (2, "", 1), told.stderr)
        self.assertIn("is Python 3.9; ./lab needs 3.10 or newer", told.stderr)


if __name__ == "__main__":
    unittest.main()
