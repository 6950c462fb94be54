"""The libraries for aarch64, with a fake apt-get: loaded once, in a corner of their own, and whole or not there."""
import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab.machine import arm64
from lab.services.places import LabError

APT = """#!/bin/sh
echo "$*" >> "$RECORD"
for word; do case "$word" in Dir::Cache=*) cache=${word#Dir::Cache=} ;; esac; done
case "$*" in
  *--print-uris*) test -z "$UNKNOWN" && echo "'mirror/a.deb' a_1.deb 1500000 SHA256:0" ;;
  *--download-only*) test -z "$BREAK" && touch "$cache/archives/a_1_arm64.deb" || { echo "E: Failed to fetch $BREAK"; false; } ;;
  *update*) test -z "$UNKNOWN" || { echo "E: $UNKNOWN"; false; } ;;
esac
"""
DPKG_DEB = """#!/bin/sh
test -z "$FULL" || { echo "dpkg-deb: $FULL" >&2; exit 2; }
mkdir -p "$3/usr/lib" && touch "$3/usr/lib/liba.so"
"""


class Arm64Test(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        root = Path(temporary.name)
        self.folder, self.record = root / "deps/aarch64", root / "record"
        for name, text in {"apt-get": APT, "dpkg-deb": DPKG_DEB}.items():
            (root / name).write_text(text)
            (root / name).chmod(0o755)
        self.settings = {"PATH": f"{root}:{os.defpath}", "RECORD": str(self.record)}

    def ensure(self, **trouble):
        said = io.StringIO()
        with contextlib.redirect_stdout(said), mock.patch.dict("os.environ", {**self.settings, **trouble}):
            arm64.ensure(self.folder)
        return said.getvalue()

    def fails(self, **trouble):
        with self.assertRaises(LabError) as raised:
            self.ensure(**trouble)
        self.assertEqual(raised.exception.code, 2)
        self.assertFalse(self.folder.exists())
        return str(raised.exception)

    def test_they_are_loaded_once_and_their_size_is_told_first(self):
        said = self.ensure()
        self.assertLess(said.index("2 MB to download"), said.index("Loading"))
        self.assertTrue((self.folder / "usr/lib/liba.so").exists())
        self.assertEqual([path.name for path in self.folder.parent.iterdir()], ["aarch64"])
        self.record.unlink()
        self.assertEqual(self.ensure(), "")
        self.assertFalse(self.record.exists())

    def test_the_systems_own_lists_status_and_architecture_are_left_alone(self):
        self.ensure()
        for asked in self.record.read_text().splitlines():
            for setting in ("Dir::State=", "Dir::State::status=", "Dir::Cache=", "APT::Architectures=arm64"):
                self.assertIn(setting, asked)

    def test_another_list_of_libraries_is_loaded_anew(self):
        self.ensure()
        (self.folder / arm64.RECEIPT).write_text("libold-dev\n")
        self.assertIn("to download", self.ensure())
        self.assertTrue(arm64.is_there(self.folder))

    def test_they_are_the_libraries_of_the_one_list(self):
        self.assertIn("libsentencepiece-dev", arm64.wanted())
        self.assertFalse({"g++", "cmake", "ninja-build"} & set(arm64.wanted()))

    def test_each_trouble_is_told_and_the_next_run_goes_on(self):
        self.assertIn("knows no arm64 packages of libc6-dev", self.fails(UNKNOWN="no such host"))
        self.assertIn("could not load the libraries for aarch64: E: Failed to fetch it", self.fails(BREAK="it"))
        self.assertIn("cannot unpack a_1_arm64.deb: dpkg-deb: No space left", self.fails(FULL="No space left on device"))
        self.ensure()
        self.assertTrue(arm64.is_there(self.folder))


if __name__ == "__main__":
    unittest.main()
