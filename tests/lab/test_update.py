"""Taking a new version of the course in real clones: nothing of the learner's is lost or changed, nothing conflicts."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from a_course import CourseTest, make_chapter, put

FIRST, SECOND = "exercises/01-desk/1_begin.cpp", "exercises/01-desk/2_stop.cpp"
HEADER = "chapters/01-desk/desk.hpp"
MINE, STAGED = "// the work of an evening\r\n", "// staged in between\n"


class CloneTest(CourseTest):
    """self.course is the course's own repository, self.root the learner's clone of it."""

    def setUp(self):
        super().setUp()
        bare = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        bare |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(self.root.parent)}
        change = mock.patch.dict(os.environ, bare, clear=True)
        change.start()
        self.addCleanup(change.stop)
        self.course = self.root.with_name("upstream course")
        if not self.made:
            self.make_once()
        shutil.rmtree(self.root)
        shutil.copytree(self.made[0] / "course", self.course)
        shutil.copytree(self.made[0] / "clone", self.root)
        config = self.root / ".git/config"
        config.write_text(config.read_text().replace(str(self.made[0] / "course"), str(self.course)))

    made = []  # the folder of the two as they are at first; every test gets a copy

    def make_once(self):
        folder = tempfile.TemporaryDirectory()
        unittest.addModuleCleanup(folder.cleanup)
        self.made.append(Path(folder.name).resolve())
        course = self.made[0] / "course"
        shutil.copytree(self.root, course)
        put(course / ".gitignore", "/build/\n")
        self.git("init", "--quiet", "--template=", "--initial-branch=main", of=course)
        self.git("add", "--all", of=course)
        self.git("commit", "--quiet", "-m", "The course", of=course)
        self.git("gc", "--quiet", of=course)  # one file in place of a folder for each of a hundred objects
        subprocess.run(["git", "clone", "--quiet", "--template=", course, self.made[0] / "clone"], check=True,
                       capture_output=True)

    def git(self, *words, of=None):
        names = ("-c", "user.name=a", "-c", "user.email=a@b") if words[0] in ("commit", "merge") else ()
        done = subprocess.run(["git", "-C", of or self.root, *names, *words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def publish(self, message="A new version"):
        self.git("add", "--all", of=self.course)
        self.git("commit", "--quiet", "-m", message, of=self.course)

    def status(self):
        return self.git("status", "--porcelain").splitlines()

    def commit(self, message="My work"):
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message)

    def same_as_course(self, *left_out):
        """All files but these are the course's last version, byte for byte."""
        paths = set(self.git("ls-files", of=self.course).splitlines()) - set(left_out)
        for path in paths:
            self.assertEqual((self.root / path).read_bytes(), (self.course / path).read_bytes(), path)


