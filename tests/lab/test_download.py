"""A download that breaks goes on where it stopped, and only the right bytes get the final name."""
import hashlib
import os
import random
import tempfile
import unittest
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

from lab.machine import libtorch, newer_cmake
from lab.machine.download import FRUITLESS_TRIES, Reply, download
from lab.machine.pip_index import pip_index
from lab.services.places import LabError
from server import OneFile, serving

CONTENT = random.Random(7).randbytes(300_001)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def plain(address):
    """Asks with Python's own client, so that these tests need no pip."""
    def open_at(offset):
        request = urllib.request.Request(address, headers={"Range": f"bytes={offset}-"})
        response = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)
        return Reply(offset if response.status == 206 else 0, iter(lambda: response.read(4096), b""))
    return open_at


class DownloadTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.target = Path(folder.name) / "wheel.whl"
        self.part = Path(folder.name) / "wheel.whl.part"
        self.pauses = []

    def load(self, file, sha256=SHA256, size=len(CONTENT), client=plain):
        with serving(file) as address:
            download(client(address), self.target, size, sha256, pause=self.pauses.append)

    def test_a_whole_file_comes_in(self):
        file = OneFile(CONTENT)
        self.load(file)
        self.assertEqual(self.target.read_bytes(), CONTENT)
        self.assertFalse(self.part.exists())
        self.assertEqual(file.offsets, [0])

    def test_a_broken_line_is_taken_up_where_it_dropped(self):
        file = OneFile(CONTENT, breaks=[100_000, 50_000])
        self.load(file)
        self.assertEqual(self.target.read_bytes(), CONTENT)
        self.assertEqual(file.offsets, [0, 100_000, 150_000])
        self.assertEqual(file.sent, len(CONTENT), "no byte is sent twice")
        self.assertEqual(self.pauses, [], "a line that brings bytes is not waited for")

    def test_a_later_run_goes_on_from_the_part_that_an_earlier_one_left(self):
        self.part.write_bytes(CONTENT[:123_456])
        file = OneFile(CONTENT)
        self.load(file)
        self.assertEqual(file.offsets, [123_456])
        self.assertEqual(self.target.read_bytes(), CONTENT)

    def test_a_server_without_ranges_starts_over(self):
        self.part.write_bytes(b"x" * 500)
        file = OneFile(CONTENT, understands_range=False)
        self.load(file)
        self.assertEqual(self.target.read_bytes(), CONTENT)

    def test_wrong_bytes_are_deleted_and_named(self):
        with self.assertRaisesRegex(LabError, "wheel.whl came in damaged .* expected 300001 bytes with SHA-256 0000"):
            self.load(OneFile(CONTENT), sha256="0" * 64)
        self.assertFalse(self.target.exists())
        self.assertFalse(self.part.exists())

    def test_a_longer_file_than_promised_is_damaged(self):
        with self.assertRaisesRegex(LabError, "came in damaged"):
            self.load(OneFile(CONTENT + b"more"))
        self.assertFalse(self.target.exists())

    def test_a_dead_line_is_given_up_and_the_part_kept(self):
        file = OneFile(CONTENT, breaks=[1000] + [0] * 9)
        with self.assertRaisesRegex(LabError, "stopped at byte 1000 of 300001"):
            self.load(file)
        self.assertEqual(self.part.read_bytes(), CONTENT[:1000])
        self.assertEqual(len(file.offsets), 1 + FRUITLESS_TRIES)
        self.assertEqual(self.pauses, [1, 2, 4])

    def test_a_full_disk_is_told_at_once_and_the_next_run_goes_on(self):
        self.part.symlink_to("/dev/full")
        file = OneFile(CONTENT)
        with self.assertRaisesRegex(LabError, "cannot write .*wheel.whl.part: No space left on device") as raised:
            self.load(file)
        self.assertEqual((raised.exception.code, file.offsets), (2, [0]))
        self.part.unlink()
        self.load(file)
        self.assertEqual(self.target.read_bytes(), CONTENT)

    @unittest.skipUnless(find_spec("pip"), "this python3 has no pip")
    def test_through_pips_own_session(self):
        file = OneFile(CONTENT, breaks=[200_000])
        with pip_index() as index:
            index._session.trust_env = False  # no proxy between this machine and itself
            self.load(file, client=lambda address: lambda offset: index.open_at(address, offset))
        self.assertEqual(self.target.read_bytes(), CONTENT)
        self.assertEqual(file.offsets, [0, 200_000])

    @unittest.skipUnless(find_spec("pip"), "this python3 has no pip")
    def test_pips_finder_gives_each_listed_wheels_address_from_any_python(self):
        listed = [wheel for wheels in libtorch.WHEELS.values() for wheel in wheels] + [*newer_cmake.WHEELS.values()]
        page = Path(self.target.parent / "page.html")
        page.write_text("".join(f'<a href="{wheel.filename}" data-requires-python="&gt;=3.8">x</a>\n' for wheel in listed))
        settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": page.as_uri(), "PIP_CONFIG_FILE": os.devnull}
        with mock.patch.dict("os.environ", settings), pip_index() as index:
            for wheel in listed:
                self.assertTrue(index.address(wheel.filename).endswith(wheel.filename))
            with self.assertRaisesRegex(LabError, "pip's package index does not offer no-1-py3-none-any.whl"):
                index.address("no-1-py3-none-any.whl")


if __name__ == "__main__":
    unittest.main()
