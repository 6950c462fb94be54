"""What is taken of a submission: files by name, each once, from folders and archives; never a link, never a flood."""
import io
import os
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path
from types import SimpleNamespace

from lab.grade import submission
from lab.services.places import LabError

LAB = SimpleNamespace(slug="01-naive-manager",
                      tasks=[SimpleNamespace(file="1_naive.cpp"), SimpleNamespace(file="2_start.cpp")])


class SubmissionTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name) / "ada"
        self.top.mkdir()

    def put(self, place, text="int x;"):
        path = self.top / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def read(self, path=None):
        return submission.read(path or self.top, LAB)

    def test_files_are_known_by_their_names_wherever_they_lie(self):
        self.put("my work/late/1_naive.cpp", "one")
        self.put("2_start.cpp", "two")
        self.put("2_start.hpp")
        self.put("evil/CMakeLists.txt")
        self.assertEqual(self.read(), ({"1_naive.cpp": b"one", "2_start.cpp": b"two"}, []))

    def test_what_is_missing_is_said(self):
        self.put("2_start.cpp", "two")
        found = self.read()
        self.assertEqual(found.files, {"2_start.cpp": b"two"})
        self.assertEqual(found.notes, ["not handed in, and so as in the beginning: 1_naive.cpp"])

    def test_of_two_the_one_that_lies_as_in_the_course_is_graded_and_it_is_said(self):
        self.put("1_naive.cpp", "at the top")
        self.put("repo/exercises/01-naive-manager/1_naive.cpp", "as in the course")
        self.put("b/2_start.cpp", "less deep")
        self.put("a/old/2_start.cpp", "deeper")
        found = self.read()
        self.assertEqual(found.files, {"1_naive.cpp": b"as in the course", "2_start.cpp": b"less deep"})
        self.assertEqual(found.notes, [
            "1_naive.cpp is there 2 times; graded was repo/exercises/01-naive-manager/1_naive.cpp",
            "2_start.cpp is there 2 times; graded was b/2_start.cpp"])

    def test_a_link_is_not_followed(self):
        secret = self.put("../solution.cpp", "our solution")
        os.symlink(secret, self.top / "1_naive.cpp")
        (self.top.parent / "elsewhere").mkdir()
        (self.top.parent / "elsewhere/2_start.cpp").write_text("ours too")
        os.symlink(self.top.parent / "elsewhere", self.top / "folder")
        self.assertEqual(self.read().files, {})
        with tarfile.open(self.top.parent / "eve.tar", "w") as archive:
            archive.add(self.top / "1_naive.cpp", "1_naive.cpp")
        self.assertEqual(self.read(self.top.parent / "eve.tar").files, {})

    def test_a_flood_is_left_out(self):
        self.put("1_naive.cpp", "x" * (submission.BIGGEST + 1))
        found = self.read()
        self.assertEqual(found.files, {})
        self.assertIn("1_naive.cpp has 1,000,001 bytes and was left out", found.notes[0])

    def test_archives_are_read_and_not_unpacked(self):
        parent = self.top.parent
        with zipfile.ZipFile(parent / "ada.zip", "w") as archive:
            archive.writestr("../../1_naive.cpp", "from a zip")
        with tarfile.open(parent / "bob.tar.gz", "w:gz") as archive:
            member = tarfile.TarInfo("deep/2_start.cpp")
            member.size = 10
            archive.addfile(member, io.BytesIO(b"from a tar"))
        self.assertEqual(self.read(parent / "ada.zip").files, {"1_naive.cpp": b"from a zip"})
        self.assertEqual(self.read(parent / "bob.tar.gz").files, {"2_start.cpp": b"from a tar"})
        self.assertEqual(sorted(path.name for path in parent.iterdir()), ["ada", "ada.zip", "bob.tar.gz"])

    def test_a_folder_may_hold_the_archive_that_submit_made(self):
        with zipfile.ZipFile(self.top / "01-naive-manager.zip", "w") as archive:
            archive.writestr("1_naive.cpp", "packed")
        self.assertEqual(self.read().files, {"1_naive.cpp": b"packed"})
        self.put("1_naive.cpp", "plain")
        self.assertEqual(self.read().files, {"1_naive.cpp": b"plain"})
        self.assertNotIn("times", self.read().notes[0])

    def test_a_broken_archive_is_one_line(self):
        for name in ("ada.zip", "bob.tar.gz"):
            broken = self.put(f"../{name}", "this is no archive")
            with self.assertRaises(LabError) as raised:
                self.read(broken)
            self.assertRegex(str(raised.exception), rf"{name}: is no archive that can be read \(.*\)$")

    def test_whose_it_is(self):
        for name in ("ada.zip", "ada.tar.gz", "ada.tgz"):
            self.assertEqual(submission.student(self.put(f"../{name}")), "ada")
            self.assertTrue(submission.is_submission(self.top.parent / name))
        (self.top.parent / "b. c").mkdir()
        self.assertEqual(submission.student(self.top.parent / "b. c"), "b. c")
        self.assertFalse(submission.is_submission(self.put("../grades.csv")))
        self.assertFalse(submission.is_submission(self.put("../.hidden.zip")))


if __name__ == "__main__":
    unittest.main()
