"""The command story: it hands the file to the player, which is built once, and ends as the player does."""
import os
import unittest
from pathlib import Path
from unittest import mock

from a_course import CourseTest, put
from lab import cli
from lab.learn import story

BUILD = os.environ.get("RADIXLAB_BUILD")
HEAD = '{"op":"story","page_size":1}\n'


class StoryTest(CourseTest):
    def setUp(self):
        super().setUp()
        self.file = self.root / "5.2.jsonl"
        put(self.file, HEAD + '{"op":"reset","pages":[]}\n')
        self.player, self.made = self.root / "build/labs/bin/story_player", 0
        self.heard = self.root / "heard"
        for change in (mock.patch.object(story, "program", return_value=self.player), mock.patch.object(story, "set_up"),
                       mock.patch.object(story, "configure"), mock.patch.object(story, "build", side_effect=self.make)):
            change.start()
            self.addCleanup(change.stop)

    def make(self, *_):
        self.made += 1
        put(self.player, f'#!/bin/sh\nprintf "%s\\n" "$@" > {self.heard}\nexit 3\n')
        self.player.chmod(0o755)

    def test_the_player_is_built_once_and_its_end_is_the_commands(self):
        for _ in range(2):
            self.assertEqual(cli.main(["story", str(self.file), "--step", "2", "--out", "some where"]), 3)
        self.assertEqual(self.made, 1)
        self.assertEqual(self.heard.read_text().splitlines(), ["--step=2", "--out=some where", "--", str(self.file)])

    def test_no_file_is_a_line_and_nothing_is_built(self):
        with mock.patch("sys.stderr") as said:
            self.assertEqual(cli.main(["story", str(self.root / "none")]), 2)
            self.assertEqual(cli.main(["story"]), 2)
        self.assertIn("none: is no file; expected a story", said.write.mock_calls[0].args[0])
        self.assertEqual(self.made, 0)

    def test_the_course_is_told_manager_by_manager_and_takes_no_file(self):
        course = self.root / "build/labs/bin/course_so_far"
        put(course, "#!/bin/sh\nfor row in 02-lcp 01-naive; do touch $2/$row.jsonl; done\n")
        put(self.player, f"#!/bin/sh\nbasename $2 >> {self.heard}\n")
        for file in (course, self.player):
            file.chmod(0o755)
        with mock.patch.object(story, "program", side_effect=lambda name, preset: self.root / "build/labs/bin" / name):
            self.assertEqual(cli.main(["story", "--course"]), 0)
            self.assertEqual(cli.main(["story", "--course", str(self.file)]), 2)
        self.assertEqual(self.heard.read_text().split(), ["01-naive.jsonl", "02-lcp.jsonl"])

    @unittest.skipUnless(BUILD and (Path(BUILD) / "bin/story_player").exists(), "story_player is not built here")
    def test_the_real_player_takes_these_words(self):
        self.player.parent.mkdir(parents=True)
        self.player.symlink_to(Path(BUILD) / "bin/story_player")
        self.assertEqual(cli.main(["story", str(self.file), "--step", "1", "--out", str(self.root / "out")]), 0)
        self.assertTrue((self.root / "out/5.2.dot").exists())
        put(self.file, HEAD + "{}\n")
        self.assertEqual(cli.main(["story", str(self.file)]), 2)


if __name__ == "__main__":
    unittest.main()
