"""The learner's walk: the real commands, from ./lab start to ./lab submit, say what docs/learner-walk.md shows."""
import difflib
import unittest

import walk


class WalkTest(unittest.TestCase):
    def test_the_commands_say_what_the_page_shows(self):
        shown, said = walk.TRANSCRIPT.read_text(encoding="utf-8"), walk.make()
        changed = "\n".join(difflib.unified_diff(shown.splitlines(), said.splitlines(), str(walk.TRANSCRIPT), "said now",
                                                 lineterm=""))
        self.assertEqual(shown, said, f"\n{changed}\nIf this is meant: python3 tests/lab/walk.py --write")

    def test_times_and_places_are_masked_and_nothing_else(self):
        root = "/somewhere/course"
        self.assertEqual(walk.masked(f"{root}/build: 2.5 s, 3 min 05 s, 120 s; 3 steps, 5s", root),
                         "build: N s, N s, N s; 3 steps, 5s")


if __name__ == "__main__":
    unittest.main()
