"""Taking a newer edition from a folder or an archive: the learner's files stay, and what may be theirs is put away."""
import hashlib
import shutil
import tarfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

from a_course import CourseTest, make_chapter, put
from lab.learn import update_folder
from lab.learn.starters import DELIVERED

FIRST, SECOND = "exercises/01-desk/1_begin.cpp", "exercises/01-desk/2_stop.cpp"
HEADER = "chapters/01-desk/desk.hpp"
MINE = "// the work of an evening\r\n"


def write_manifest(root):
    """As an edition has it: of all files but those of exercises/."""
    lines = [f"{hashlib.sha256((root / path).read_bytes()).hexdigest()}  {path}\n" for path in update_folder._files(root)
             if path != update_folder.MANIFEST and not path.startswith("exercises/")]
    put(root / update_folder.MANIFEST, "".join(lines))


class EditionTest(CourseTest):
    """self.root is the learner's edition, self.new a newer one: another header, another starter of 1.2, a chapter more."""

    with_manifest = True

    def setUp(self):
        super().setUp()
        put(self.root / "lab", "#!/bin/sh\n")
        put(self.root / "docs/old.md", "old\n")
        put(self.root / "docs/index.md", "all\n")
        self.new = self.root.with_name("radixlab-2")
        shutil.copytree(self.root, self.new)
        (self.new / "lab").chmod(0o755)
        (self.new / "docs/old.md").unlink()
        put(self.new / HEADER, "// better words\n")
        put(self.new / SECOND, "// a better starter\n")
        make_chapter(self.new, "05-tree", ("look", "split"))
        put(self.new / "build/labs/x", "not the course's\n")
        if self.with_manifest:
            write_manifest(self.root)
            write_manifest(self.new)

    def everything(self):
        return {path: (self.root / path).read_bytes() for path in update_folder._files(self.root)}

    def same_as_new(self, *left_out):
        for path in update_folder._files(self.new):
            if path not in left_out:
                self.assertEqual((self.root / path).read_bytes(), (self.new / path).read_bytes(), path)

    def kept(self):
        return sorted(path.relative_to(self.root).as_posix().split("/", 4)[4]
                      for path in (self.root / "build/labs/kept").rglob("*") if path.is_file())


class FolderTest(EditionTest):
    def test_what_was_not_touched_becomes_the_new_editions(self):
        told = self.says("update", str(self.new))
        self.same_as_new()
        self.assertFalse((self.root / "docs/old.md").exists())
        self.assertFalse((self.root / "build").exists())
        self.assertEqual((self.root / "lab").stat().st_mode & 0o777, 0o755)
        self.assertTrue(told.startswith(f"Updated: {self.new}; "), told)
        self.assertIn(f"  new        {SECOND}\n  new        exercises/05-tree/1_look.cpp\n", told)
        self.assertNotIn("kept", told)
        self.assertIn("Nothing is newer", self.says("update", str(self.new)))

    def test_edited_files_stay_and_what_the_course_changed_too_is_said(self):
        self.write(FIRST, MINE)
        self.write(SECOND, MINE * 2)
        own = ("exercises/01-desk/open/mine.hpp", "notes.md", "docs/mine.md")
        for path in own:
            self.write(path, MINE)
        told = self.says("update", str(self.new))
        self.assertEqual((self.text(FIRST), self.text(SECOND)), (MINE, MINE * 2))
        self.same_as_new(FIRST, SECOND)
        self.assertEqual([self.text(path) for path in own], [MINE] * 3)
        self.assertIn(f"  yours      {FIRST}\n  yours      {SECOND}  (the course changed it too: ./lab reset 1.2", told)

    def test_a_changed_header_is_refused_and_nothing_is_changed(self):
        self.write(HEADER, MINE)
        self.write(SECOND, MINE)
        before = self.everything()
        self.assertIn(f"changed here, and not in exercises/: {HEADER}. Nothing was updated.",
                      self.refuses("update", str(self.new)))
        self.assertEqual(self.everything(), before)

    def test_a_file_where_the_edition_brings_one_is_put_away(self):
        put(self.new / "docs/new.md", "new\n")
        self.write("docs/new.md", MINE)
        self.assertIn("may have been yours, is kept in build/labs/kept/", self.says("update", str(self.new)))
        self.assertEqual((self.text("docs/new.md"), self.kept()), ("new\n", ["docs/new.md"]))

    def test_work_goes_along_with_a_starter_that_was_renamed(self):
        shutil.copy(self.root / FIRST, self.new / "exercises/01-desk/1_start.cpp")
        (self.new / FIRST).unlink()
        self.write(FIRST, MINE)
        told = self.says("update", str(self.new))
        self.assertIn(f"  yours      exercises/01-desk/1_start.cpp  (renamed; it was {FIRST})\n", told)
        self.assertEqual(self.text("exercises/01-desk/1_start.cpp"), MINE)
        self.assertFalse((self.root / FIRST).exists())

    def test_an_update_that_was_cut_off_is_made_again(self):
        self.write(FIRST, MINE)
        whole, copied = shutil.copyfile, []

        def copy(*paths):
            copied.append(paths)
            if len(copied) == 2:
                raise OSError("the disk is full")
            return whole(*paths)

        for _ in range(8):  # a file further each time
            copied.clear()
            with mock.patch.object(update_folder.shutil, "copyfile", copy), self.assertRaises(OSError):
                self.says("update", str(self.new))
        self.says("update", str(self.new))
        self.same_as_new(FIRST)
        self.assertEqual((self.text(FIRST), (self.root / "docs/old.md").exists(), self.kept()), (MINE, False, []))

    def test_a_task_that_is_gone(self):
        for path in (FIRST, SECOND):
            (self.new / path).unlink()
        self.write(SECOND, MINE)
        told = self.says("update", str(self.new))
        self.assertEqual((self.text(SECOND), (self.root / FIRST).exists()), (MINE, False))
        self.assertIn(f"  yours      {SECOND}  (no longer part of the course)\n", told)


