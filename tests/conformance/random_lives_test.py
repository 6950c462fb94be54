"""The program random_lives: the same table for any number of threads, and good exit codes.

Usage: random_lives_test.py PROGRAM
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)


def run(*args):
    return subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True, timeout=120, check=False)


class RandomLivesTest(unittest.TestCase):
    def test_the_table_does_not_depend_on_the_threads(self):
        tables = [run("--steps", 1800, "--threads", threads) for threads in (1, 3)]
        self.assertEqual([table.returncode for table in tables], [0, 0])
        self.assertIn("radix     16      1800", tables[0].stdout)
        self.assertEqual(len({table.stdout for table in tables}), 1)

    def test_a_seed_is_one_life(self):
        one, other = run("--steps", 1, "--seed", 7), run("--steps", 1, "--seed", 8)
        self.assertIn("     300 ", one.stdout)
        self.assertNotEqual(one.stdout, other.stdout)

    def test_bad_input_is_refused(self):
        for args, words in [
            (["--manager", "nobody"], ["expected one of", "naive", "radix"]),
            (["--manager", "serving"], ["built in lab 10"]),
            (["--manager", "radix", "--page-size", 5], ["--page-size 5"]),
            (["--steps", 0], ["--steps"]),
            (["--story", "/nowhere/story.jsonl"], ["/nowhere"]),
            (["--replay", "none.jsonl"], ["--manager"]),
            (["--replay", "none.jsonl", "--manager", "radix", "--page-size", 1], ["none.jsonl"]),
        ]:
            done = run(*args)
            self.assertEqual((done.returncode, done.stdout), (2, ""), args)
            for word in words:
                self.assertIn(word, done.stderr)

    def test_a_line_that_is_no_call_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            story = pathlib.Path(folder, "story.jsonl")
            story.write_text('{"op":"fly"}\n', encoding="utf-8")
            done = run("--replay", story, "--manager", "radix", "--page-size", 1)
            self.assertEqual(done.returncode, 2)
            self.assertIn("story.jsonl:1", done.stderr)


if __name__ == "__main__":
    unittest.main()