class FetchedTest(CloneTest):
    def test_nothing_newer(self):
        self.assertEqual(self.says("update"), "Nothing is newer: this is the course's last version.\n")

    def test_text_a_chapter_and_a_starter_that_was_not_touched(self):
        put(self.course / HEADER, "#pragma once\n// better words\n")
        put(self.course / SECOND, "// a better starter\n")
        make_chapter(self.course, "05-tree", ("look", "split"))
        self.publish()
        told = self.says("update")
        self.same_as_course()
        self.assertEqual(self.status(), [])
        self.assertEqual(self.git("rev-parse", "HEAD"), self.git("rev-parse", "HEAD", of=self.course))
        self.assertTrue(told.startswith("Updated: origin/main, 1 commit; "), told)
        for path in (SECOND, "exercises/05-tree/1_look.cpp", "exercises/05-tree/2_split.cpp"):
            self.assertIn(f"  new        {path}\n", told)
        self.assertIn("Next: ./lab status\n", told)

    def test_uncommitted_edits_stay_and_what_the_course_changed_too_is_said(self):
        self.write(FIRST, MINE)
        self.write(SECOND, MINE * 2)
        put(self.course / HEADER, "#pragma once\n// better words\n")
        put(self.course / SECOND, "// a better starter\n")
        self.publish()
        told = self.says("update")
        self.assertEqual((self.text(FIRST), self.text(SECOND)), (MINE, MINE * 2))
        self.same_as_course(FIRST, SECOND)
        self.assertEqual(self.status(), [f" M {FIRST}", f" M {SECOND}"])
        self.assertIn(f"  yours      {FIRST}\n", told)
        self.assertIn(f"  yours      {SECOND}  (the course changed it too: "
                      "./lab reset 1.2 takes the new starter and keeps yours)\n", told)
        self.assertEqual(self.git("stash", "list") + self.git("log", "--format=%s", "HEAD", "^origin/main"), "")

    def test_committed_edits_stay_committed_and_both_histories_are_joined(self):
        self.write(SECOND, MINE)
        self.commit()
        mine = self.git("rev-parse", "HEAD").strip()
        put(self.course / SECOND, "// a better starter\n")
        put(self.course / FIRST, "// a better start\n")
        self.publish()
        self.says("update")
        self.assertEqual((self.text(FIRST), self.text(SECOND)), ("// a better start\n", MINE))
        self.assertEqual(self.status(), [])
        self.assertEqual(self.git("log", "-1", "--format=%P").split(),
                         [mine, self.git("rev-parse", "HEAD", of=self.course).strip()])
        self.assertEqual(self.git("rev-parse", f"HEAD:{SECOND}"), self.git("hash-object", SECOND))

    def test_again_and_again(self):
        self.write(SECOND, MINE)
        self.commit()
        self.write(FIRST, MINE)
        for version in ("2", "3"):
            put(self.course / SECOND, f"// starter {version}\n")
            put(self.course / HEADER, f"// header {version}\n")
            self.publish()
            self.says("update")
            self.assertEqual((self.text(FIRST), self.text(SECOND)), (MINE, MINE))
            self.same_as_course(FIRST, SECOND)
        self.assertEqual(self.status(), [f" M {FIRST}"])
        self.assertIn("Nothing is newer", self.says("update"))

    def test_what_was_staged_stays_staged_beside_what_was_not(self):
        self.write(SECOND, STAGED)
        self.git("add", SECOND)
        self.write(SECOND, MINE)
        self.write("exercises/01-desk/open/mine.hpp", STAGED)
        self.git("add", "exercises/01-desk/open/mine.hpp")
        put(self.course / SECOND, "// a better starter\n")
        self.publish()
        self.says("update")
        self.assertEqual((self.text(SECOND), self.git("show", f":{SECOND}")), (MINE, STAGED))
        self.assertEqual(self.status(), [f"MM {SECOND}", "A  exercises/01-desk/open/mine.hpp"])

    def test_without_a_name_for_commits(self):
        self.write(SECOND, MINE)
        self.commit()
        put(self.course / HEADER, "// new\n")
        self.publish()
        self.git("config", "user.useConfigOnly", "true")
        self.says("update")
        self.assertEqual(self.git("log", "-1", "--format=%an"), "A learner\n")

    def test_what_the_learner_deleted_comes_back(self):
        self.git("rm", "--quiet", SECOND)
        self.commit()
        (self.root / FIRST).unlink()
        put(self.course / HEADER, "// new\n")
        self.publish()
        self.says("update")
        self.same_as_course()
        self.assertEqual(self.status(), [])

    def test_files_of_the_learners_own(self):
        own = ("exercises/notes.txt", "exercises/01-desk/open/mine.hpp", "my notes.md", "build/labs/x")
        for path in own:
            self.write(path, MINE)
        put(self.course / "exercises/01-desk/open/mine.hpp", "// now the course has one\n")
        put(self.course / HEADER, "// new\n")
        self.publish()
        told = self.says("update")
        for path in own:
            self.assertEqual(self.text(path), MINE)
        self.assertIn("  yours      exercises/01-desk/open/mine.hpp  (the course changed it too: yours stays)\n", told)

    def test_a_task_that_is_gone_in_the_course(self):
        self.write(SECOND, MINE)
        (self.course / FIRST).unlink()
        (self.course / SECOND).unlink()
        self.publish()
        told = self.says("update")
        self.assertFalse((self.root / FIRST).exists())
        self.assertEqual(self.text(SECOND), MINE)
        self.assertIn(f"  yours      {SECOND}  (no longer part of the course)\n", told)

    def test_from_a_fork_the_course_is_the_remote_called_upstream(self):
        fork = self.root.with_name("fork.git")
        subprocess.run(["git", "clone", "--quiet", "--bare", self.course, fork], check=True, capture_output=True)
        self.git("remote", "set-url", "origin", str(fork))
        self.git("remote", "add", "upstream", str(self.course))
        put(self.course / HEADER, "// new\n")
        self.publish()
        self.assertIn("Updated: upstream/main, 1 commit; 1 files", self.says("update"))
        self.same_as_course()

    def test_a_text_that_either_version_has_is_no_work_of_the_learners(self):
        old, new = self.text(SECOND), "// a better starter\n"
        put(self.course / SECOND, new)
        put(self.course / HEADER, "// new\n")
        self.publish()
        for staged, on_disk in ((None, new), (new, new), (new, old)):
            with self.subTest(staged=staged, on_disk=on_disk):
                self.git("reset", "--quiet", "--hard", "HEAD")
                if staged:
                    self.write(SECOND, staged)
                    self.git("add", SECOND)
                self.write(SECOND, on_disk)
                before = self.git("rev-parse", "HEAD").strip()
                self.assertNotIn("yours", self.says("update"))
                self.assertEqual((self.text(SECOND), self.status()), (new, []))
                self.git("reset", "--quiet", "--hard", before)

    def test_line_ends_that_git_changes_are_no_edit(self):
        self.git("config", "core.autocrlf", "true")
        (self.root / FIRST).unlink()
        self.git("checkout", "--", FIRST)
        self.assertIn("\r\n", self.text(FIRST))
        put(self.course / FIRST, "// a better starter\n")
        self.publish()
        self.says("update")
        self.assertEqual((self.text(FIRST), self.status()), ("// a better starter\r\n", []))


