"""The course so far: what every row computes, finds, copies and holds is what the committed figures and the chapters say."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

from program import CHECKPOINT, ROOT, run

sys.path.insert(0, str(ROOT / "common"))

from lab.bench import course  # noqa: E402

FACTS = ("chapter", "manager", "computed", "reused", "copied_bytes", "held_bytes")


class CourseSoFar(unittest.TestCase):
    def test_the_rows_do_what_the_committed_figures_say(self):
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "figures.json"
            done = run("course_so_far", "--model", CHECKPOINT, "--rounds", "1", "--json", told)
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = json.loads(told.read_text())["rows"]
        committed = {row["manager"]: row for row in json.loads(course.FIGURES.read_text())["rows"]}
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual([row[fact] for fact in FACTS], [committed[row["manager"]][fact] for fact in FACTS])

    def test_each_row_that_is_built_tells_two_requests(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run("course_so_far", "--stories", folder).returncode, 0)
            stories = {story.stem[3:]: story.read_text() for story in Path(folder).glob("*.jsonl")}
        for manager, story in stories.items():
            self.assertEqual(story.count('"op":"insert"'), 2, manager)
        self.assertIn("naive", stories)

    def test_a_model_is_asked_for(self):
        done = run("course_so_far")
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr)


if __name__ == "__main__":
    unittest.main()
