"""Every preset writes compile_commands.json, which editors and clang-tidy read: CMake does so for Ninja, where it is asked to."""
import json
import os
import unittest
from pathlib import Path

from lab.services.places import ROOT

PRESETS = {preset["name"]: preset for preset in json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]}
BUILD = os.environ.get("RADIXLAB_BUILD")


def settled(preset, key):
    """A preset's own value or its parents'."""
    parents = preset.get("inherits", [])
    for parent in [preset, *(PRESETS[name] for name in ([parents] if isinstance(parents, str) else parents))]:
        if value := parent.get(key) if parent is preset else settled(parent, key):
            return value
    return None


class PresetsTest(unittest.TestCase):
    def test_every_preset_is_built_by_ninja_in_a_folder_of_its_own(self):
        for preset in PRESETS.values():
            self.assertEqual(settled(preset, "generator"), "Ninja", preset["name"])
            self.assertEqual(settled(preset, "binaryDir"), "${sourceDir}/build/${presetName}", preset["name"])

    def test_no_preset_switches_the_commands_off_that_the_project_switches_on(self):
        self.assertIn("\nset(CMAKE_EXPORT_COMPILE_COMMANDS ON)\n", (ROOT / "CMakeLists.txt").read_text())
        for preset in PRESETS.values():
            self.assertNotIn("CMAKE_EXPORT_COMPILE_COMMANDS", preset.get("cacheVariables", {}), preset["name"])

    @unittest.skipUnless(BUILD, "run by ctest: RADIXLAB_BUILD names the build that runs this")
    def test_this_build_has_them(self):
        commands = json.loads((Path(BUILD) / "compile_commands.json").read_text())
        self.assertIn(str(ROOT / "kernels/cpu/isa_scalar.cpp"), {command["file"] for command in commands})


if __name__ == "__main__":
    unittest.main()
