"""README's chapter table is the ladder's, with a link to each text that is written, and each row that is built has its ladder
test. In a student's edition a row whose solution is not released says its lab instead, and its test waits."""
import re
import subprocess
import sys
import unittest

from program import BIN, ROOT, run

sys.path.insert(0, str(ROOT / "common"))
from lab.author import readme  # noqa: E402  (the path comes first)


class Readme(unittest.TestCase):
    def table(self):
        done = run("ladder", "--table")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_chapter_table_is_the_ladders(self):
        page = (ROOT / "README.md").read_text()
        self.assertEqual(readme.written(page, self.table()), page, "./lab readme writes it anew")

    def test_a_chapter_that_is_new_gets_its_link(self):
        old, new = "| 04 | [slots](chapters/04-slots/README.md) |", "| 04 | slots |"
        page = (ROOT / "README.md").read_text()
        self.assertIn(old, page)
        self.assertEqual(readme.written(page.replace(old, new), self.table()), page)

    def test_every_built_row_has_a_test(self):
        rows = [line.split("|")[1:] for line in self.table().splitlines()[3:]]  # behind the head and row 00
        built = {f"ladder.{chapter.strip()}-{name.strip()}" for chapter, name, _, _, state, *_ in rows
                 if state.strip() in ("built", f"lab {chapter.strip()}")}
        listed = subprocess.run(["ctest", "--test-dir", BIN.parent, "-N", "-R", r"^ladder\.[0-9]"], capture_output=True, text=True)
        self.assertEqual(built, set(re.findall(r"ladder\.\d\d-\S+", listed.stdout)))
        self.assertTrue(built)


if __name__ == "__main__":
    unittest.main()
