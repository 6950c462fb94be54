"""LibTorch in build/deps/libtorch: the C++ part of PyTorch's wheel, and the two small CUDA libraries that it loads even
where no GPU is. Of each wheel only what C++ on a CPU needs is unpacked: headers, the libraries for the CPU, licences.

A folder libtorch/ is always complete: wheels are unpacked beside it and the whole is renamed at the end."""
import os
import platform
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from lab.download import download
from lab.pip_index import pip_index
from lab.places import DEPS, LabError, shown
from lab.terminal import Progress, say, size


@dataclass(frozen=True)
class Wheel:
    filename: str
    bytes: int
    sha256: str

    @property
    def receipt(self):
        """The folder that each wheel brings along; its presence says that this version was unpacked."""
        return "-".join(self.filename.split("-")[:2]) + ".dist-info"


WHEELS = {
    "x86_64": (
        Wheel("torch-2.11.0-cp311-cp311-manylinux_2_28_x86_64.whl", 530604548,
              "7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a"),
        Wheel("nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", 2243632,
              "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"),
        Wheel("nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_x86_64.whl", 10715597,
              "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"),
    ),
    "aarch64": (
        Wheel("torch-2.11.0-cp311-cp311-manylinux_2_28_aarch64.whl", 419718178,
              "d91aac77f24082809d2c5a93f52a5f085032740a1ebc9252a7b052ef5a4fddc6"),
        Wheel("nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl", 2261060,
              "ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55"),
        Wheel("nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_aarch64.whl", 10310827,
              "796bd679890ee55fb14a94629b698b6db54bcfd833d391d5e94017dd9d7d3151"),
    ),
}
UNPACKED_BYTES = 525_000_000
NOT_FOR_THE_CPU = ("libtorch_cuda", "libtorch_nvshmem", "libtorch_python", "libc10_cuda", "libcaffe2_nvrtc", "libshm")


def wheels():
    found = WHEELS.get(platform.machine()) if platform.system() == "Linux" else None
    if not found:
        raise LabError(f"there is no LibTorch wheel listed for {platform.system()} {platform.machine()}. Unpack a LibTorch "
                       "for it yourself and name its folder in CMAKE_PREFIX_PATH, or go without: --preset labs")
    return found


def own_prefix(environment=os.environ):
    """The folder of a LibTorch of the reader's own, if CMAKE_PREFIX_PATH or Torch_DIR leads to one."""
    prefixes = [Path(p) for p in environment.get("CMAKE_PREFIX_PATH", "").split(os.pathsep) if p]
    if environment.get("Torch_DIR"):
        prefixes.insert(0, (Path(environment["Torch_DIR"]) / "../../..").resolve())  # <prefix>/share/cmake/Torch
    for prefix in prefixes:
        for folder in (prefix, prefix / "torch"):
            if (folder / "include/torch/version.h").exists() and any(folder.glob("lib*/libtorch_cpu.*")):
                return prefix
    return None


def is_there(deps=DEPS):
    return all((deps / "libtorch" / wheel.receipt).is_dir() for wheel in wheels())


def bytes_to_load(deps=DEPS):
    """What is still to come over the network."""
    to_load = [wheel for wheel in wheels() if not (deps / "wheels" / wheel.filename).exists()]
    return sum(wheel.bytes - _loaded(deps / "wheels", wheel) for wheel in to_load)


def room_needed(deps=DEPS):
    """Bytes of disk that `ensure` would take while it works."""
    return 0 if own_prefix() or is_there(deps) else bytes_to_load(deps) + UNPACKED_BYTES


def ensure(deps=DEPS):
    """Fetches and unpacks what is missing; asks the network for nothing else."""
    if own_prefix() or is_there(deps):
        return
    folder = deps / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    to_load = [wheel for wheel in wheels() if not (folder / wheel.filename).exists()]
    here = sum(_loaded(folder, wheel) for wheel in to_load)
    remaining = bytes_to_load(deps)
    if to_load:
        kept = f" ({size(here)} more are here from an earlier run)" if here else ""
        say(f"LibTorch: {size(remaining)} to download{kept}, {size(UNPACKED_BYTES)} on disk, into {shown(deps)}")
    _check_disk(deps, remaining + UNPACKED_BYTES)
    if to_load:
        _load(folder, to_load)
    _unpack([folder / wheel.filename for wheel in wheels()], deps / "libtorch")
    shutil.rmtree(folder)


def _loaded(folder, wheel):
    part = folder / (wheel.filename + ".part")
    return min(part.stat().st_size, wheel.bytes) if part.exists() else 0


def _check_disk(deps, wanted):
    free = shutil.disk_usage(deps).free
    if free < wanted * 1.05:
        raise LabError(f"the disk that holds {shown(deps)} has {size(free)} free; LibTorch needs {size(wanted)}")


def _load(folder, to_load):
    with pip_index() as index:
        for wheel in to_load:
            address = index.address(wheel.filename)
            name = " ".join(wheel.filename.split("-")[:2])
            with Progress(f"Downloading {name}", unit=size) as bar:
                download(lambda offset: index.open_at(address, offset), folder / wheel.filename, wheel.bytes, wheel.sha256,
                         on_bytes=bar.update)


def is_kept(name):
    """Whether a C++ program on a CPU needs this file of a wheel."""
    path = Path(name)
    if path.parts[0].endswith(".dist-info"):
        return True
    if name.startswith("torch/lib/"):
        return len(path.parts) == 3 and ".so" in path.name and not path.name.startswith(NOT_FOR_THE_CPU)
    return name.startswith("torch/include/") or path.name.startswith(("libcudart.so", "libcupti.so"))


def _unpack(files, target):
    """Unpacks the wheels into `target`, which appears whole or not at all."""
    work = target.with_name(target.name + ".unpacking")
    shutil.rmtree(work, ignore_errors=True)  # what an interrupted run left
    try:
        members = [(file, item) for file in files for item in zipfile.ZipFile(file).infolist() if is_kept(item.filename)]
        total, done = sum(item.file_size for _, item in members), 0
        archives = {file: zipfile.ZipFile(file) for file in files}
        with Progress("Unpacking LibTorch", unit=size) as bar:
            for file, item in members:
                archives[file].extract(item, work)
                done += item.file_size
                bar.update(done, total)
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise LabError(f"cannot unpack into {shown(work)}: {error.strerror}")
    if target.exists():
        shutil.rmtree(target)
    work.replace(target)
