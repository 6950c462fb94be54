"""A download that goes on where it stopped.

The bytes go to a file NAME.part, which outlives a broken line, an interrupt and the machine's sleep. A file gets its
final NAME only when its length and its SHA-256 are right, so whoever sees NAME can trust it."""
import hashlib
import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import Iterable

from lab.services.places import LabError, shown

FRUITLESS_TRIES = 4


@dataclass
class Reply:
    """What a server sends: chunks of bytes, the first of which belongs at byte `start` (0 if it ignored our wish)."""
    start: int
    chunks: Iterable[bytes]


def download(open_at, target, size, sha256, on_bytes=lambda done, total: None, pause=time.sleep):
    """Brings `target` to its `size` bytes. `open_at(offset)` asks the server for the bytes from `offset` on and gives a
    Reply; it is called again after each break, and the work is given up after four breaks without a byte between them."""
    part = target.with_name(target.name + ".part")
    fruitless, trouble = 0, "the server sent nothing"
    while (have := _length(part)) < size:
        on_bytes(have, size)
        try:
            reply = open_at(have)
            _append(part, reply, size, on_bytes)
        except (OSError, HTTPException) as error:
            trouble = str(error) or type(error).__name__
        fruitless = 0 if _length(part) > have else fruitless + 1
        if fruitless == FRUITLESS_TRIES:
            raise LabError(f"the download of {target.name} stopped at byte {_length(part)} of {size}: {trouble}. "
                           "Run the same command again: it goes on from there")
        if fruitless:
            pause(2 ** (fruitless - 1))
    on_bytes(size, size)
    _verify(part, size, sha256)
    part.replace(target)


def _length(path):
    return path.stat().st_size if path.exists() else 0


def _append(part, reply, size, on_bytes):
    with open(part, "r+b" if part.exists() else "wb") as file:
        file.seek(reply.start)
        done = reply.start
        for chunk in reply.chunks:
            try:
                file.write(chunk)
                file.flush()
            except OSError as error:  # the disk, not the line: trying again would not help
                file.raw.close()  # or the end of `with` would try again
                raise LabError(f"cannot write {shown(part)}: {error.strerror}") from error
            done += len(chunk)
            on_bytes(done, size)


def _verify(part, size, sha256):
    digest = hashlib.sha256()
    with open(part, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != sha256:
        got = f"{_length(part)} bytes with SHA-256 {digest.hexdigest()}"
        part.unlink()
        raise LabError(f"{part.name.removesuffix('.part')} came in damaged and was deleted: expected {size} bytes with "
                       f"SHA-256 {sha256}, got {got}. Run the same command again")
