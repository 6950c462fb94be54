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

from lab.learn import updater
from lab.learn.learner import kept_folder
from lab.learn.starters import starter
from lab.learn.update_report import EXERCISES
from lab.services import course
from lab.services.places import LabError, shown

MANIFEST = "MANIFEST.sha256"
OWN = {"build", ".git"}  # never the course's


def take(root, source):
    """A Report, or None where nothing is newer."""
    with opened(source) as folder:
        new = _course_in(folder, source)
        if new.resolve() == root.resolve():
            raise LabError(f"{source}: is this course itself")
        report = updater.take(Edition(root, new, str(source)))
        return None if report.is_empty else report


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


class Edition(updater.Source):
    """The learner's edition and a newer one in `folder`. A mark is a digest."""
    remedy = "Put them back from the edition that you have"

    def __init__(self, root, folder, version):
        super().__init__(root, version)
        self.folder = folder
        self.new = {path: _digest(folder / path) for path in _files(folder)}
        self.came = _starters(root) | _manifest(root)  # as far as it is known how the old edition's files came
        self.old = self._unlisted() | self.came
        digests = {path: digest for path in self.old.keys() | self.new.keys() if (digest := _digest(root / path))}
        self.here = {path: [digest] for path, digest in digests.items() if path in self.old or path.startswith(EXERCISES)}
        self.now = {path: digest + self._otherwise(path) for path, digest in digests.items()}
        self.put_away = None

    def _unlisted(self):
        """Without the old edition's list all is taken for its own that lies in folders which the new one has, and is not there."""
        if (self.root / MANIFEST).is_file():
            return {}
        tops = {path.split("/")[0] for path in self.new if "/" in path} - {EXERCISES[:-1]}
        return {path: _digest(self.root / path) for path in _files(self.root)
                if "/" in path and path.split("/")[0] in tops and path not in self.new}

    def _otherwise(self, path):
        """What tells a program of the course here from a file that cannot be run there, or the other way round."""
        if path.startswith(EXERCISES) or path not in self.new:
            return ""
        return "" if os.access(self.root / path, os.X_OK) == os.access(self.folder / path, os.X_OK) else " run otherwise"

    def write(self, report):
        """The list of digests comes last: until then the same update can be made again, if this one is cut off."""
        for path in [*report.taken, *report.replaced]:
            if path != MANIFEST:
                self._keep_unknown(path)
                self._copy(path)
        for path, name in report.moved:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.root / path, self.root / name)
        for path in report.gone:
            self._keep_unknown(path)
            (self.root / path).unlink()
        if MANIFEST in report.replaced:
            self._copy(MANIFEST)
        report.put_away = shown(self.put_away) if self.put_away else ""

    def _keep_unknown(self, path):
        """What is not known to be the course's own is put away before it is replaced."""
        if _digest(self.root / path) not in ("", self.came.get(path), self.new.get(path)):
            self.put_away = self.put_away or kept_folder(self.root)
            (self.put_away / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.root / path, self.put_away / path)

    def _copy(self, path):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        work = target.with_name(target.name + ".lab-update")
        shutil.copyfile(self.folder / path, work)
        shutil.copymode(self.folder / path, work)
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
