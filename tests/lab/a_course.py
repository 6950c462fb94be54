"""A small course in a temporary folder, for the tests of the learner's commands: two labs of two tasks, and text."""
import argparse
import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab import cli
from lab.grade import record
from lab.learn import learner
from lab.services import course
from lab.services.command import parser_of
from lab.services.places import LabError
from lab.services.stubs import stub

OURS = '''#include "{slug}/{header}.hpp"

namespace radixlab {{

void {name}() {{ done(); }}

}}  // namespace radixlab
'''


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make_chapter(root, slug, names, together=2):
    number = int(slug[:2])
    tasks = [{"id": f"{number}.{k}", "file": f"{k}_{name}.cpp", "title": f"the {name}", "points": k + 2,
              "minutes": 10 * k} for k, name in enumerate(names, 1)]
    lab = {"title": f"about {slug[3:]}", "minutes": 90, "gpu": False, "tasks": tasks, "together": {"points": together}}
    put(root / "chapters" / slug / "lab.json", json.dumps(lab))
    text = "".join(f"\n## Task {task['id']}: {task['title']}\n\nWrite the {name}.\nIt is short.\n\nMore.\n"
                   for task, name in zip(tasks, names))
    put(root / "chapters" / slug / "README.md", f"# Chapter {slug[:2]}\n\nNot task 9.9.\n{text}")
    hints = "".join("\n## ID\n1. First of ID.\n2. Second\n   of ID.\n3. Third of ID.\n".replace("ID", task["id"])
                    for task in tasks)
    put(root / "chapters" / slug / "hints.md", f"# Hints\n{hints}")
    for task, name in zip(tasks, names):
        words = {"slug": slug, "header": "desk" if name == "begin" else "shelf", "name": name, "id": task["id"]}
        text = OURS.format(**words)
        put(root / "solutions" / slug / task["file"], text)
        put(root / "exercises" / slug / task["file"], stub(text, task["id"], f"First of {task['id']}.", "here"))
    for header in ("desk", "shelf", "unused"):
        put(root / "chapters" / slug / f"{header}.hpp", "#pragma once\n")


class CourseTest(unittest.TestCase):
    """self.root is a course: 01-desk with tasks 1.1 and 1.2, 03-shelf with 3.1 and 3.2, 02-reading without a lab."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve() / "course"
        make_chapter(self.root, "01-desk", ("begin", "stop"))
        make_chapter(self.root, "03-shelf", ("put", "take"))
        put(self.root / "chapters/00-start/README.md", "# Read\n")
        put(self.root / "chapters/02-reading/README.md", "# Read\n")
        for change in (mock.patch("lab.services.places.ROOT", self.root), mock.patch.dict("os.environ", {"COLUMNS": "80"})):
            change.start()
            self.addCleanup(change.stop)

    def text(self, path):
        return (self.root / path).read_bytes().decode()

    def write(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def run_command(self, name, *words):
        """(exit code, standard output, standard error) of ./lab NAME WORDS... in the course."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            module = cli.module_of(name)
            try:
                code = module.run(parser_of(name, module).parse_args(words, argparse.Namespace(more=[])), self.root)
            except LabError as error:
                code = error.code
                print(f"lab: {error}", file=err)
        return code, out.getvalue(), err.getvalue()

    def says(self, *words):
        """What the command prints; it must end well."""
        code, out, err = self.run_command(*words)
        self.assertEqual((code, err), (0, ""))
        return out

    def refuses(self, *words, code=2):
        """The one line in which the command refuses."""
        got, out, err = self.run_command(*words)
        self.assertEqual((got, out, len(err.splitlines())), (code, "", 1), err)
        return err

    def graded(self, number, together=record.OK, started="2100-01-01T00:00:00Z", **states):
        """Writes the record of a grade: graded("01", t1=OK, t2=FAILED). Tasks that are not named are ok."""
        lab = course.lab(number, self.root)
        items = []
        for k, task in enumerate(lab.tasks, 1):
            state = states.get(f"t{k}", record.OK)
            tests = [record.Test(f"Lab{number}.T{k}_{name}", found, says="told") for name, found in
                     (("Passes", record.PASSED), ("Breaks", record.PASSED if state == record.OK else record.FAILED))]
            reached = task.points if state == record.OK else 0
            file = f"exercises/{lab.slug}/{task.file}"
            items.append(record.Item(task.id, task.title, file, reached, task.points, state, "because", tests))
        reached = lab.together if together == record.OK else 0
        items.append(record.Item(record.TOGETHER, "all", "", reached, lab.together, together, "because of both"))
        found = record.Record(number, lab.slug, lab.title, True, items, {number: "yours"}, started=started)
        found.write(learner.record_path(lab))
        return found
