"""The environment of `./lab check-hf` and `./lab train-model`: torch for Python, transformers and SentencePiece, in
build/deps/check-hf, apart from every other Python.

The package index's torch for Linux is the CUDA build: `import torch` fails without the libraries that it links, so
those come along; what it would load later on a GPU (Triton, cuSOLVER, NVRTC) does not. Nothing that builds or tests
RadixLab needs any of this."""
import os
import platform
import re
import shutil
import subprocess
import sys

from lab.services.places import DEPS, LabError, shown
from lab.services.terminal import Progress, say, size

FOLDER = DEPS / "check-hf"
DOWNLOAD_BYTES, DISK_BYTES = 2_280_000_000, 3_800_000_000
TORCH = "torch==2.11.0"
LINKED_BY_TORCH = (
    "nvidia-cuda-runtime==13.0.96", "nvidia-cuda-cupti==13.0.85", "nvidia-cublas==13.1.0.3",
    "nvidia-cudnn-cu13==9.19.0.56", "nvidia-cufft==12.0.0.61", "nvidia-cufile==1.15.1.6", "nvidia-curand==10.4.0.35",
    "nvidia-cusparse==12.6.3.3", "nvidia-cusparselt-cu13==0.8.0", "nvidia-nccl-cu13==2.28.9",
    "nvidia-nvshmem-cu13==3.4.5", "nvidia-nvjitlink==13.0.88")
WITH_THEIR_NEEDS = ("transformers==5.23.0", "safetensors==0.8.0", "sentencepiece==0.2.3", "numpy==2.4.6",
                    "typing_extensions", "filelock", "sympy")


def steps():
    """The arguments of each pip call. Elsewhere than on Linux torch is a build for the CPU and needs what it says."""
    if platform.system() == "Linux":
        return [["--no-deps", TORCH, *LINKED_BY_TORCH], list(WITH_THEIR_NEEDS)]
    return [[TORCH, *WITH_THEIR_NEEDS]]


def ensure(folder=FOLDER):
    """The path of the environment's python, with everything installed. A receipt, written last, tells a whole one."""
    python, receipt = folder / "bin/python", folder / "installed.txt"
    wanted = "\n".join(" ".join(step) for step in steps())
    if receipt.exists() and receipt.read_text() == wanted and python.exists():
        return python
    say(f"torch, transformers and SentencePiece: {size(DOWNLOAD_BYTES)} to download, {size(DISK_BYTES)} on disk, "
        f"into {shown(folder)}")
    _check_disk(folder.parent)
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted run left, or older versions
    log = folder.with_name(folder.name + ".log")
    log.unlink(missing_ok=True)
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder)], log, None)
    with Progress("Installing torch and transformers", unit=size) as bar:
        for step in steps():
            _run([sys.executable, "-m", "pip", "--python", str(python), "install", "--only-binary=:all:",
                  "--no-cache-dir", "--progress-bar=off", "--disable-pip-version-check", *step], log, bar)
    receipt.write_text(wanted)
    return python


def _check_disk(folder):
    folder.mkdir(parents=True, exist_ok=True)
    wanted, free = DOWNLOAD_BYTES + DISK_BYTES, shutil.disk_usage(folder).free
    if free < wanted:
        raise LabError(f"the disk that holds {shown(folder)} has {size(free)} free; torch and transformers need "
                       f"{size(wanted)} while they are unpacked")


def _run(command, log, bar):
    """Runs with its words going to `log`. pip names each file, with its size, when it starts to load it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "a") as file, subprocess.Popen(
            command, text=True, errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={**os.environ, "TMPDIR": str(log.parent)}) as work:  # room for the wheels
        done, trouble = 0, ""
        for line in work.stdout:
            file.write(line)
            trouble = line.strip() if line.startswith("ERROR") or not trouble else trouble
            if bar and (found := re.search(r"Downloading \S+ \(([\d.]+) ([kMG]?B)\)", line)):
                bar.update(done, DOWNLOAD_BYTES)
                done += float(found.group(1)) * {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[found.group(2)]
        if work.wait() != 0:
            raise LabError(f"{' '.join(command[1:4])} failed: {trouble} (all of its words are in {shown(log)})")
