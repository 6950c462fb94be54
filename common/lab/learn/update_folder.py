"""The course's new version from a folder or an archive of a newer edition, for who has no git.

The edition's list of digests (MANIFEST.sha256) and its starters say which files are as they came. What they do not know
is put away under build/labs/kept before it is replaced or taken out, not thrown away."""
import contextlib
import hashlib
import os
import re
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from lab.learn.learner import kept_folder
from lab.learn.starters import starter
from lab.learn.update_report import Report
from lab.services import course
from lab.services.places import LabError, shown

FOLDER = "exercises/"
MANIFEST = "MANIFEST.sha256"
OWN = {"build", ".git"}  # never the course's
SHOWN = 5  # names in a message


def take(root, source):
    """A Report, or None where nothing is newer."""
    with opened(source) as folder:
        new = _course_in(folder, source)
        if new.resolve() == root.resolve():
            raise LabError(f"{source}: is this course itself")
        return Editions(root, new).join(Report(str(source)))


@contextlib.contextmanager
def opened(source):
    """The folder, or one into which the archive is unpacked for a while."""
    if source.is_dir():
        yield source
        return
    if not source.is_file():
        raise LabError(f"{source}: is not there; expected a folder or an archive of the course")
    with tempfile.TemporaryDirectory(prefix="radixlab-update-") as folder:
        try:
            _unpack(source, Path(folder))
        except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
            said = str(error).splitlines()[0] if str(error) else "it is cut off"
            raise LabError(f"{source}: cannot be unpacked ({said}); expected .zip, .tar, .tar.gz or .tar.xz") from error
        yield Path(folder)


def _unpack(source, folder):
    """Files alone: an edition has no links, and nothing is written outside the folder."""
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    with archive.open(entry) as data:
                        _put(folder, entry.filename, data, entry.external_attr >> 16)
        return
    with tarfile.open(source) as archive:
        for entry in archive:
            if entry.isfile():
                _put(folder, entry.name, archive.extractfile(entry), entry.mode)


def _put(folder, name, data, mode):
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts:
        raise LabError(f"the archive holds '{name}', which lies outside of it")
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        shutil.copyfileobj(data, file)
    path.chmod(0o755 if mode & 0o100 else 0o644)


def _course_in(folder, source):
    """The folder itself, or the one folder in it, as archives have."""
    for place in (folder, *(each for each in sorted(folder.iterdir()) if each.is_dir())):
        if (place / "lab").is_file() and (place / "chapters").is_dir():
            return place
    raise LabError(f"{source}: is no edition of the course: it has no file 'lab' beside a folder 'chapters'")


class Editions:
    def __init__(self, root, new):
        self.root, self.new = root, new
        self.came = _starters(root) | _manifest(root)  # digests of the old edition's files
        self.coming = _files(new)
        self.digests = {path: _digest(new / path) for path in self.coming}
        self.put_away = None

    def join(self, report):
        self.refuse_changes()
        course = [path for path in self.coming if not path.startswith(FOLDER)]
        replaced = [path for path in course if self.now(path) != self.digests[path] or self.is_run_otherwise(path)]
        gone = self.no_longer_there()
        report.files = len(replaced) + sum(not path.startswith(FOLDER) for path in gone)
        # All is decided before anything is written: the course's files say which starters came with the old edition.
        self.decide(report)
        orphans = [path for path in gone if path.startswith(FOLDER)]
        if not (report.files or report.taken or report.clashes or report.orphans or report.moved or orphans):
            return None
        for path in [*replaced, *report.taken]:
            self.keep_unknown(path)
            self.copy(path)
        for path, name in report.moved:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.root / path, self.root / name)
        for path in gone:
            self.keep_unknown(path)
            (self.root / path).unlink(missing_ok=True)
        report.put_away = shown(self.put_away) if self.put_away else ""
        return report

    def now(self, path):
        return _digest(self.root / path)

    def is_run_otherwise(self, path):
        """A program here and not there, or the other way round."""
        return os.access(self.root / path, os.X_OK) != os.access(self.new / path, os.X_OK)

    def came_as(self, path):
        """The digest with which the old edition brought it, or nothing where that is not known."""
        return self.came.get(path, "")

    def refuse_changes(self):
        """Files of the old edition outside exercises/ that were changed."""
        names = sorted(path for path, digest in self.came.items() if not path.startswith(FOLDER)
                       and self.now(path) not in ("", digest, self.digests.get(path)))
        if names:
            told = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
            raise LabError(f"changed here, and not in exercises/: {told}. Nothing was updated. Put them back from the "
                           "edition that you have")

    def decide(self, report):
        for path in (path for path in self.coming if path.startswith(FOLDER)):
            now, came, coming = self.now(path), self.came_as(path), self.digests[path]
            if now in ("", came):
                report.taken += [path] if now != coming else []
            elif now != coming:
                (report.kept if coming == came else report.clashes).append(path)
        for path in self.came:
            if path.startswith(FOLDER) and path not in self.digests and self.now(path) not in ("", self.came[path]):
                name = self.new_name(path)
                report.orphans += [] if name else [path]
                report.moved += [(path, name)] if name else []
        report.taken = [path for path in report.taken if path not in dict(report.moved).values()]

    def new_name(self, path):
        """Where the new edition has the same starter, if it only was renamed."""
        there = [name for name, digest in self.digests.items() if digest == self.came[path] and name.startswith(FOLDER)
                 and name not in self.came and not self.now(name)]
        return there[0] if len(there) == 1 else None

    def no_longer_there(self):
        """Files of the old edition that the new one has not. Without its list: all in folders that the new one has."""
        known = [path for path, digest in self.came.items() if path not in self.digests and self.now(path) == digest]
        if (self.root / MANIFEST).is_file():
            return known
        tops = {path.split("/")[0] for path in self.coming if "/" in path} - {FOLDER[:-1]}
        return known + [path for path in _files(self.root)
                        if "/" in path and path.split("/")[0] in tops and path not in self.digests]

    def keep_unknown(self, path):
        """What is not known to be the course's own is put away before it is replaced."""
        if path != MANIFEST and self.now(path) not in ("", self.came_as(path), self.digests.get(path)):
            self.put_away = self.put_away or kept_folder(self.root)
            (self.put_away / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.root / path, self.put_away / path)

    def copy(self, path):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        work = target.with_name(target.name + ".lab-update")
        shutil.copyfile(self.new / path, work)
        shutil.copymode(self.new / path, work)
        os.replace(work, target)


def _manifest(root):
    path = root / MANIFEST
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return {name: digest for digest, name in re.findall(r"^([0-9a-f]{64}) [ *](?:\./)?(.+)$", text, re.MULTILINE)}


def _starters(root):
    digests = {}
    for lab in course.labs(root):
        for task in lab.tasks:
            with contextlib.suppress(LabError):  # one that nothing here knows
                path = (lab.exercises / task.file).relative_to(root).as_posix()
                digests[path] = hashlib.sha256(starter(lab, task)).hexdigest()
    return digests


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _files(root):
    found = []
    for folder, folders, names in os.walk(root):
        at = Path(folder).relative_to(root)
        folders[:] = sorted(name for name in folders if name != "__pycache__" and not (at == Path() and name in OWN))
        found += [(at / name).as_posix() for name in sorted(names)]
    return found
