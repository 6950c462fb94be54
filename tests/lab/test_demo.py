"""The demo: what it asks is in the repository, and its random model is made once."""
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab import demo
from lab.places import LabError


class DemoTest(unittest.TestCase):
    """What the demo asks is in the repository."""

    def test_each_document_has_questions(self):
        self.assertTrue(demo.documents())
        for document in demo.documents():
            self.assertEqual(len(demo.first_questions(document).splitlines()), demo.TIMED_QUESTIONS, document.name)


class TimedModelTest(unittest.TestCase):
    """The demo's random model is made once, and a half-made one is never used."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.model = Path(folder.name) / "models/110m"
        self.code = 0
        for change in (mock.patch.object(demo, "TIMED_MODEL", self.model), mock.patch.object(demo, "Progress"),
                       mock.patch.object(demo.subprocess, "run", side_effect=self.make)):
            change.start()
            self.addCleanup(change.stop)
        self.made = 0

    def make(self, command, **_):
        self.made += 1
        out = Path(command[command.index("--out") + 1])
        out.mkdir()
        (out / "config.json").touch()
        return subprocess.CompletedProcess(command, self.code, "", "disk full\n")

    def test_made_once(self):
        demo.make_timed_model()
        demo.make_timed_model()
        self.assertEqual(self.made, 1)
        self.assertTrue((self.model / "config.json").exists())

    def test_a_half_made_one_is_made_again(self):
        self.code = 1
        with self.assertRaisesRegex(LabError, "make_model failed: disk full"):
            demo.make_timed_model()
        self.assertFalse(self.model.exists())
        self.code = 0
        demo.make_timed_model()
        self.assertEqual(self.made, 2)


if __name__ == "__main__":
    unittest.main()