class RenamedTest(CloneTest):
    """The course gives task 1.2 another name."""
    NEW = "exercises/01-desk/2_halt.cpp"

    def rename(self):
        (self.course / SECOND).rename(self.course / self.NEW)
        self.publish()

    def test_uncommitted_work_goes_along(self):
        self.write(SECOND, MINE)
        self.rename()
        self.assertIn(f"  yours      {self.NEW}  (renamed; it was {SECOND})\n", self.says("update"))
        self.assertEqual((self.text(self.NEW), (self.root / SECOND).exists()), (MINE, False))
        self.assertEqual(self.status(), [f" M {self.NEW}"])

    def test_committed_work_goes_along(self):
        self.write(SECOND, MINE)
        self.commit()
        self.rename()
        self.says("update")
        self.assertEqual((self.text(self.NEW), (self.root / SECOND).exists()), (MINE, False))
        self.assertEqual(self.status(), [])

    def test_staged_and_committed_and_edited_work_goes_along(self):
        self.write(SECOND, "// committed\n")
        self.commit()
        self.write(SECOND, STAGED)
        self.git("add", SECOND)
        self.write(SECOND, MINE)
        self.rename()
        self.says("update")
        self.assertEqual(self.git("show", f"HEAD:{self.NEW}"), "// committed\n")
        self.assertEqual(self.git("show", f":{self.NEW}"), STAGED)
        self.assertEqual((self.text(self.NEW), self.status()), (MINE, [f"MM {self.NEW}"]))

    def test_renamed_and_changed_leaves_both(self):
        self.write(SECOND, MINE)
        put(self.course / SECOND, "// quite another starter\n")
        self.rename()
        told = self.says("update")
        self.assertEqual((self.text(SECOND), self.text(self.NEW)), (MINE, "// quite another starter\n"))
        self.assertIn(f"  yours      {SECOND}  (no longer part of the course)\n", told)

    def test_a_chapter_that_is_renamed(self):
        self.write(SECOND, MINE)
        for top in ("chapters", "exercises", "solutions"):
            (self.course / top / "01-desk").rename(self.course / top / "01-office")
        self.publish()
        self.says("update")
        self.assertEqual(self.text("exercises/01-office/2_stop.cpp"), MINE)
        self.assertFalse((self.root / SECOND).exists())


