"""What a grade rests on: the given files under tests/, chapters/ and common/ are the course's own.

They are compared with MANIFEST.sha256 where a package brings one (lines as sha256sum writes them), else with what git
has in HEAD. Of the graded chapter, files under tests/NN-slug and chapters/NN-slug that were changed or deleted are put
back from git, and what was there is kept in build/labs/changed. Others are named and left: who works on the course must
not lose that work. Markdown is nobody's code: notes may be written there. exercises/ is never touched."""
import hashlib
import re
import shutil
import subprocess

from lab.services.places import ROOT, LabError, build_folder

FOLDERS = ("tests", "chapters", "common")
MANIFEST = "MANIFEST.sha256"
KEPT = "changed"  # in build/labs


def put_back(lab, as_they_are=False):
    """(names of files that were put back, names of files that differ and were left)."""
    differing = [name for name in _differing() if not name.endswith(".md")]
    own = tuple(f"{folder}/{lab.slug}/" for folder in ("tests", "chapters"))
    wanted = [name for name in differing if name.startswith(own) and not as_they_are]
    restored = [name for name in wanted if _restore(name)]
    return restored, [name for name in differing if name not in restored]


def kept(name):
    """Where the changed file is that was replaced."""
    return build_folder("labs") / KEPT / name


def _differing():
    manifest = ROOT / MANIFEST
    if manifest.exists():
        pairs = re.findall(r"^([0-9a-f]{64}) [ *](.+)$", manifest.read_text(encoding="utf-8"), re.MULTILINE)
        return [name for digest, name in pairs if name.startswith(FOLDERS) and _digest(ROOT / name) != digest]
    if not _is_clone():
        return []
    listed = _git("diff", "--name-only", "--no-renames", "-z", "HEAD", "--", *FOLDERS)
    return [name for name in listed.decode(errors="surrogateescape").split("\0") if name]


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _restore(name):
    """From git, if it is there. A package that is no clone has no second copy to put back."""
    if not _is_clone():
        return False
    try:
        text = _git("show", f"HEAD:{name}")
    except LabError:  # the package's manifest knows a file that this repository does not
        return False
    path = ROOT / name
    if path.exists():
        kept(name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, kept(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return True


def _is_clone():
    """A repository of its own, with a commit. One around the course is somebody else's."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        return False
    asked = subprocess.run(["git", "-C", ROOT, "rev-parse", "--verify", "--quiet", "HEAD"], capture_output=True)
    return asked.returncode == 0


def _git(*words):
    done = subprocess.run(["git", "-C", ROOT, *words], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0:
        raise LabError(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