class WithoutManifestTest(EditionTest):
    with_manifest = False

    def test_what_is_replaced_or_gone_is_put_away(self):
        self.write(HEADER, MINE)
        told = self.says("update", str(self.new))
        self.same_as_new()
        self.assertEqual(self.kept(), [HEADER, "docs/old.md"])
        self.assertIn("What was replaced, and may have been yours, is kept in build/labs/kept/", told)

    def test_a_task_that_is_gone_and_was_not_touched(self):
        (self.new / FIRST).unlink()
        self.says("update", str(self.new))
        self.assertFalse((self.root / FIRST).exists())

    def test_a_starter_that_nobody_knows_is_taken_for_edited(self):
        shutil.rmtree(self.root / "solutions")
        before = self.text(SECOND)
        told = self.says("update", str(self.new))
        self.assertEqual(self.text(SECOND), before)
        self.assertIn(f"  yours      {SECOND}  (the course changed it too", told)

    def test_the_copy_of_the_starters_tells_what_was_edited(self):
        for top in (self.root, self.new):
            shutil.copytree(top / "exercises", top / DELIVERED)
            shutil.rmtree(top / "solutions")
        self.write(FIRST, MINE)
        told = self.says("update", str(self.new))
        self.assertEqual((self.text(FIRST), self.text(SECOND)), (MINE, "// a better starter\n"))
        self.assertIn(f"  new        {SECOND}\n", told)


class ArchiveTest(EditionTest):
    def zipped(self, inside="radixlab-2/"):
        path = self.root.with_name("edition.zip")
        with zipfile.ZipFile(path, "w") as archive:
            for name in update_folder._files(self.new):
                archive.write(self.new / name, inside + name)
        return path

    def test_zip_and_tar_with_a_folder_in_them_or_without(self):
        tar = self.root.with_name("edition.tar.gz")
        with tarfile.open(tar, "w:gz") as archive:
            archive.add(self.new, "radixlab-2")
        untouched = self.root.with_name("untouched")
        shutil.copytree(self.root, untouched)
        for source in (self.zipped(), self.zipped(inside=""), tar):
            shutil.rmtree(self.root)
            shutil.copytree(untouched, self.root)
            self.write(FIRST, MINE)
            self.says("update", str(source))
            self.assertEqual(self.text(FIRST), MINE)
            self.same_as_new(FIRST)
            self.assertEqual((self.root / "lab").stat().st_mode & 0o777, 0o755, source)

    def test_bad_sources_are_a_line_and_change_nothing(self):
        before = self.everything()
        text = self.root.with_name("text.zip")
        put(text, "no archive\n")
        cut = self.root.with_name("cut.zip")
        cut.write_bytes(self.zipped().read_bytes()[:-2000])
        outside = self.root.with_name("outside.zip")
        with zipfile.ZipFile(outside, "w") as archive:
            archive.writestr("../lab", "x")
        for source, words in [(self.root.with_name("none.zip"), "is not there; expected a folder or an archive"),
                              (text, "text.zip: cannot be unpacked"), (cut, "cut.zip: cannot be unpacked"),
                              (outside, "'../lab', which lies outside"), (self.root, "is this course itself"),
                              (self.new / "chapters", "is no edition of the course")]:
            self.assertIn(words, self.refuses("update", str(source)))
        self.assertEqual(self.everything(), before)
        self.assertFalse(Path(self.root.parent / "lab").exists())


if __name__ == "__main__":
    unittest.main()
