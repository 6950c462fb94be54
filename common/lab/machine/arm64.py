"""Debian's libraries for aarch64 in build/deps/aarch64, to compile and link against on another processor. apt-get loads them
in a corner of its own, from the mirrors that the system uses: the system's own architecture and packages stay as they are,
and no root is needed.

A folder aarch64/ is always complete: it is unpacked beside its place and renamed at the end."""
import shutil
import subprocess

from lab.machine import packages
from lab.services.places import DEPS, LabError, shown
from lab.services.terminal import Progress, say, size

LIBC = "libc6-dev"
RECEIPT = "installed.txt"


def wanted():
    """The libraries that every preset links; programs are the system's own."""
    return [LIBC, *(package.name for package in packages.needed(("build", "test")) if not package.program)]


def is_there(folder):
    receipt = folder / RECEIPT
    return receipt.exists() and receipt.read_text().split() == wanted()


def ensure(folder=DEPS / "aarch64"):
    if is_there(folder):
        return
    corner = folder.with_name(folder.name + ".apt")
    options = corner_of_apt(corner)
    trouble = packages.run_apt([], "Reading the package lists of arm64 (about 10 MB)", ["apt-get", "update", *options])
    names = wanted()
    load = ["apt-get", "install", "--yes", "--no-install-recommends", *options, *names]
    bytes_to_load = packages.size_of([*load, "--print-uris", "-qq"])
    if bytes_to_load is None:
        raise LabError(f"apt-get knows no arm64 packages of {' '.join(names)}" + (f": {trouble}" if trouble else ""))
    say(f"Libraries for aarch64: {size(bytes_to_load)} to download, into {shown(folder)}")
    if trouble := packages.run_apt([], "Loading them", [*load, "--download-only"]):
        raise LabError(f"apt-get could not load the libraries for aarch64: {trouble}. {packages.AGAIN}")
    unpack(sorted((corner / "cache/archives").glob("*.deb")), folder)
    shutil.rmtree(corner)


def corner_of_apt(corner):
    """Options that give apt-get lists, a cache and an empty status of its own."""
    for name in ("state/lists/partial", "cache/archives/partial"):
        (corner / name).mkdir(parents=True, exist_ok=True)
    (corner / "status").touch()
    settings = {"APT::Architecture": "arm64", "APT::Architectures": "arm64", "APT::Sandbox::User": "",
                "Dir::State": corner / "state", "Dir::State::status": corner / "status", "Dir::Cache": corner / "cache"}
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def unpack(archives, folder):
    work = folder.with_name(folder.name + ".unpacking")
    shutil.rmtree(work, ignore_errors=True)  # what an interrupted run left
    work.mkdir(parents=True)
    with Progress("Unpacking them", unit=str) as bar:
        for done, archive in enumerate(archives, 1):
            told = subprocess.run(["dpkg-deb", "--extract", archive, work], capture_output=True, text=True)
            if told.returncode != 0:
                raise LabError(f"cannot unpack {archive.name}: {told.stderr.strip()}")
            bar.update(done, len(archives))
    (work / RECEIPT).write_text(" ".join(wanted()) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    work.replace(folder)
