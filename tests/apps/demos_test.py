"""The lecture demos: their options here; what each shows in tests/NN-slug/demo_test.py, which this runs too."""
import importlib.util
import os
import pathlib
import pty
import re
import subprocess
import tempfile
import unittest

from demos import demos, figures_of
from program import BIN, LEFT_OUT, PATIENCE, ROOT, run


def load_tests(loader, tests, _):
    """The chapters' own, in one process: a run of a demo serves all of them."""
    for path in sorted(ROOT.glob("tests/[0-9][0-9]-*/demo_test.py")):
        if path.parent.name[:2] in LEFT_OUT:
            continue
        spec = importlib.util.spec_from_file_location(f"demo_test_{path.parent.name[:2]}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        tests.addTests(loader.loadTestsFromModule(module))
    return tests


class Options(unittest.TestCase):
    def test_bad_values(self):
        for demo in demos():
            for option, value in (("--model", "no-such-folder"), ("--dtype", "int4"), ("--json", "no/such/x.json"),
                                  ("--dump-tree", "x.jpg"), ("--dump-tree", "no/such/x.txt")):
                done = run(demo, option, value)
                self.assertEqual(done.returncode, 2, (demo, option))
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        done = run("demo_00", "--page-size", "0")
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_a_folder_for_the_figures_is_looked_for_before_the_work(self):
        done = run("demo_01", "--json", "no/such/folder/x.json")
        self.assertIn("no/such/folder", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_the_tree_of_a_demo(self):
        shows = {"demo_01": "radix: the cache after 4 questions\n", "demo_05": "Seed 004's example: four sequences, pages of one token\n"}
        with tempfile.TemporaryDirectory() as folder:
            for demo, title in shows.items():
                tree = pathlib.Path(folder) / f"{demo}.txt"
                done = run(demo, "--dump-tree", tree)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"   tree: {tree}\n", done.stdout)
                self.assertTrue(tree.read_text().startswith(title), tree.read_text())

    def test_a_demo_without_a_tree_says_so_before_the_work(self):
        done = run("demo_00", "--dump-tree", "tree.svg")
        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), done.stderr)
        self.assertIn("demo_00: --dump-tree: this demo caches nothing, so it has no tree", done.stderr)

    def test_steps_do_not_wait_where_nobody_can_press_enter(self):
        for demo in demos():
            text = figures_of(demo)[1]
            steps = [int(number) for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]
            self.assertEqual(steps, list(range(1, max(steps) + 1)), demo)
            self.assertNotIn("[Enter]", text)

    def test_steps_wait_on_a_terminal(self):
        try:
            leader, terminal = pty.openpty()
        except OSError as error:
            self.skipTest(f"no pseudo-terminal here: {error}")
        os.write(leader, b"\n" * 9)
        done = subprocess.run([BIN / "demo_01", "--step", "--managers", "naive"], stdin=terminal, capture_output=True,
                              text=True, cwd=ROOT, timeout=PATIENCE)
        os.close(terminal)
        os.close(leader)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("[Enter]"), 9)


if __name__ == "__main__":
    unittest.main()
