"""./lab doctor with fakes: what is missing is named with its remedy, and a trouble is put down to the machine or the code."""
import contextlib
import io
import re
import stat
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from lab.machine import doctor, findings, libtorch, packages
from lab.machine.findings import MISSING, NOTE, OK, Finding
from lab.services.places import LabError

SOUND = [Finding("g++", OK, "12.2.0"), Finding("nvcc", NOTE, "no CUDA toolkit")]


class DoctorTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for ours in doctor.OURS:
            (self.root / ours.place).mkdir(parents=True)

    def doctor(self, found=SOUND, suites=None, quick=False, changed=()):
        self.suites = mock.Mock(side_effect=suites, return_value="31 tests, 0 skipped")
        said = io.StringIO()
        with contextlib.redirect_stdout(said), mock.patch.object(doctor, "findings", lambda preset: iter(found)), \
                mock.patch.object(doctor, "suites_of", self.suites), mock.patch.object(doctor, "ROOT", self.root), \
                mock.patch.object(doctor, "changed_files", lambda: changed):
            code = doctor.run(SimpleNamespace(preset="test", quick=quick))
        return code, said.getvalue()

    def test_a_sound_machine_and_sound_code(self):
        code, said = self.doctor()
        self.assertEqual(code, 0)
        self.assertRegex(said, r"g\+\+ +ok +12\.2\.0\nnvcc +- +no CUDA toolkit\n")
        self.assertIn("All is well: the machine has what it needs, and our solution of the first lab passes (31 tests, "
                      "0 skipped)", said)
        self.assertEqual(self.suites.call_args.args[:2], ("labs", ["test_01_solution"]))

    def test_where_solutions_are_not_released_it_asks_what_there_is(self):
        (self.root / "solutions/01-naive-manager").rmdir()
        self.assertIn("radix keeps the contract (31 tests", self.doctor()[1])
        self.assertEqual(self.suites.call_args.args, ("labs", ["test_conformance"], [r"^conformance\..*radix"]))
        (self.root / "solutions/05-radix-tree").rmdir()
        self.assertIn("the given parts are sound (31 tests", self.doctor()[1])
        self.assertEqual(self.suites.call_args.args, ("labs", ["test_contract", "test_storage"], [r"^(contract|storage)\."]))

    def test_what_is_missing_is_trouble_of_the_machine_with_one_command_to_copy(self):
        lacking = [Finding("cmake", MISSING, "a package", "cmake"), Finding("libfmt-dev", MISSING, "a package", "libfmt-dev"),
                   Finding("disk", MISSING, "1 MB free: make room")]
        with mock.patch.object(packages.os, "geteuid", return_value=0):
            code, said = self.doctor([*SOUND, *lacking])
        self.assertEqual(code, 2)
        self.assertIn("./lab setup --preset test", said)
        self.assertEqual(re.findall(r"^  apt-get.*", said, re.MULTILINE),
                         ["  apt-get update && apt-get install --yes --no-install-recommends cmake libfmt-dev"])
        self.assertEqual(said.splitlines()[-1], "Trouble of the machine: cmake, libfmt-dev, disk")
        self.suites.assert_not_called()

    def test_quick_builds_nothing(self):
        code, said = self.doctor(quick=True)
        self.assertEqual((code, said.splitlines()[-1]), (0, "The machine has what preset test needs. Of the code: ./lab doctor"))
        self.suites.assert_not_called()

    def test_tests_that_fail_are_trouble_of_the_code_and_changed_files_are_named(self):
        code, said = self.doctor(suites=LabError("2 of 31 tests failed", code=1), changed=["solutions/1_lookup.cpp"])
        self.assertEqual(code, 1)
        self.assertEqual(said.splitlines()[-2:], ["Changed since the last commit: solutions/1_lookup.cpp",
                                                  "Trouble of the code: 2 of 31 tests failed"])
        self.assertIn("this is not your doing", self.doctor(suites=LabError("failed", code=1))[1])
        self.assertNotIn("doing", self.doctor(suites=LabError("failed", code=1), changed=None)[1])

    def test_a_build_that_the_machine_stopped_is_trouble_of_the_machine(self):
        code, said = self.doctor(suites=LabError("Building failed: the disk is full", code=2), changed=["a.cpp"])
        self.assertEqual((code, said.splitlines()[-1]), (2, "Trouble of the machine: Building failed: the disk is full"))
        self.assertNotIn("a.cpp", said)

    def test_the_suite_is_asked_of_radix_alone(self):
        self.assertRegex("conformance.Ladder/Conformance.I9_ALookUp/radix_P4", doctor.OURS[1].tests)
        self.assertNotRegex("conformance.Ladder/Conformance.I9_ALookUp/naive_P4", doctor.OURS[1].tests)
        self.assertNotRegex("ladder.05-radix", doctor.OURS[1].tests)


class MachineTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        change = mock.patch.object(findings, "BUILD", self.folder)
        change.start()
        self.addCleanup(change.stop)

    def compiler(self, script):
        """What is found of a compiler that does this; its last argument is the program to write."""
        fake = self.folder / "c++"
        fake.write_text(f"#!/bin/sh\nfor out; do :; done\n{script}\n")
        fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
        with mock.patch.dict("os.environ", {"CXX": str(fake)}):
            return findings.compiler()

    def test_a_compiler_is_tried_to_the_running_program(self):
        made = "printf '#!/bin/sh\\nexit %s\\n' {} > $out; chmod +x $out"
        self.assertEqual(self.compiler(made.format(0)).state, OK)
        ends_badly, refuses = self.compiler(made.format(3)), self.compiler("echo 'no <span>' >&2; exit 1")
        self.assertEqual((ends_badly.state, refuses.state), (MISSING, MISSING))
        self.assertIn("they end with 3", ends_badly.told)
        self.assertIn("no <span>", refuses.told)
        with mock.patch.dict("os.environ", {"CXX": "no-such-compiler -O2"}):
            self.assertIn("no no-such-compiler", findings.compiler().told)

    def test_packages_are_told_with_versions_and_missing_ones_with_their_names(self):
        wanted = [packages.Package("a-dev"), packages.Package("b-dev")]
        with mock.patch.object(packages, "missing", return_value=["b-dev"]), \
                mock.patch.object(packages, "installed", return_value={"a-dev": "1.2-3"}), \
                mock.patch.object(findings.shutil, "which", return_value="/bin/dpkg-query"):
            a, b = findings.of_packages(wanted)
        self.assertEqual((a.state, a.told), (OK, "1.2-3"))
        self.assertEqual((b.state, b.package), (MISSING, "b-dev"))

    def test_a_full_disk_is_missing(self):
        with mock.patch.object(findings.shutil, "disk_usage", return_value=mock.Mock(free=5_000_000)):
            told = findings.disk(700_000_000)
        self.assertEqual((told.state, told.told.split(" for")[0]), (MISSING, "5 MB free"))

    def test_an_old_cmake_is_missing_until_a_newer_one_was_fetched(self):
        newer = mock.Mock(target=self.folder, **{"is_there.return_value": False, "bytes_to_load.return_value": 27_800_904})
        with mock.patch.object(findings.newer_cmake, "version", return_value=(3, 22)), \
                mock.patch.object(findings.newer_cmake, "kit", return_value=newer):
            found = next(findings.old_cmake())
            self.assertEqual((found.state, found.told),
                             (MISSING, "3.22 is too old, 3.25 or newer is needed; 28 MB to download"))
            newer.is_there.return_value = True
            self.assertEqual(next(findings.old_cmake()).state, OK)
        with mock.patch.object(findings.newer_cmake, "version", return_value=(3, 25)):
            self.assertEqual(list(findings.old_cmake()), [])

    def test_little_memory_is_noted_and_not_refused(self):
        for kilobytes, state in {400_000: NOTE, 4_000_000: OK}.items():
            with mock.patch.object(findings.Path, "read_text", return_value=f"MemTotal: 1 kB\nMemAvailable:  {kilobytes} kB\n"):
                self.assertEqual(findings.memory().state, state)

    def test_libtorch_is_asked_of_the_presets_that_use_it_and_where_there_is_none_that_is_said(self):
        with mock.patch.object(findings, "compiler", return_value=SOUND[0]), \
                mock.patch.object(libtorch, "own_prefix", return_value=None), \
                mock.patch.object(libtorch, "is_there", side_effect=LabError("no wheel is listed for vax")):
            lacks = [finding for finding in findings.findings("test") if finding.what == "LibTorch"]
            self.assertEqual([(finding.state, finding.told) for finding in lacks], [(MISSING, "no wheel is listed for vax")])
            self.assertFalse([finding for finding in findings.findings("labs") if finding.what == "LibTorch"])


if __name__ == "__main__":
    unittest.main()
