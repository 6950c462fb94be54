"""./lab gpu: runs what needs a GPU, and writes what came of it to gpu.json and gpu.md, a page with the device's name.

It needs no network and installs nothing: python3, CMake, ninja, g++ and, better than not, nvcc. A machine that lacks the other
packages is given a folder that ./lab gpu --pack makes elsewhere; there it is called in that folder.

The suites, compute-sanitizer, benchmarks, kernels with a fault, the emulator's suites and LibTorch's each have a time limit,
3 minutes for all with --quick, which leaves the last three out, and 8 without; one that fails does not stop the rest. Exit
code 0: all that ran is well; 1: something failed; 77: no GPU is here, and --build-only was not asked for."""
import json
import shutil
import time
from pathlib import Path

from lab.gpu import device, pack
from lab.gpu.page import page
from lab.gpu.parts import Run
from lab.machine import packages
from lab.services.places import BUILD, ROOT, LabError, shown
from lab.services.terminal import coloured, duration, say, table

SUMMARY = "run what needs a GPU, also where no network is, or pack the folder for that"
EXAMPLE = "./lab gpu --pack     (then, where the GPU is and build/gpu-pack was carried: ./lab gpu)"
MIB = 1 << 20
NEEDED = ("cmake", "ninja", "g++")
PACK, RESULTS = BUILD / "gpu-pack", BUILD / "gpu"


def add_arguments(parser):
    parser.add_argument("--pack", action="store_true", help=f"make the folder to carry, of at most {pack.LIMIT // MIB} MiB; runs nothing")
    parser.add_argument("--out", type=Path, metavar="FOLDER",
                        help=f"where the pack goes (default: {shown(PACK)}), or gpu.json and gpu.md (default: {shown(RESULTS)})")
    parser.add_argument("--quick", action="store_true", help="the suites, compute-sanitizer and benchmarks alone: 3 minutes")
    parser.add_argument("--build-only", action="store_true",
                        help="go on without a GPU: configure, build, run what needs none; the rest is skipped and counted")


def run(arguments):
    if arguments.pack:
        if arguments.quick or arguments.build_only:
            raise LabError("--pack runs nothing: neither --quick nor --build-only goes with it")
        return make_pack((arguments.out or PACK).absolute())
    gpu = found_gpu(arguments.build_only)
    run = Run(gpu, arguments.quick, check_machine())
    start, around = time.monotonic(), device.machine()
    for line in table([["GPU", ", ".join(gpu.values()) if gpu else "none"], *map(list, around.items())]):
        say(line)
    run_parts(run, arguments.quick)
    figures = {"device": gpu["device"] if gpu else "no GPU", "gpu": gpu, "machine": around, "commit": pack.commit(),
               "quick": arguments.quick, "seconds": time.monotonic() - start, **run.as_json()}
    return tell(run, figures, (arguments.out or RESULTS).absolute())


def make_pack(folder):
    count, programs = pack.make(folder)
    say(f"{shown(folder)}: {count / MIB:.1f} MiB, at most {pack.LIMIT // MIB}. Programs in it: "
        + (", ".join(programs) or "none, because no nvcc is here"))
    say(f"Carry it to the machine with the GPU; there: cd {folder.name} && ./lab gpu")
    return 0


def found_gpu(build_only):
    try:
        return device.gpu()
    except device.NoGpu as error:
        if not build_only:
            raise
        say(coloured(f"{error}: what needs one is skipped", "yellow"))
        return None


def check_machine():
    """The pack to build from, where it is not the one that the preset finds, or None. Raises if something lacks."""
    lacking = [name for name in NEEDED if not shutil.which(name)]
    if lacking:
        raise LabError(f"{', '.join(lacking)} is not here, and even a pack needs {', '.join(NEEDED)}")
    if (ROOT / "pack").is_dir():
        return None
    lacking = packages.missing([each for each in packages.needed(packages.groups(pack.PRESET)) if not each.program])
    if not lacking:
        return None
    if (PACK / "pack").is_dir():
        return PACK / "pack"
    raise LabError(f"packages are missing here: {' '.join(lacking)}. ./lab gpu --pack, on a machine that has them or a network, makes "
                   "a folder that does without; ./lab setup --preset cuda installs them")


def run_parts(run, quick):
    if run.part("configure", 30, run.configure):
        run.part("build", 90 if quick else 120, run.build)
        run.part("suites", 45 if quick else 80, run.suites)
        run.part("compute-sanitizer", 60 if quick else 100, run.sanitizers)
        if run.gpu:
            run.part("benchmark", 20 if quick else 40, run.benchmark)
        if not quick:
            if run.gpu:
                run.part("wrong kernels", 120, run.wrong_kernels)
            run.part("emulator", 90, run.emulator)
            run.part("LibTorch", 100, run.libtorch)


def tell(run, figures, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gpu.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (folder / "gpu.md").write_text(page(figures), encoding="utf-8")
    say()
    for line in table([["part", "verdict", "time", "told"],
                       *([part.name, part.verdict, duration(part.seconds), part.told] for part in run.parts)]):
        say(line)
    say(f"Written: {shown(folder / 'gpu.json')}, {shown(folder / 'gpu.md')}")
    failed = run.failed()
    say(coloured(f"{figures['device']}: {len(failed)} of {len(run.parts)} parts failed, {duration(figures['seconds'])}",
                 "red" if failed else "green"))
    return 1 if failed else 0
