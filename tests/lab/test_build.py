"""Building with a fake cmake: what is run, what is shown, and what a failure says."""
import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab import build
from lab.places import LabError

CMAKE = """#!/bin/sh
echo "$@" >> "$RECORD"
echo '[1/2] Building one.cpp.o'
if [ -n "$BREAK" ]; then
  echo 'FAILED: two.cpp.o'
  echo 'two.cpp:1: error: no such thing'
  exit 1
fi
"""


class BuildTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.preset = self.root / "build/test"
        self.preset.mkdir(parents=True)
        cmake = self.root / "bin/cmake"
        cmake.parent.mkdir()
        cmake.write_text(CMAKE)
        cmake.chmod(0o755)
        path = {"PATH": f"{cmake.parent}:{os.environ['PATH']}", "RECORD": str(self.root / "record"), "BREAK": ""}
        for change in (mock.patch.dict("os.environ", path), mock.patch.object(build, "ROOT", self.root),
                       mock.patch.object(build, "build_folder", lambda preset: self.root / "build" / preset)):
            change.start()
            self.addCleanup(change.stop)

    def said_by(self, work, *arguments):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            try:
                work(*arguments)
            except LabError as error:
                self.assertEqual(error.code, 1)
                return said.getvalue() + str(error)
        return said.getvalue()

    def asked(self):
        return (self.root / "record").read_text().splitlines()

    def test_only_the_targets_that_are_asked_for_are_built(self):
        self.said_by(build.build, "test", ["doc_qa", "make_model"])
        self.assertRegex(self.asked()[0], r"--build \S+/build/test --parallel \d+ --target doc_qa make_model$")

    def test_the_compilers_words_stay_in_the_log(self):
        self.assertNotIn("one.cpp", self.said_by(build.build, "test"))
        self.assertIn("one.cpp", (self.preset / "lab-build.log").read_text())

    def test_a_failure_shows_the_log_from_where_it_tells_why(self):
        os.environ["BREAK"] = "yes"
        said = self.said_by(build.build, "test")
        self.assertIn("two.cpp:1: error: no such thing", said)
        self.assertIn("lab-build.log", said)
        self.assertNotIn("one.cpp", said)

    def test_a_folder_that_was_moved_is_configured_afresh(self):
        cache = self.preset / "CMakeCache.txt"
        self.said_by(build.configure, "test")
        cache.write_text(f"CMAKE_HOME_DIRECTORY:INTERNAL={self.root}\n")
        self.said_by(build.configure, "test")
        cache.write_text("CMAKE_HOME_DIRECTORY:INTERNAL=/somewhere/else\n")
        self.said_by(build.configure, "test")
        self.assertEqual(self.asked(), ["--preset test", "--preset test", "--preset test --fresh"])


if __name__ == "__main__":
    unittest.main()
