"""The program story_player: lines, tree and picture of a story, and good exit codes.

Usage: story_player_test.py PROGRAM
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
STORY = """\
{"op":"story","page_size":1,"partial_hits":false}
{"op":"insert","tokens":[7,7,3,1],"cache_salt":0,"pages":[0,1,2,3],"from":[0,0,0],"cached_len":0,"handle":[4,1,1]}
{"op":"lock","handle":[4,1,1]}
{"op":"insert","tokens":[7,7,9],"cache_salt":0,"pages":[0,1,4],"from":[0,0,0],"cached_len":2,"handle":[3,3,1]}
{"op":"evict","num_pages":2,"pages":[2,3]}
{"op":"broken","rule":"I19: evicted page 2 of a locked prefix of 4 tokens"}
"""


class StoryPlayerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.story = self.folder / "5.2.jsonl"
        self.story.write_text(STORY, encoding="utf-8")

    def run_player(self, *args):
        return subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True, timeout=60, check=False)

    def test_a_line_a_call_and_the_tree_at_the_end(self):
        done = self.run_player(self.story)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, """\
   1  insert  [7 7 3 1]  -> 0 cached
   2  lock    [7 7 3 1]
   3  insert  [7 7 9]    -> 2 cached
   4  evict   2 pages    -> frees pages 2-3
But   I19: evicted page 2 of a locked prefix of 4 tokens

Cached by these calls: 3 pages of 1 token, 2 of them locked
  [7 7]  pages 0-1  locked
    [9]  page 4
""")

    def test_a_step_before_the_end_and_its_picture(self):
        done = self.run_player(self.story, "--step", 1, "--out", self.folder / "new/pictures")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("1  insert  [7 7 3 1]  -> 0 cached\n\n", done.stdout)
        self.assertIn("  [7 7 3 1]  pages 0-3\n", done.stdout)
        dot = (self.folder / "new/pictures/5.2.dot").read_text(encoding="utf-8")
        self.assertIn("7 7 3 1", dot)
        self.assertIn("5.2, after call 1", dot)
        if shutil.which("dot"):
            self.assertIn("<svg", (self.folder / "new/pictures/5.2.svg").read_text(encoding="utf-8"))

    def test_bad_input_is_one_line_and_nothing_is_printed_before(self):
        self.story.write_text(STORY + '{"op":"fly"}\n', encoding="utf-8")
        for args, words in [
            ([self.story], "5.2.jsonl:7: \"op\" is \"fly\""),
            ([self.story, "--step", 9], "5.2.jsonl:7"),
            ([self.folder / "none"], "none: cannot be read"),
            ([self.folder], "cannot be read"),
            ([], "story is required"),
            ([self.story, "--step", 0], "--step"),
        ]:
            done = self.run_player(*args)
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), args)
            self.assertIn(words, done.stderr)

    def test_a_step_that_is_not_there(self):
        done = self.run_player(self.story, "--step", 5)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("has 4 calls; expected --step at most that", done.stderr)


if __name__ == "__main__":
    unittest.main()
