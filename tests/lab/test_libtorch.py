"""What of a wheel is kept, when LibTorch counts as there, and a reader's own."""
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

from lab.machine import kit, libtorch
from lab.machine.kit import Wheel
from lab.services.places import LabError

LISTED_WHEELS = libtorch.wheels
TORCH = Wheel("torch-9.9-cp311-cp311-any.whl", 10, "")


class LibTorchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.deps = Path(folder.name)
        for change in (mock.patch.object(libtorch, "wheels", lambda: (TORCH,)), mock.patch.object(kit, "say"),
                       mock.patch.object(kit, "Progress", mock.MagicMock()),
                       mock.patch.dict("os.environ", {"CMAKE_PREFIX_PATH": "", "Torch_DIR": ""})):
            change.start()
            self.addCleanup(change.stop)

    def loaded_wheel(self):
        file = self.deps / "wheels" / TORCH.filename
        file.parent.mkdir()
        with zipfile.ZipFile(file, "w") as wheel:
            for name in ("torch/include/torch/version.h", "torch/lib/libtorch_cpu.so", "torch/lib/libtorch_cuda.so",
                         "torch/nn/functional.py", "torch-9.9.dist-info/METADATA"):
                wheel.writestr(name, name)
        return file

    def test_headers_libraries_and_licences_are_kept(self):
        for name in ("torch/include/torch/version.h", "torch/lib/libtorch_cpu.so", "torch/lib/libgomp.so.1",
                     "torch/lib/libc10.so", "torch-2.11.0.dist-info/licenses/LICENSE", "nvidia/cu13/lib/libcudart.so.13",
                     "nvidia/cu13/lib/libcupti.so.13"):
            self.assertTrue(libtorch.is_kept(name), name)

    def test_the_rest_is_not(self):
        for name in ("torch/lib/libtorch_cuda.so", "torch/lib/libtorch_cuda_linalg.so", "torch/lib/libc10_cuda.so",
                     "torch/lib/libtorch_python.so", "torch/nn/functional.py", "torch/bin/protoc", "torchgen/model.py",
                     "nvidia/cu13/lib/libcudart_static.a", "nvidia/cu13/lib/libnvperf_host.so"):
            self.assertFalse(libtorch.is_kept(name), name)

    def test_unpacking_is_all_or_nothing_and_clears_up(self):
        self.loaded_wheel()
        leftover = self.deps / "libtorch.unpacking" / "torch" / "half.so"
        leftover.parent.mkdir(parents=True)
        leftover.write_text("from an interrupted run")
        self.assertFalse(libtorch.is_there(self.deps))
        libtorch.ensure(self.deps)
        self.assertTrue(libtorch.is_there(self.deps))
        there = sorted(str(p.relative_to(self.deps)) for p in self.deps.rglob("*") if p.is_file())
        self.assertEqual(there, ["libtorch/torch-9.9.dist-info/METADATA", "libtorch/torch/include/torch/version.h",
                                 "libtorch/torch/lib/libtorch_cpu.so"])

    def test_a_loaded_wheel_that_the_disk_spoiled_is_deleted_and_the_next_run_loads_it(self):
        for spoil in (lambda whole: whole[:-30], lambda whole: whole.replace(b"version.h", b"version.x", 1)):
            file = self.loaded_wheel()
            file.write_bytes(spoil(file.read_bytes()))
            with self.assertRaisesRegex(LabError, "a wheel of LibTorch was damaged on this disk .* is deleted") as raised:
                libtorch.ensure(self.deps)
            self.assertEqual(raised.exception.code, 2)
            self.assertFalse(file.exists())
            self.assertFalse(libtorch.is_there(self.deps))
            file.parent.rmdir()

    def test_another_kits_half_download_is_left_alone(self):
        self.loaded_wheel()
        other = self.deps / "wheels/cmake.whl.part"
        other.touch()
        libtorch.ensure(self.deps)
        self.assertEqual(list((self.deps / "wheels").iterdir()), [other])

    def test_a_disk_that_fills_up_while_unpacking_leaves_nothing_half(self):
        file = self.loaded_wheel()
        half = self.deps / "libtorch.unpacking/torch/half.so"

        def fill(*_):
            half.parent.mkdir(parents=True)
            half.write_text("what went in before the disk was full")
            raise OSError(28, "No space left on device")

        with mock.patch.object(kit.zipfile.ZipFile, "extract", side_effect=fill), \
                self.assertRaisesRegex(LabError, "cannot unpack into .*libtorch.unpacking: No space left on device"):
            libtorch.ensure(self.deps)
        self.assertEqual([p for p in self.deps.rglob("*") if p.is_file()], [file])
        libtorch.ensure(self.deps)
        self.assertTrue(libtorch.is_there(self.deps))

    def test_what_is_there_is_not_fetched_again(self):
        (self.deps / "libtorch" / TORCH.receipt).mkdir(parents=True)
        with mock.patch.object(kit, "pip_index", side_effect=AssertionError("the network was asked")):
            libtorch.ensure(self.deps)

    def test_a_full_disk_is_told_before_the_download(self):
        full = mock.Mock(free=1_000_000)
        with mock.patch.object(kit.shutil, "disk_usage", return_value=full), \
                self.assertRaisesRegex(LabError, "1 MB free; LibTorch needs 525 MB"):
            libtorch.ensure(self.deps)

    def test_a_librarys_own_folder_is_found_through_either_variable(self):
        prefix = self.deps / "own"
        (prefix / "include/torch").mkdir(parents=True)
        (prefix / "include/torch/version.h").touch()
        (prefix / "lib").mkdir()
        self.assertIsNone(libtorch.own_prefix({"CMAKE_PREFIX_PATH": str(prefix)}), "no library yet")
        (prefix / "lib/libtorch_cpu.so").touch()
        self.assertEqual(libtorch.own_prefix({"CMAKE_PREFIX_PATH": f"/nowhere:{prefix}"}), prefix)
        self.assertEqual(libtorch.own_prefix({"Torch_DIR": str(prefix / "share/cmake/Torch")}), prefix)
        self.assertIsNone(libtorch.own_prefix({}))

    def test_an_unknown_machine_is_told_what_to_do(self):
        with mock.patch.object(libtorch.platform, "machine", return_value="vax"), \
                self.assertRaisesRegex(LabError, "vax.*CMAKE_PREFIX_PATH.*--preset labs"):
            LISTED_WHEELS()


if __name__ == "__main__":
    unittest.main()
