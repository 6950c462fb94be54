"""A submission: a folder or an archive (zip, tar) with a chapter's task files in it, wherever they lie; or a folder
with such archives.

Nothing is unpacked and no link is followed: a file is known by its name alone, and its text is taken."""
import tarfile
import zipfile
from collections import namedtuple
from pathlib import PurePosixPath

from lab.services.places import LabError, shown

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")
BIGGEST = 1_000_000  # [bytes] of a task's file; ours have 5,000

Submission = namedtuple("Submission", "files notes")
"""{task's file name: its bytes}, and what a person should know: missing, doubled, too big."""


def is_submission(path):
    return not path.name.startswith(".") and (path.is_dir() or path.name.lower().endswith(ARCHIVES))


def student(path):
    """The name of whoever handed it in: the file's, without what archives end with."""
    ends = [end for end in ARCHIVES if path.is_file() and path.name.lower().endswith(end)]
    return path.name[:-len(max(ends, key=len))] if ends else path.name


def read(path, lab):
    """The chapter's task files, each at most once: of two the one that lies as in the course, else the least deep."""
    names = {task.file for task in lab.tasks}
    found, notes = {}, []
    try:
        for place, size, text in _members(path, names):
            if size > BIGGEST:
                notes.append(f"{place} has {size:,} bytes and was left out; a task's file has at most {BIGGEST:,}")
            else:
                found.setdefault(PurePosixPath(place).name, []).append((place, text()))
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, RuntimeError, NotImplementedError) as error:
        why = (str(error) or type(error).__name__).splitlines()[0].rstrip(":")
        raise LabError(f"{shown(path)}: is no archive that can be read ({why})") from error
    files = {}
    for name, places in sorted(found.items()):
        place, files[name] = min(places, key=lambda one: (f"exercises/{lab.slug}/{name}" not in f"/{one[0]}",
                                                          one[0].count("/"), one[0]))
        if len(places) > 1:
            notes.append(f"{name} is there {len(places)} times; graded was {place}")
    missing = sorted(names - files.keys())
    if missing:
        notes.append(f"not handed in, and so as in the beginning: {', '.join(missing)}")
    return Submission(files, notes)


def _members(path, names):
    """(place, size, function that reads it) of every regular file with one of the names."""
    if path.is_dir():
        inside = [file for file in sorted(path.rglob("*")) if file.is_file() and not _is_linked(file, path)]
        plain = [file for file in inside if file.name in names]
        for file in plain:
            yield file.relative_to(path).as_posix(), file.stat().st_size, file.read_bytes
        for file in inside:
            if not plain and is_submission(file):
                yield from _members(file, names)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if PurePosixPath(member.filename).name in names and not member.is_dir():
                    yield member.filename, member.file_size, lambda: archive.read(member)
    else:
        with tarfile.open(path) as archive:
            for member in archive:
                if PurePosixPath(member.name).name in names and member.isreg():
                    yield member.name, member.size, lambda: archive.extractfile(member).read()


def _is_linked(file, top):
    return any(part.is_symlink() for part in (file, *file.parents) if part.is_relative_to(top) and part != top)
