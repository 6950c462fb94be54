"""The course's new version in a git clone, without a merge that could conflict: for each file of exercises/ it is
decided alone whose it is, and all others must be the course's own.

Nothing is stashed, and nothing of the learner's is committed that was not. Where there are commits of theirs, a merge
commit joins both histories. What was staged stays staged."""
import os
import shutil
from pathlib import Path

from lab.learn import clone
from lab.learn.update_report import Report
from lab.services.places import LabError

FOLDER = "exercises/"
SHOWN = 5  # names in a message
UNFINISHED = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
SOMEBODY = {"GIT_AUTHOR_NAME": "A learner", "GIT_AUTHOR_EMAIL": "learner@localhost",
            "GIT_COMMITTER_NAME": "A learner", "GIT_COMMITTER_EMAIL": "learner@localhost"}


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
    versions = Versions(root, branch)
    if versions.base == versions.theirs:
        return None
    versions.refuse_other_changes()
    return versions.join(Report(f"{branch}, {versions.commits()}"))


def _place(root, name):
    """Of a file of git's own."""
    return Path(root, clone.git(root, "rev-parse", "--git-path", name).strip())


class Versions:
    """The same files in the last common version, in the learner's commit, in the course's, in the index and on disk."""

    def __init__(self, root, branch):
        self.root, self.branch = root, branch
        self.head, self.theirs = (clone.git(root, "rev-parse", name).strip() for name in ("HEAD", branch))
        self.base = clone.ask(root, "merge-base", "HEAD", branch)
        if not self.base:
            raise LabError(f"{branch} and this clone have no version in common: is it the same course?")
        self.old, self.mine, self.new = (clone.tree(root, commit) for commit in (self.base, self.head, self.theirs))
        self.staged = self._index()
        self.paths = sorted({path for tree in (self.old, self.mine, self.new, self.staged) for path in tree
                             if path.startswith(FOLDER)})
        self.disk = self._disk()

    def _index(self):
        lines = clone.git(self.root, "ls-files", "--stage", "-z").split("\0")
        return {path: tuple(head.split()[:2]) for head, _, path in (line.partition("\t") for line in lines if line)}

    def _disk(self):
        """{path: blob} of what lies in exercises/, as git would store it."""
        there = [path for path in self.paths if (self.root / path).is_file()]
        names = clone.git(self.root, "hash-object", "--stdin-paths", given="".join(f"{path}\n" for path in there))
        return dict(zip(there, names.split()))

    def commits(self):
        count = clone.git(self.root, "rev-list", "--count", f"{self.base}..{self.theirs}").strip()
        return f"{count} commit{'s' if count != '1' else ''}"

    def refuse_other_changes(self):
        """Files outside exercises/ that are not the course's."""
        names = {path for path in self.old.keys() | self.mine.keys()
                 if self.mine.get(path) not in (self.old.get(path), self.new.get(path))}
        for more in ((), ("--cached",)):
            names |= set(filter(None, clone.git(self.root, "diff", *more, "--name-only", "-z", "HEAD").split("\0")))
        names |= {path for path in self.new.keys() - self.mine.keys() if os.path.lexists(self.root / path)}
        names = sorted(name for name in names if not name.startswith(FOLDER))
        if names:
            told = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
            raise LabError(f"changed here, and not in exercises/: {told}. Nothing was updated. Undo these changes, or "
                           "take the course's new version with git yourself")

    # Of one path of exercises/.

    def is_uncommitted(self, path):
        """Something of the learner's that no commit holds."""
        committed = self.mine.get(path)
        changed = path in self.disk and self.disk[path] != (committed and committed[1])
        return changed or (path in self.staged and self.staged[path] != committed)

    def is_committed(self, path):
        """A commit of the learner's holds another text than the course had."""
        return self.mine.get(path) not in (None, self.old.get(path))

    def is_mine(self, path):
        return self.is_uncommitted(path) or self.is_committed(path)

    def new_name(self, path):
        """Where the course has the same starter now, if it only was renamed."""
        if path in self.new or path not in self.old:
            return None
        there = [name for name in self.new if name.startswith(FOLDER) and name not in self.old
                 and self.new[name][1] == self.old[path][1] and not os.path.lexists(self.root / name)]
        return there[0] if len(there) == 1 else None

    # All of them.

    def join(self, report):
        moves = {path: name for path in self.paths if self.is_mine(path) and (name := self.new_name(path))}
        held = {path for path in self.paths if self.is_uncommitted(path)}
        commit = self._commit(self._joined_tree(moves))
        self._move_working_tree(commit, held, moves)
        self._tell(report, moves)
        return report

    def _joined_tree(self, moves):
        """What the next commit holds: the learner's where theirs is committed, else the course's."""
        tree = dict(self.new)
        for path in self.paths:
            if self.is_committed(path):
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

    def _move_working_tree(self, commit, held, moves):
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
            self._put({moves.get(path, path): self.staged[path] for path in held
                       if self.staged.get(path) not in (None, self.mine.get(path))}, lock)
            gone = [path for path in self.paths if path in tree and not os.path.lexists(self.root / path)]
            clone.git(self.root, "checkout-index", "--force", "-z", "--stdin", GIT_INDEX_FILE=str(lock),
                      given="".join(f"{path}\0" for path in gone))
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

    def _tell(self, report, moves):
        report.files = sum(self.old.get(path) != self.new.get(path) for path in self.old.keys() | self.new.keys()
                           if not path.startswith(FOLDER))
        report.moved = sorted(moves.items())
        for path in self.paths:
            changed = self.old.get(path) != self.new.get(path)
            if path in moves or path in moves.values():
                continue
            if not self.is_mine(path):
                report.taken += [path] if changed and path in self.new else []
            elif path not in self.new:
                report.orphans += [path] if path in self.old else []
            else:
                same = self.disk.get(path) == self.new[path][1]
                (report.clashes if changed and not same else report.kept).append(path)
