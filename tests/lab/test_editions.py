"""The editions: what is in each, and that a solution that slips into the student's is found, whatever its name."""
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

from lab.author import edition_proof, editions, package
from lab.services.places import LabError, tracked
from lab.services.report import Result

SOLUTION = """#include "01-one/one.hpp"

namespace radixlab {{

int {name}(int number) {{
  const int remembered_from_{name} = number + {number};
  const int and_doubled_in_{name} = remembered_from_{name} * 2;
  return and_doubled_in_{name} - remembered_from_{name};
}}

}}  // namespace radixlab
"""
LAB = """{"title": "one", "minutes": 5, "gpu": false, "together": {"points": 1},
 "tasks": [{"id": "1.1", "file": "1_first.cpp", "title": "first", "points": 1, "minutes": 5}]}"""
FILES = {
    "CMakeLists.txt": "project(RadixLab VERSION 7.2 LANGUAGES CXX)\n",
    "README.md": "Read me.\n",
    "lab": "#!/bin/sh\n",
    "chapters/01-one/lab.json": LAB,
    "chapters/01-one/hints.md": "## 1.1\n\n1. Begin.\n2. Go on.\n3. End.\n",
    "solutions/01-one/1_first.cpp": SOLUTION.format(name="first", number=3),
    "solutions/05-five/1_fifth.cpp": SOLUTION.format(name="fifth", number=4),
    "exercises/01-one/1_first.cpp": "what its packer wrote\n",
    "exercises/01-one/open/mine.cpp": "given\n",
    "tests/01-one/one_test.cpp": "a test\n",
    "tests/wrong/01-one/bug.wrong": "story: bug\n",
    "tests/author/CMakeLists.txt": "",
    "tests/lab/test_grade.py": "the grader graded\n",
    "build/labs/bin/program": "built\n",
    "common/lab/__pycache__/cli.pyc": "compiled\n",
}


class ACourse(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.root = self.folder / "course"
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def student(self, *released):
        return editions.student(released, self.root)

    def put(self, edition, folder):
        for name, text in edition.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text)
        (folder / "lab").chmod(0o755)


class EditionsTest(ACourse):
    def test_a_student_has_no_solution_and_no_known_wrong_one(self):
        self.assertEqual(set(self.student().files), {
            "CMakeLists.txt", "README.md", "lab", "EDITION", "MANIFEST.sha256", "chapters/01-one/lab.json", "chapters/01-one/hints.md",
            "exercises/01-one/1_first.cpp", "exercises/01-one/open/mine.cpp", "common/lab/starters/01-one/1_first.cpp",
            "tests/01-one/one_test.cpp", "tests/lab/test_grade.py"})

    def test_a_released_chapters_solutions_come_and_its_starters_go(self):
        closed, opened = self.student(), self.student("01")
        self.assertEqual(set(opened.files) - set(closed.files), {"solutions/01-one/1_first.cpp"})
        self.assertEqual(set(closed.files) - set(opened.files), {"common/lab/starters/01-one/1_first.cpp"})

    def test_the_instructor_has_all_but_what_was_built(self):
        files = editions.instructor(self.root).files
        self.assertEqual(set(files), {name for name in FILES if not name.endswith(".pyc") and not name.startswith("build/")}
                         | {"EDITION", "MANIFEST.sha256"})

    def test_exercises_are_as_in_the_beginning(self):
        for edition in (self.student(), self.student("01"), editions.instructor(self.root)):
            stub = edition.files["exercises/01-one/1_first.cpp"].decode()
            self.assertIn('{ todo("1.1", "Begin.", number); }', stub)
            self.assertNotIn("remembered", stub)

    def test_it_says_what_is_released(self):
        self.assertEqual(self.student().files["EDITION"].decode(),
                         "RadixLab 7.2, student edition\nSolutions released: none yet\nBuilt in their labs: 01, 05\n")
        self.assertEqual(self.student("05", "01").files["EDITION"].decode(),
                         "RadixLab 7.2, student edition\nSolutions released: 01, 05\n")

    def test_the_manifest_has_the_digest_of_every_file_outside_exercises(self):
        files = self.student().files
        lines = dict(reversed(line.split("  ")) for line in files["MANIFEST.sha256"].decode().splitlines())
        self.assertEqual(set(lines), {name for name in files if not name.startswith("exercises/")} - {"MANIFEST.sha256"})
        for name, digest in lines.items():
            self.assertEqual(digest, hashlib.sha256(files[name]).hexdigest(), name)

    def test_a_solution_that_slips_in_is_found_under_any_name(self):
        lines = FILES["solutions/05-five/1_fifth.cpp"].splitlines()
        self.write("chapters/05-five/given.cpp", "\n".join(lines[4:8]))
        with self.assertRaisesRegex(LabError, "chapters/05-five/given.cpp tells solutions/05-five/1_fifth.cpp$"):
            self.student("01")
        self.student("01", "05")  # now everybody may read it

    def test_a_line_in_common_is_no_leak(self):
        self.write("chapters/05-five/given.cpp", FILES["solutions/05-five/1_fifth.cpp"].splitlines()[6])
        self.student()

    def test_a_chapter_without_solutions_cannot_be_released(self):
        with self.assertRaisesRegex(LabError, "chapter 02 has no solutions to release; there are: 01, 05"):
            self.student("01", "02")

    def test_an_edition_is_made_from_the_whole_course(self):
        shutil.rmtree(self.root / "solutions/01-one")
        with self.assertRaisesRegex(LabError, "the solutions are missing of chapter 01"):
            self.student()
        shutil.rmtree(self.root / "solutions")
        with self.assertRaisesRegex(LabError, "the solutions are missing of"):
            editions.instructor(self.root)

    def test_in_a_clone_what_git_does_not_know_stays_out(self):
        git = ["git", "-C", self.root]
        subprocess.run([*git, "init", "--quiet"], check=True)
        subprocess.run([*git, "add", *(name for name in FILES if not name.startswith("build/"))], check=True)
        self.write("notes.txt", "own\n")
        self.assertIn("README.md", tracked(self.root))
        self.assertNotIn("notes.txt", editions.instructor(self.root).files)

    def test_this_course_can_be_packed_for_students(self):
        names = editions.student().files
        self.assertFalse([name for name in names if name.startswith(("solutions/", "tests/wrong/", "tests/author/"))])
        self.assertIn("tests/lab/test_cli.py", names)