class RefusedTest(CloneTest):
    """Nothing at all is changed by an update that is refused."""

    def refuse(self, *words):
        put(self.course / HEADER, "// better words\n")
        put(self.course / SECOND, "// a better starter\n")
        put(self.course / "docs/new.md", "new\n")
        self.publish()
        before = self.git("rev-parse", "HEAD"), self.status(), self.git("diff", "HEAD"), self.text(SECOND)
        said = self.refuses("update")
        after = self.git("rev-parse", "HEAD"), self.status(), self.git("diff", "HEAD"), self.text(SECOND)
        self.assertEqual(after, before)
        self.assertFalse((self.root / ".git/index.lock").exists())
        for word in words:
            self.assertIn(word, said)

    def test_an_edited_header(self):
        self.write(HEADER, MINE)
        self.write(SECOND, MINE)
        self.refuse(f"changed here, and not in exercises/: {HEADER}. Nothing was updated.")

    def test_a_staged_header(self):
        self.write(HEADER, MINE)
        self.git("add", HEADER)
        (self.root / HEADER).write_text("#pragma once\n")
        self.refuse(f"changed here, and not in exercises/: {HEADER}.")

    def test_a_committed_header_a_deleted_and_a_new_file(self):
        self.write(HEADER, MINE)
        (self.root / "chapters/01-desk/shelf.hpp").unlink()
        self.write("docs/mine.md", MINE)
        self.commit()
        self.refuse("chapters/01-desk/desk.hpp, chapters/01-desk/shelf.hpp, docs/mine.md.")

    def test_many_are_counted(self):
        for i in range(8):
            self.write(f"docs/{i}.md", MINE)
        self.commit()
        self.refuse("docs/4.md and 3 more")

    def test_a_file_where_the_course_brings_one(self):
        self.write("docs/new.md", MINE)
        self.refuse("docs/new.md")

    def test_an_ignored_file_where_the_course_brings_one(self):
        self.write(".git/info/exclude", "docs/\n")
        self.write("docs/new.md", MINE)
        self.refuse("docs/new.md")

    def test_a_file_where_the_course_brings_a_folder(self):
        self.write("docs", MINE)
        self.refuse("docs")

    def test_a_merge_in_progress(self):
        self.git("checkout", "--quiet", "-b", "other")
        self.write(FIRST, MINE)
        self.commit()
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--no-commit", "--no-ff", "other")
        self.refuse("MERGE_HEAD")

    def test_another_git_at_work(self):
        self.write(SECOND, MINE)
        lock = self.root / ".git/index.lock"
        put(self.course / HEADER, "// better words\n")
        self.publish()
        put(lock, "")
        self.assertIn("index.lock: another git is at work", self.refuses("update"))
        self.assertTrue(lock.exists())

    def test_a_course_that_is_not_there(self):
        self.course.rename(self.course.with_name("away"))
        self.assertIn("git fetch: ", self.refuses("update"))

    def test_no_branch_to_follow_and_no_clone(self):
        self.git("branch", "--unset-upstream")
        self.assertIn("this clone follows no branch", self.refuses("update"))
        (self.root / ".git").rename(self.root / "git")
        self.assertIn("this is no git clone: name a folder or an archive", self.refuses("update"))

    def test_another_course(self):
        self.git("checkout", "--quiet", "--orphan", "fresh")
        self.git("commit", "--quiet", "-m", "Another")
        self.git("branch", "--quiet", "--set-upstream-to=origin/main")
        self.assertIn("no version in common", self.refuses("update"))

    def test_a_source_beside_a_branch_that_is_followed(self):
        self.assertIn("./lab update alone fetches", self.refuses("update", str(self.course)))


if __name__ == "__main__":
    unittest.main()
