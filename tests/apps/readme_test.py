"""README's chapter table is the ladder's, with a link to each text that is written, and each row that is built has its ladder
test. In a student's edition a row whose solution is not released says its lab instead, and its test waits."""
import re
import subprocess
import unittest

from program import BIN, ROOT, run


class Readme(unittest.TestCase):
    def table(self):
        done = run("ladder", "--table")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_chapter_table_is_the_ladders(self):
        readme = re.sub(r"\[(\w+)\]\(chapters/[^)]*\)", r"\1", (ROOT / "README.md").read_text())
        self.assertIn(re.sub(r"^(\| (\d\d) .*\|) lab \2 \|$", r"\1 built |", self.table(), flags=re.MULTILINE), readme)

    def test_each_chapters_text_is_linked_from_its_row(self):
        rows = re.findall(r"^\| (\d\d) \| \[\w+\]\((.*?)\) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
        texts = [str(page.relative_to(ROOT)) for page in sorted(ROOT.glob("chapters/[0-9][0-9]-*/README.md"))]
        self.assertEqual([link for _, link in rows], texts)
        self.assertTrue(all(link.startswith(f"chapters/{chapter}-") for chapter, link in rows))

    def test_every_built_row_has_a_test(self):
        rows = [line.split("|")[1:] for line in self.table().splitlines()[3:]]  # behind the head and row 00
        built = {f"ladder.{chapter.strip()}-{name.strip()}" for chapter, name, _, _, state, *_ in rows
                 if state.strip() in ("built", f"lab {chapter.strip()}")}
        listed = subprocess.run(["ctest", "--test-dir", BIN.parent, "-N", "-R", r"^ladder\.[0-9]"], capture_output=True, text=True)
        self.assertEqual(built, set(re.findall(r"ladder\.\d\d-\S+", listed.stdout)))
        self.assertTrue(built)


if __name__ == "__main__":
    unittest.main()
