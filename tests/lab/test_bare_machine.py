"""The script of the bare machine refuses what it cannot do before it makes anything. What it does takes minutes: by hand."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab.services.places import ROOT

SCRIPT = ROOT / "tests/bare/bare_machine.sh"
TOOLS = ("sh", "dirname", "id", "cat", "awk")


class BareMachineTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool, path=os.defpath))
        self.be(0)

    def be(self, user):
        (self.bin / "id").unlink()
        (self.bin / "id").write_text(f"#!/bin/sh\necho {user}\n")
        (self.bin / "id").chmod(0o755)

    def run_with(self, *words):
        return subprocess.run(["/bin/sh", SCRIPT, *words], env={"PATH": str(self.bin)}, capture_output=True, text=True)

    def refused(self, *words, says):
        told = self.run_with(*words)
        self.assertEqual((told.returncode, told.stdout, len(told.stderr.splitlines())), (2, "", 1), told.stderr)
        self.assertIn(says, told.stderr)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["bin"])

    def test_help_has_an_example(self):
        told = self.run_with("--help")
        self.assertEqual((told.returncode, told.stderr), (0, ""))
        self.assertIn("\nExample: tests/bare/bare_machine.sh ", told.stdout)

    def test_a_folder_that_is_there_is_never_touched(self):
        self.refused(says="FOLDER is missing")
        self.refused(str(self.bin), says="exists already")

    def test_only_root_and_only_with_its_programs(self):
        machine = str(self.folder / "machine")
        self.refused(machine, says="debootstrap is missing")
        self.be(1000)
        self.refused(machine, says="only root")


if __name__ == "__main__":
    unittest.main()
