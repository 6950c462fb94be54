"""A kit: wheels of pip's index, unpacked into a folder of build/deps. Of each wheel only what we use is kept.

A kit's folder is always complete: wheels are unpacked beside it and the whole is renamed at the end."""
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from lab.machine.download import download
from lab.machine.pip_index import pip_index
from lab.services.places import LabError, shown
from lab.services.terminal import Progress, say, size


@dataclass(frozen=True)
class Wheel:
    filename: str
    bytes: int
    sha256: str

    @property
    def receipt(self):
        """The folder that each wheel brings along; its presence says that this version was unpacked."""
        return "-".join(self.filename.split("-")[:2]) + ".dist-info"


@dataclass(frozen=True)
class Kit:
    name: str
    target: Path
    wheels: tuple
    is_kept: Callable[[str], bool]  # of a file's name in a wheel
    unpacked_bytes: int

    @property
    def loaded(self):
        """The folder of wheels that are here, whole or in part."""
        return self.target.parent / "wheels"

    def is_there(self):
        return all((self.target / wheel.receipt).is_dir() for wheel in self.wheels)

    def bytes_here(self, wheel):
        """Of a wheel that is not whole yet."""
        part = self.loaded / (wheel.filename + ".part")
        return min(part.stat().st_size, wheel.bytes) if part.exists() else 0

    def to_load(self):
        return [wheel for wheel in self.wheels if not (self.loaded / wheel.filename).exists()]

    def bytes_to_load(self):
        """What is still to come over the network."""
        return sum(wheel.bytes - self.bytes_here(wheel) for wheel in self.to_load())

    def room_needed(self):
        """Bytes of disk that `bring` takes while it works."""
        return self.bytes_to_load() + self.unpacked_bytes

    def bring(self):
        """Fetches and unpacks what is missing; asks the network for nothing else."""
        self.loaded.mkdir(parents=True, exist_ok=True)
        if to_load := self.to_load():
            here = sum(self.bytes_here(wheel) for wheel in to_load)
            kept = f" ({size(here)} more are here from an earlier run)" if here else ""
            say(f"{self.name}: {size(self.bytes_to_load())} to download{kept}, {size(self.unpacked_bytes)} on disk, "
                f"into {shown(self.target.parent)}")
        self._check_disk()
        if to_load:
            self._load(to_load)
        self._unpack()
        for wheel in self.wheels:
            (self.loaded / wheel.filename).unlink()
        if not any(self.loaded.iterdir()):
            self.loaded.rmdir()

    def _check_disk(self):
        free, wanted = shutil.disk_usage(self.loaded).free, self.room_needed()
        if free < wanted * 1.05:
            raise LabError(f"the disk that holds {shown(self.target.parent)} has {size(free)} free; {self.name} needs "
                           f"{size(wanted)}")

    def _load(self, to_load):
        with pip_index() as index:
            for wheel in to_load:
                address = index.address(wheel.filename)
                name = " ".join(wheel.filename.split("-")[:2])
                with Progress(f"Downloading {name}", unit=size) as bar:
                    download(lambda offset: index.open_at(address, offset), self.loaded / wheel.filename, wheel.bytes,
                             wheel.sha256, on_bytes=bar.update)

    def _unpack(self):
        """Unpacks the wheels into the target, which appears whole or not at all."""
        work = self.target.with_name(self.target.name + ".unpacking")
        shutil.rmtree(work, ignore_errors=True)  # what an interrupted run left
        try:
            with Progress(f"Unpacking {self.name}", unit=size) as bar:
                self._extract(work, bar)
        except (zipfile.BadZipFile, zlib.error) as error:
            for wheel in self.wheels:
                (self.loaded / wheel.filename).unlink(missing_ok=True)
            raise LabError(f"a wheel of {self.name} was damaged on this disk ({error}) and is deleted. Run the same "
                           "command again: it is loaded anew")
        except OSError as error:
            shutil.rmtree(work, ignore_errors=True)
            raise LabError(f"cannot unpack into {shown(work)}: {error.strerror}")
        if self.target.exists():
            shutil.rmtree(self.target)
        work.replace(self.target)

    def _extract(self, work, bar):
        archives = [zipfile.ZipFile(self.loaded / wheel.filename) for wheel in self.wheels]
        members = [(archive, item) for archive in archives for item in archive.infolist() if self.is_kept(item.filename)]
        total, done = sum(item.file_size for _, item in members), 0
        for archive, item in members:
            file = Path(archive.extract(item, work))
            if mode := item.external_attr >> 16 & 0o111:  # zipfile forgets what may be run
                file.chmod(file.stat().st_mode | mode)
            done += item.file_size
            bar.update(done, total)
