"""A CMake that is too old: a newer one is fetched once, used from then on, and a better one of the system comes first."""
import contextlib
import io
import os
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

from lab.machine import kit, newer_cmake, setup
from lab.machine.kit import Wheel
from lab.services.places import LabError

WHEEL = Wheel("cmake-9.9-py3-none-any.whl", 10, "")


class NewerCmakeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.deps, self.bin = Path(folder.name) / "deps", Path(folder.name) / "bin"
        self.bin.mkdir()
        for change in (mock.patch.dict("os.environ", {"PATH": f"{self.bin}:/usr/bin:/bin"}),
                       mock.patch.object(newer_cmake.platform, "machine", return_value="x86_64"),
                       mock.patch.dict(newer_cmake.WHEELS, {"x86_64": WHEEL})):
            change.start()
            self.addCleanup(change.stop)

    def system_cmake(self, version):
        file = self.bin / "cmake"
        file.write_text(f"#!/bin/sh\necho cmake version {version}\n")
        file.chmod(0o755)

    def load_wheel(self, version="9.9.1"):
        folder = self.deps / "wheels"
        folder.mkdir(parents=True)
        with zipfile.ZipFile(folder / WHEEL.filename, "w") as wheel:
            for name in ("cmake/data/bin/cmake", "cmake/data/doc/cmake-9.9/a.rst", "cmake-9.9.dist-info/METADATA"):
                item = zipfile.ZipInfo(name)
                item.external_attr = (0o755 if "bin" in name else 0o644) << 16
                wheel.writestr(item, f"#!/bin/sh\necho cmake version {version}\n")

    def ensure(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            newer_cmake.ensure(self.deps)
        return said.getvalue()

    def test_one_that_is_new_enough_is_left_alone(self):
        for version in ("3.25.0", "3.31.6", "4.0.1"):
            self.system_cmake(version)
            self.assertEqual(self.ensure(), "")
            self.assertFalse(self.deps.exists())

    def test_too_old_is_told_and_the_newer_one_is_used_from_then_on(self):
        self.system_cmake("3.22.1")
        self.load_wheel()
        self.assertIn("CMake 3.22 is too old: RadixLab needs 3.25 or newer. 3.31.6 from pip's index", self.ensure())
        self.assertEqual(newer_cmake.version(), (9, 9))
        self.assertFalse((self.deps / "cmake/cmake/data/doc").exists())
        os.environ["PATH"] = f"{self.bin}:/usr/bin:/bin"  # the next run
        self.assertEqual(self.ensure(), "")
        self.assertEqual(newer_cmake.version(), (9, 9))
        self.assertFalse(newer_cmake.is_to_be_fetched(self.deps))

    def test_a_system_that_caught_up_is_used_again(self):
        self.system_cmake("3.22.1")
        self.load_wheel()
        self.ensure()
        os.environ["PATH"] = f"{self.bin}:/usr/bin:/bin"
        self.system_cmake("3.30.2")
        self.ensure()
        self.assertEqual(newer_cmake.version(), (3, 30))

    def test_without_a_network_the_line_says_so(self):
        self.system_cmake("3.22.1")
        index = mock.MagicMock()
        index.return_value.__enter__.return_value.address.side_effect = LabError("pip's package index does not offer it")
        index.return_value.__exit__.return_value = False
        with mock.patch.object(kit, "pip_index", index), self.assertRaisesRegex(LabError, "index does not offer") as raised:
            self.ensure()
        self.assertEqual(raised.exception.code, 2)

    def test_one_that_does_not_run_here_is_told(self):
        self.system_cmake("3.22.1")
        self.load_wheel("of another system")
        with self.assertRaisesRegex(LabError, "does not run here. Put 3.25 or newer first in PATH"):
            self.ensure()

    def test_an_unknown_machine_is_told_what_to_do(self):
        self.system_cmake("3.22.1")
        with mock.patch.object(newer_cmake.platform, "machine", return_value="vax"), \
                self.assertRaisesRegex(LabError, "CMake is too old.*vax.*first in PATH"):
            self.ensure()

    def test_set_up_asks_for_pip_in_the_same_command_as_the_other_packages(self):
        with mock.patch.object(setup, "_alone", contextlib.nullcontext), \
                mock.patch.object(setup.packages, "ensure") as ensure, \
                mock.patch.object(setup.newer_cmake, "ensure"):
            for fetched, asked in {True: 1, False: 0}.items():
                ensure.reset_mock()
                with mock.patch.object(setup.newer_cmake, "is_to_be_fetched", return_value=fetched):
                    setup.set_up("labs")
                names = [package.name for package in ensure.call_args_list[0].args[0]]
                self.assertEqual(names.count("python3-pip"), asked)

    def test_set_up_asks_for_pip_once_it_has_installed_a_cmake_that_is_too_old(self):
        with mock.patch.object(setup, "_alone", contextlib.nullcontext), \
                mock.patch.object(setup.packages, "ensure") as ensure, \
                mock.patch.object(setup.newer_cmake, "ensure"), \
                mock.patch.object(setup.newer_cmake, "is_to_be_fetched", side_effect=(False, True)):
            setup.set_up("labs")
        asked = [[package.name for package in call.args[0]] for call in ensure.call_args_list]
        self.assertEqual(["python3-pip" in names for names in asked], [False, True])


if __name__ == "__main__":
    unittest.main()
