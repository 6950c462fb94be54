"""The demo: what it asks is in the repository, and its random model is made once."""
import argparse
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from a_course import CourseTest, put
from lab.learn import demo, replay
from lab.services import course
from lab.services.places import LabError


class DemoTest(unittest.TestCase):
    """What the demo asks is in the repository."""

    def test_each_document_has_questions(self):
        self.assertTrue(demo.documents())
        for document in demo.documents():
            self.assertEqual(len(demo.first_questions(document).splitlines()), demo.TIMED_QUESTIONS, document.name)


class ChapterTest(CourseTest):
    """./lab demo NN: whose code it shows."""

    def setUp(self):
        super().setUp()
        for slug in ("00-start", "01-desk", "03-shelf"):
            put(self.root / "chapters" / slug / "demo.cpp", "")
        self.full = []
        for change in (mock.patch.object(demo, "ROOT", self.root), mock.patch.object(course, "labs", self.labs),
                       mock.patch.object(demo.grade, "all_full", lambda: self.full)):
            change.start()
            self.addCleanup(change.stop)

    def labs(self, read=course.labs):
        return read(self.root)

    def hide(self, slug):
        (self.root / "solutions" / slug).rename(self.root / slug)

    def test_ours_where_it_is_released(self):
        self.full = ["01", "03"]
        self.assertEqual([demo.own_code(number, False) for number in ("00", "01", "03")], [[], [], []])
        self.assertEqual(demo.own_code("01", True), ["01"])
        self.assertEqual(demo.own_code("03", True), ["01", "03"])

    def test_the_learners_where_it_is_not_and_is_full(self):
        self.hide("03-shelf")
        with self.assertRaisesRegex(LabError, "first reach full points in ./lab grade 03"):
            demo.own_code("03", False)
        self.full = ["01", "03"]
        self.assertEqual(demo.own_code("03", False), ["03"])

    def test_mine_asks_for_full_points(self):
        with self.assertRaisesRegex(LabError, "demo_01 runs on your code when it is complete"):
            demo.own_code("01", True)

    def test_replay_runs_on_every_full_chapter_that_is_asked_for(self):
        with self.assertRaisesRegex(LabError, "no chapter of yours is full yet"):
            replay.run(argparse.Namespace(mine=True, more=[]))
        self.full = ["01", "03"]
        self.assertEqual(demo.own_among(self.labs(), self.full, True), ["01", "03"])
        self.assertEqual(demo.own_among(self.labs(), self.full, False), [])
        self.hide("03-shelf")
        self.assertEqual(demo.own_among(self.labs(), self.full, False), ["03"])

    def test_a_chapter_without_a_demo_is_a_line(self):
        with self.assertRaisesRegex(LabError, "chapter 02 has no demo; there are: 00, 01, 03"):
            demo.run_chapter("02", False, [])


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
