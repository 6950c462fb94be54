"""Building with a fake cmake: what is run, what is shown, and what a failure says."""
import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab.machine import build
from lab.services.places import LabError

CMAKE = """#!/bin/sh
echo "$@" >> "$RECORD"
echo '[1/2] Building one.cpp.o'
if [ -n "$BREAK" ]; then
  echo 'FAILED: two.cpp.o'
  echo "two.cpp:1: error: $BREAK"
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

    def said_by(self, work, *arguments, code=1):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            try:
                work(*arguments)
            except LabError as error:
                self.assertEqual(error.code, code)
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
        os.environ["BREAK"] = "no such thing"
        said = self.said_by(build.build, "test")
        self.assertIn("two.cpp:1: error: no such thing", said)
        self.assertIn("lab-build.log", said)
        self.assertNotIn("one.cpp", said)

    def test_the_machines_part_in_a_failure_is_told_with_code_2_and_the_next_run_goes_on(self):
        for words, told in {"No space left on device": "the disk is full",
                            "fatal error: Killed signal terminated program cc1plus": "memory ran out",
                            "CMake Error at a.cmake:3:\n\n  Could not find": "something that the build needs"}.items():
            os.environ["BREAK"] = words
            self.assertIn(f"Building everything failed: {told}", self.said_by(build.build, "test", code=2))
        os.environ["BREAK"] = ""
        self.assertNotIn("failed", self.said_by(build.build, "test"))

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
