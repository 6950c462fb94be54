"""What is missing is found without a network; what it takes to install it is told in one command."""
import contextlib
import io
import json
import os
import shutil
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab.machine import packages, setup
from lab.machine.packages import Package
from lab.services.places import ROOT, LabError

DPKG = """#!/bin/sh
echo 'libfmt-dev installed 9.1.0+ds1-2'
echo 'libgone-dev config-files 1.0'
echo 'dpkg-query: no packages found matching libnew-dev' >&2
exit 1
"""
APT = """#!/bin/sh
case "$*" in
  *--print-uris*) echo "'mirror/a b.deb' a_1.deb 1500000 SHA256:0"; echo "'mirror/c.deb' c_2.deb 500000 SHA256:1" ;;
  *) echo ran >> "$RECORD" ;;
esac
"""
TROUBLED_APT = """#!/bin/sh
echo "$*" >> "$RECORD"
case "$*" in
  *--print-uris*) test -e "$LISTS" && echo "'mirror/a.deb' a_1.deb 1500000 SHA256:0" ;;
  *update*) test -n "$NETWORK" && touch "$LISTS" || { echo "E: Failed to fetch mirror/list  No such host"; echo "E: more"; false; } ;;
  *) test -z "$TROUBLE" || test -e "$REPAIRED" || { echo "E: $TROUBLE"; false; } ;;
esac
"""
DPKG_REPAIR = """#!/bin/sh
echo "dpkg $*" >> "$RECORD"
touch "$REPAIRED"
"""
WANTED = [Package("g++", program="g++"), Package("libfmt-dev"), Package("libgone-dev"), Package("libnew-dev")]


class PackagesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = Path(folder.name)
        self.record = self.bin / "record"
        self.program("dpkg-query", DPKG)
        self.program("sh", "", link="/bin/sh")
        change = mock.patch.dict("os.environ", {"PATH": str(self.bin), "RECORD": str(self.record)})
        change.start()
        self.addCleanup(change.stop)

    def program(self, name, text, link=None):
        file = self.bin / name
        if link:
            file.symlink_to(link)
            return
        file.write_text(text)
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def ensure(self, wanted, user=1000):
        said = io.StringIO()
        with contextlib.redirect_stdout(said), mock.patch.object(os, "geteuid", return_value=user):
            packages.ensure(wanted)
        return said.getvalue()

    def test_missing_are_those_that_dpkg_does_not_have_installed(self):
        self.assertEqual(packages.missing(WANTED), ["g++", "libgone-dev", "libnew-dev"])

    def test_a_program_in_the_path_needs_no_package(self):
        self.program("g++", "#!/bin/sh\n")
        self.assertEqual(packages.missing(WANTED[:2]), [])

    def test_a_module_that_python_finds_needs_no_package(self):
        self.assertEqual(packages.missing([Package("python3-json", module="json"), Package("a", module="no_such_module")]),
                         ["a"])

    def test_nothing_missing_asks_nobody(self):
        self.program("apt-get", APT)
        self.assertEqual(self.ensure([Package("libfmt-dev")]), "")
        self.assertFalse(self.record.exists())

    def test_without_root_and_sudo_there_is_one_command_to_copy_with_its_size(self):
        self.program("apt-get", APT)
        with self.assertRaises(LabError) as raised:
            self.ensure(WANTED)
        words = str(raised.exception)
        self.assertIn("2 MB to download", words)
        install = "apt-get install --yes --no-install-recommends g++ libgone-dev libnew-dev"
        self.assertEqual(words.splitlines()[-1].strip(), f"su -c 'apt-get update && {install}'")
        self.assertEqual(raised.exception.code, 2)
        self.assertFalse(self.record.exists())

    def test_sudo_that_may_not_be_used_here_stands_in_the_command(self):
        self.program("apt-get", APT)
        self.program("sudo", "#!/bin/sh\nexit 1\n")
        with mock.patch.object(packages.sys, "stdin", io.StringIO()), self.assertRaises(LabError) as raised:
            self.ensure(WANTED)
        self.assertTrue(str(raised.exception).splitlines()[-1].strip().startswith(
            "sudo apt-get update && sudo apt-get install --yes "))

    def test_root_is_told_the_size_before_anything_is_installed(self):
        self.program("env", "", link="/usr/bin/env")
        self.program("apt-get", APT)
        said = self.ensure(WANTED, user=0)
        self.assertLess(said.index("apt-get will download 2 MB"), said.index("Installing packages"))
        self.assertEqual(self.record.read_text(), "ran\n")

    def troubled(self, lists=True, network="", trouble=""):
        """What apt-get and dpkg were asked, and the error if there is one, for root."""
        for name in ("env", "touch"):
            if not (self.bin / name).exists():
                self.program(name, "", link=shutil.which(name, path=os.defpath))
        self.program("apt-get", TROUBLED_APT)
        self.program("dpkg", DPKG_REPAIR)
        file = self.bin / "lists"
        file.touch() if lists else file.unlink(missing_ok=True)
        self.record.unlink(missing_ok=True)
        error = ""
        with mock.patch.dict("os.environ", {"LISTS": str(file), "NETWORK": network, "TROUBLE": trouble,
                                            "REPAIRED": str(self.bin / "repaired")}):
            try:
                self.ensure(WANTED[1:], user=0)
            except LabError as raised:
                self.assertEqual(raised.code, 2)
                error = str(raised)
        said = self.record.read_text().splitlines()
        return [next(word for word in ("update", "print-uris", "fix-broken", "dpkg", "install") if word in line)
                for line in said], error

    def test_a_new_system_loads_the_lists_first(self):
        self.assertEqual(self.troubled(lists=False, network="yes"), (["print-uris", "update", "print-uris", "install"], ""))

    def test_a_new_system_without_a_network_is_told_so_and_the_next_run_goes_on(self):
        asked, error = self.troubled(lists=False)
        self.assertEqual(error, "the package lists could not be loaded: E: Failed to fetch mirror/list  No such host. "
                                "Run the same command again when that is mended: it goes on from there")
        self.assertNotIn("install", asked)
        self.assertEqual(self.troubled(lists=False, network="yes")[1], "")

    def test_a_network_that_breaks_while_packages_come_in_is_told_after_a_second_try(self):
        asked, error = self.troubled(trouble="Failed to fetch mirror/a.deb")
        self.assertEqual(asked, ["print-uris", "install", "update", "install"])
        self.assertIn("could not install the packages: E: Failed to fetch mirror/a.deb. Run the same command again", error)

    def test_a_full_disk_is_told_in_apts_words(self):
        error = self.troubled(trouble="You don't have enough free space in /var/cache/apt/archives/.")[1]
        self.assertIn("E: You don't have enough free space in /var/cache/apt/archives/. Run the same", error)

    def test_where_only_the_other_name_of_a_package_is_known_that_one_is_taken(self):
        other = packages.OTHER_NAMES["libboost-context1.81-dev"]
        self.program("env", "", link="/usr/bin/env")
        self.program("apt-get", "#!/bin/sh\ncase \"$*\" in *1.81*) exit 100 ;; esac\n" + APT.split("\n", 1)[1].replace(
            "echo ran", 'echo "$*"'))
        self.ensure([Package("libboost-context1.81-dev")], user=0)
        self.assertTrue(self.record.read_text().endswith(f" {other}\n"), self.record.read_text())
        self.program("dpkg-query", f"#!/bin/sh\necho '{other} installed 1.83.0.1'\n")
        self.assertEqual(packages.missing([Package("libboost-context1.81-dev")]), [])

    def test_an_interrupted_installation_is_finished_first(self):
        for trouble, repair in {"dpkg was interrupted, you must manually run 'dpkg --configure -a'": "dpkg",
                                "Unmet dependencies. Try 'apt --fix-broken install' with no packages": "fix-broken"}.items():
            asked, error = self.troubled(trouble=trouble)
            self.assertEqual(asked, ["print-uris", "install", repair, "install"])
            if repair == "dpkg":
                self.assertEqual(error, "")
                (self.bin / "repaired").unlink()

    def test_without_apt_the_needs_are_listed(self):
        with self.assertRaisesRegex(LabError, "no apt-get"):
            self.ensure(WANTED)

    def test_without_dpkg_libraries_are_left_to_cmake(self):
        (self.bin / "dpkg-query").unlink()
        self.assertEqual(packages.missing(WANTED), ["g++"])

    def front_door(self, *tools):
        for tool in ("dirname", "id", "sed", "grep", "cut", "tr"):
            self.program(tool, "", link=shutil.which(tool, path=os.defpath))
        (self.bin / "id").unlink()
        self.program("id", "#!/bin/sh\necho 1000\n")
        for tool in tools:
            self.program(tool, "#!/bin/sh\n")
        return subprocess.run(["/bin/sh", ROOT / "lab", "demo"], capture_output=True, text=True)

    def test_where_python_is_missing_too_all_stand_in_the_one_command(self):
        told = self.front_door()
        self.assertEqual((told.returncode, told.stdout), (2, ""), told.stderr)
        names = " ".join(["python3", *dict.fromkeys(p.name for p in packages.needed(packages.groups("test")))])
        self.assertEqual(told.stderr.splitlines()[1:], ["  su -c 'apt-get update && apt-get install --yes "
                                                        f"--no-install-recommends {names}'"])

    def test_where_there_is_sudo_that_command_uses_it(self):
        self.assertIn("\n  sudo sh -c 'apt-get update && apt-get install", self.front_door("sudo", "apt-get").stderr)

    def test_each_preset_has_what_it_needs_and_no_more(self):
        named = {preset: {p.name for p in packages.needed(packages.groups(preset))} for preset in setup.PRESETS}
        self.assertEqual({p for p, names in named.items() if "python3-pip" in names}, {"test", "asan-gcc"})
        self.assertEqual({p for p, names in named.items() if "clang-16" in names}, {"labs-clang", "alone", "asan", "fuzz"})
        self.assertEqual({p for p, names in named.items() if "libboost-context1.81-dev" in names},
                         {"test", "labs", "labs-clang", "labs-debug", "alone", "tidy", "cuda"})
        for names in named.values():
            self.assertLess({"g++", "libgtest-dev"}, names)
            self.assertFalse({"doxygen", "clang-tidy"} & names)

    def test_the_presets_are_those_of_cmake(self):
        presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
        self.assertLessEqual({p["name"] for p in presets if not p.get("hidden")}, set(setup.PRESETS))


if __name__ == "__main__":
    unittest.main()