@unittest.skipUnless(shutil.which("cpack"), "no cpack here")
class PackageTest(ACourse):
    def test_both_archives_hold_the_edition_and_lab_can_be_run(self):
        edition = self.student("01")
        with mock.patch.object(package, "PACKAGES", self.folder / "packages"):
            packed, zipped = package.pack(edition)
        self.assertEqual(sorted(path.name for path in packed.parent.iterdir()),
                         ["RadixLab-7.2-student.tar.gz", "RadixLab-7.2-student.zip", "student", "student.log"])
        with tarfile.open(packed) as archive:
            archive.extractall(self.folder / "unpacked")
        folder = self.folder / "unpacked/RadixLab-7.2-student"
        self.assertEqual({path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()},
                         edition.files)
        self.assertTrue(os.access(folder / "lab", os.X_OK))
        with zipfile.ZipFile(zipped) as archive:
            self.assertEqual({name.partition("/")[2]: archive.read(name) for name in archive.namelist() if name[-1] != "/"},
                             edition.files)


class ProofTest(ACourse):
    """./lab check editions sees what is wrong with a package."""

    def setUp(self):
        super().setUp()
        self.edition = self.student()
        self.fresh = self.folder / "fresh"
        self.put(self.edition, self.fresh)

    def test_a_sound_package_is_passed(self):
        edition_proof.look_at(self.fresh, self.edition)

    def refused(self, words):
        with self.assertRaisesRegex(LabError, words):
            edition_proof.look_at(self.fresh, self.edition)

    def test_a_file_too_many_or_too_few(self):
        (self.fresh / "notes.txt").write_text("own\n")
        self.refused("notes.txt differ")
        (self.fresh / "notes.txt").unlink()
        (self.fresh / "README.md").unlink()
        self.refused("README.md differ")

    def test_a_changed_file(self):
        (self.fresh / "tests/01-one/one_test.cpp").write_text("another test\n")
        self.refused("tests/01-one/one_test.cpp: FAILED")

    def test_a_solution_that_nobody_released(self):
        self.edition.files["solutions/05-five/1_fifth.cpp"] = b"slipped in\n"
        self.put(self.edition, self.fresh)
        self.refused(r"has solutions of \['05'\], expected \[\]")

    def test_a_known_wrong_solution(self):
        self.edition.files["tests/wrong/01-one/bug.wrong"] = b"slipped in\n"
        self.put(self.edition, self.fresh)
        self.refused("has known-wrong solutions")

    def test_a_lab_that_cannot_be_run(self):
        (self.fresh / "lab").chmod(0o644)
        self.refused("./lab cannot be run")

    def test_laid_over_the_one_before_only_what_differs_is_new(self):
        course = self.folder / "laid"
        self.put(self.edition, course)
        (course / "build").mkdir()
        (course / "build/kept").write_text("built\n")
        (course / "README.md").write_text("an older text\n")
        (course / "solutions/05-five").mkdir(parents=True)
        (course / "solutions/05-five/1_fifth.cpp").touch()
        for path in course.rglob("*"):
            os.utime(path, (1000, 1000))
        opened = self.student("01")
        shutil.rmtree(self.fresh)
        self.put(opened, self.fresh)
        edition_proof.lay_over(self.fresh, course)
        found = {path.relative_to(course).as_posix(): path for path in course.rglob("*") if path.is_file()}
        self.assertEqual(set(found), {*opened.files, "build/kept"})
        self.assertFalse((course / "solutions/05-five").exists(), "an empty folder would count as solutions")
        self.assertEqual({name for name, path in found.items() if path.stat().st_mtime != 1000},
                         {"README.md", "EDITION", "MANIFEST.sha256", "solutions/01-one/1_first.cpp"})

    def test_tests_wait_for_the_chapters_that_are_not_there_and_for_no_other(self):
        results = [Result("conformance", "skipped", "built in lab 05"), Result("io", "passed"), Result("gpu", "skipped", "no GPU")]
        with mock.patch.object(edition_proof, "course"), mock.patch.object(edition_proof.report, "read_junit", return_value=results):
            self.assertEqual(edition_proof.suites("it", waits={"05"}), "1 tests, 1 wait")
            for waits in (set(), {"01"}, {"01", "05"}):
                with self.assertRaisesRegex(LabError, r"tests wait for \['built in lab 05'\], expected"):
                    edition_proof.suites("it", waits=waits)


if __name__ == "__main__":
    unittest.main()
