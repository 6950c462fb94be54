"""The packages of ./lab stand in layers: no file imports one above it, and no files import each other in a circle."""
import ast
import tempfile
import unittest
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from a_course import put
from lab import cli
from lab.services.places import ROOT

LAB = ROOT / "common/lab"
LAYERS = (("services",), ("machine",), ("gpu", "grade"), ("learn",), ("author", "bench"), ("cli",), ("__main__",))
"""From the bottom. What shares a layer knows nothing of each other, but for the files of one package."""
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}


def imports(folder):
    """{"learn/watch.py": {"grade/grade.py"...}}: who imports whom, inside functions too."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.py"))}
    return {name: {file for module in modules(ast.parse(path.read_text(encoding="utf-8")), name)
                   if (file := file_of(module)) in files and file != name} for name, path in files.items()}


def modules(tree, name):
    """Every name of a module that is imported in this file; that of a function in a module is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            near = ["lab", *name.split("/")][:-node.level] if node.level else []
            module = ".".join([*near, *filter(None, [node.module])])
            yield from (module, *(f"{module}.{alias.name}" for alias in node.names))


def file_of(module):
    return "/".join(module.split(".")[1:]) + ".py" if module.startswith("lab.") else ""


def part_of(name):
    """The package of a file, or a file on top itself."""
    return name.removesuffix(".py").partition("/")[0]


def upward(known):
    """The imports that no file may have, in words."""
    return [f"{name} imports {other}: {part_of(name)} may not know {part_of(other)}"
            for name, others in known.items() for other in sorted(others)
            if part_of(name) != part_of(other) and LEVEL[part_of(name)] <= LEVEL[part_of(other)]]


def circle(known):
    """The files of a circle, each of which imports the next; empty where there is none."""
    try:
        TopologicalSorter(known).prepare()
        return ""
    except CycleError as error:
        return " imports ".join(reversed(error.args[1]))


class LayersTest(unittest.TestCase):
    def setUp(self):
        self.known = imports(LAB)

    def test_every_file_is_in_a_package_of_the_order(self):
        parts = {part_of(name) for name in self.known} - {"__init__"}
        self.assertEqual(parts, set(LEVEL))

    def test_no_file_imports_one_above_it(self):
        self.assertEqual(upward(self.known), [])

    def test_there_is_no_circle_with_what_the_table_of_commands_loads_neither(self):
        loaded = {file_of(f"lab.{module}") for module in cli.COMMANDS.values()}
        self.assertLessEqual(loaded, self.known.keys())
        self.known["cli.py"] |= loaded
        self.assertEqual(circle(self.known), "")


class SeenRedTest(unittest.TestCase):
    """The same questions, asked of files that are wrong."""

    def known(self, **files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, text in files.items():
            put(Path(folder.name, f"{name.replace('__', '/')}.py"), text)
        return imports(Path(folder.name))

    def test_an_import_from_above_names_both_files_wherever_it_stands(self):
        late = "def run():\n    from lab.author.check import table\n"
        for text in ("import lab.author.check\n", "from lab.author import check\n", "from lab.author.check import run\n",
                     "from ..author import check\n", "from ..author.check import run\n", late):
            known = self.known(grade__class_report=text, author__check="")
            self.assertEqual(upward(known), ["grade/class_report.py imports author/check.py: grade may not know author"], text)

    def test_packages_side_by_side_do_not_know_each_other(self):
        known = self.known(bench__plot="from lab.author import figures\n", author__figures="import lab.bench.plot\n")
        self.assertEqual(len(upward(known)), 2)

    def test_what_is_below_or_beside_in_the_package_is_fine(self):
        known = self.known(learn__watch="from lab.grade import grade\nfrom lab.learn.learner import lab_of\n",
                           learn__learner="from lab.services.places import ROOT\n", grade__grade="", services__places="import os\n")
        self.assertEqual((upward(known), circle(known)), ([], ""))
        self.assertEqual(known["learn/watch.py"], {"grade/grade.py", "learn/learner.py"})

    def test_a_circle_names_its_files(self):
        known = self.known(grade__board="from lab.grade import record\n", grade__record="from lab.grade.board import lines\n")
        self.assertIn(circle(known), ("grade/board.py imports grade/record.py imports grade/board.py",
                                      "grade/record.py imports grade/board.py imports grade/record.py"))


if __name__ == "__main__":
    unittest.main()
