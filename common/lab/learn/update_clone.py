"""The course's new version in a git clone, without a merge that could conflict: updater.py decides file by file.

Nothing is stashed, and nothing of the learner's is committed that was not. Where there are commits of theirs, a merge
commit joins both histories. What was staged stays staged."""
import os
import shutil
from pathlib import Path

from lab.learn import clone, updater
from lab.learn.update_report import EXERCISES
from lab.services.places import LabError

UNFINISHED = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
SOMEBODY = {"GIT_AUTHOR_NAME": "A learner", "GIT_AUTHOR_EMAIL": "learner@localhost",
            "GIT_COMMITTER_NAME": "A learner", "GIT_COMMITTER_EMAIL": "learner@localhost"}
CHANGED = "changed"  # a mark that no version has
PLAIN = ("100644", "")  # of a file that git was not told of


def take(root):
    """A Report, or None where nothing is newer."""
    remote, branch = clone.upstream(root)
    if not remote:
        raise LabError("this clone follows no branch: git branch --set-upstream-to=origin/main, or name a newer "
                       "edition, ./lab update FILE")
    for name in UNFINISHED:
        if _place(root, name).exists():
            raise LabError(f"git is in the middle of something ({name}): finish that first")
    clone.git(root, "fetch", "--quiet", remote)
    head, theirs = (clone.git(root, "rev-parse", name).strip() for name in ("HEAD", branch))
    base = clone.ask(root, "merge-base", head, theirs)
    if not base:
        raise LabError(f"{branch} and this clone have no version in common: is it the same course?")
    return updater.take(Commits(root, branch, base, head, theirs)) if base != theirs else None


def _place(root, name):
    """Of a file of git's own."""
    return Path(root, clone.git(root, "rev-parse", "--git-path", name).strip())


