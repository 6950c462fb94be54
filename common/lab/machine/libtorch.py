"""LibTorch in build/deps/libtorch: the C++ part of PyTorch's wheel, and the two small CUDA libraries that it loads even
where no GPU is. Of each wheel only what C++ on a CPU needs is unpacked: headers, the libraries for the CPU, licences."""
import os
import platform
from pathlib import Path

from lab.machine.kit import Kit, Wheel
from lab.services.places import DEPS, LabError

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


def kit(deps=DEPS):
    return Kit("LibTorch", deps / "libtorch", wheels(), is_kept, UNPACKED_BYTES)


def is_there(deps=DEPS):
    return own_prefix() is not None or kit(deps).is_there()


def ensure(deps=DEPS):
    """Fetches and unpacks what is missing; asks the network for nothing else."""
    if not is_there(deps):
        kit(deps).bring()


def is_kept(name):
    """Whether a C++ program on a CPU needs this file of a wheel."""
    path = Path(name)
    if path.parts[0].endswith(".dist-info"):
        return True
    if name.startswith("torch/lib/"):
        return len(path.parts) == 3 and ".so" in path.name and not path.name.startswith(NOT_FOR_THE_CPU)
    return name.startswith("torch/include/") or path.name.startswith(("libcudart.so", "libcupti.so"))