class Commits(updater.Source):
    """The last common version, the learner's commit, the course's, the index and the disk. A mark is (mode, blob)."""
    remedy = "Undo these changes, or take the course's new version with git yourself"

    def __init__(self, root, branch, base, head, theirs):
        count = clone.git(root, "rev-list", "--count", f"{base}..{theirs}").strip()
        super().__init__(root, f"{branch}, {count} commit{'s' if count != '1' else ''}")
        self.branch, self.base, self.head, self.theirs = branch, base, head, theirs
        self.old, self.mine, self.new = (clone.tree(root, commit) for commit in (base, head, theirs))
        self.staged = self._index()
        self.paths = sorted({path for tree in (self.old, self.mine, self.new, self.staged) for path in tree
                             if path.startswith(EXERCISES)})
        self.disk = self._disk()
        given = {path: mark for path, mark in self.mine.items() if not path.startswith(EXERCISES)}
        self.now = given | self.disk
        self.here = {path: [mark for marks in (self.mine, self.staged, self.disk) if (mark := marks.get(path))]
                     for path in self.paths}
        self.here |= {path: [given.get(path)] for path in self.old.keys() | given.keys() if not path.startswith(EXERCISES)}
        self.here |= {path: [CHANGED] for path in self._changed()}

    def _index(self):
        lines = clone.git(self.root, "ls-files", "--stage", "-z").split("\0")
        return {path: tuple(head.split()[:2]) for head, _, path in (line.partition("\t") for line in lines if line)}

    def _disk(self):
        """What lies in exercises/, as git would store it."""
        there = [path for path in self.paths if (self.root / path).is_file()]
        names = clone.git(self.root, "hash-object", "--stdin-paths", given="".join(f"{path}\n" for path in there))
        return {path: (self.mine.get(path, PLAIN)[0], name) for path, name in zip(there, names.split())}

    def _changed(self):
        """Files outside exercises/ that are not as in the learner's commit, or lie where the course brings one."""
        names = {path for path in self.new.keys() - self.mine.keys() if os.path.lexists(self.root / path)}
        for more in ((), ("--cached",)):
            names |= set(filter(None, clone.git(self.root, "diff", *more, "--name-only", "-z", "HEAD").split("\0")))
        return {name for name in names if not name.startswith(EXERCISES)}

    def write(self, report):
        moves = dict(report.moved)
        held = {path for path in self.paths if self._is_uncommitted(path)}
        self._move_working_tree(self._commit(self._joined_tree(moves)), held, moves, set(report.taken))

    def _is_uncommitted(self, path):
        """The folder holds something of it that no commit of theirs holds."""
        return any(marks.get(path) not in (None, self.mine.get(path)) for marks in (self.disk, self.staged))

    def _joined_tree(self, moves):
        """What the next commit holds: the learner's where theirs is committed, else the course's."""
        tree = dict(self.new)
        for path in self.paths:
            if self.mine.get(path) not in (None, self.old.get(path)):
                tree[moves.get(path, path)] = self.mine[path]
        return tree

    def _commit(self, tree):
        """The course's own commit where the learner has none, else one that joins both."""
        if self.head == self.base:
            return self.theirs
        who = {} if clone.ask(self.root, "var", "GIT_COMMITTER_IDENT") else SOMEBODY
        return clone.git(self.root, "commit-tree", self._write(tree), "-p", self.head, "-p", self.theirs,
                         "-m", f"Take the course's new version from {self.branch}", **who).strip()

    def _write(self, tree):
        """A tree object of these entries."""
        index = _place(self.root, "lab-update.index")
        try:
            clone.git(self.root, "read-tree", "--empty", GIT_INDEX_FILE=str(index))
            self._put(tree, index)
            return clone.git(self.root, "write-tree", GIT_INDEX_FILE=str(index)).strip()
        finally:
            index.unlink(missing_ok=True)

    def _put(self, entries, index):
        clone.git(self.root, "update-index", "-z", "--index-info", GIT_INDEX_FILE=str(index),
                  given="".join(f"{mode} {name}\t{path}\0" for path, (mode, name) in entries.items()))

    def _move_working_tree(self, commit, held, moves, taken):
        """Git moves all files but those in `held`, of which it is told nothing, and looks itself that it overwrites no
        other. The index is written beside the old one, under git's own lock."""
        tree = clone.tree(self.root, commit)
        before, after = ({path: entry for path, entry in entries.items() if path not in held}
                         for entries in (self.mine, tree))
        index = _place(self.root, "index")
        lock = index.with_name("index.lock")
        try:
            with open(lock, "xb") as copy, open(index, "rb") as now:
                shutil.copyfileobj(now, copy)
        except FileExistsError:
            raise LabError(f"{lock}: another git is at work here, or one was cut off") from None
        try:
            self._remove(held, lock)
            clone.git(self.root, "update-index", "-q", "--refresh", GIT_INDEX_FILE=str(lock))
            clone.git(self.root, "read-tree", "-m", "-u", self._write(before), self._write(after),
                      GIT_INDEX_FILE=str(lock))
            self._put({path: tree[path] for path in held if path in tree}, lock)
            self._put({moves.get(path, path): self.staged[path] for path in held - taken
                       if self.staged.get(path) not in (None, self.mine.get(path))}, lock)
            # What was deleted here comes back; what was taken is the course's, though git was told nothing of it.
            late = taken | {path for path in self.paths if path in tree and not os.path.lexists(self.root / path)}
            clone.git(self.root, "checkout-index", "--force", "-z", "--stdin", GIT_INDEX_FILE=str(lock),
                      given="".join(f"{path}\0" for path in late))
            self._follow_renames(moves, held)
            clone.git(self.root, "update-ref", "-m", "lab update", "HEAD", commit, self.head)
            os.replace(lock, index)
        finally:
            lock.unlink(missing_ok=True)

    def _remove(self, paths, index):
        clone.git(self.root, "update-index", "--force-remove", "-z", "--stdin", GIT_INDEX_FILE=str(index),
                  given="".join(f"{path}\0" for path in paths))

    def _follow_renames(self, moves, held):
        """What was not committed goes where the starter went, in place of it."""
        for path, name in moves.items():
            if path in held and (self.root / path).is_file():
                os.replace(self.root / path, self.root / name)
