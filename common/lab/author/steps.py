"""The steps of ./lab check. A step's work returns what it counted; an error says what failed, and its words were shown."""
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import partial
from typing import Callable

from lab.author import edition_proof, fuzz, new_chapter, picture_texts
from lab.author.docs import make_docs
from lab.author.gradescope import gradescope_trial
from lab.author.style import source, tidy
from lab.gpu import pack
from lab.machine import packages
from lab.machine.build import build, configure, jobs
from lab.machine.setup import set_up
from lab.machine.suites import suites_of
from lab.services.chapters import suites_in
from lab.services.logged import WorkFailed, run_logged, show_log
from lab.services.places import BUILD, DEPS, ROOT, LabError, build_folder, program, shown, tracked
from lab.services.terminal import say

SHORT = "the ladder in pairs"
TSAN = {"test_kernels": r"kernels\.([^/]*$|.*/avx2)", "test_llm": r"llm\.", "test_golden": r"golden\.", "ladder": r"ladder\.[0-9]",
        "engine_cells": r"engine\.(cells|soak)"}
"""What has threads: {target: how the names of its tests begin}. All instruction sets share their threads' code, so AVX2 stands
for all. The ladder's cells with a fault (ladder.break-...) prove the ladder itself: ./lab test runs them."""
TSAN_ALL = {**TSAN, "test_contract": r"contract\.", "test_storage": r"storage\.", "test_kernels": r"kernels\.",
            "test_conformance": r"conformance\."}
"""The same with every instruction set, and with what threads call."""
EMULATED = {**TSAN_ALL, "test_io": r"io\.", "test_visualize": r"visualize\."}
"""What runs under qemu, in the same form: suites of C++ alone, because a Python test would start the other processor's programs."""
CLANG = {"test_kernels": r"kernels\.", "test_llm": r"llm\.", "test_golden": r"golden\.", "ladder": r"ladder\.[0-9]"}
"""What computes, in the same form: another compiler's optimiser must give the same bits. Step asan builds the rest by it."""
ONCE = ("^front-door$", "^pages$", "^walk$")
"""Labels of what one compiler shows for all: the front door, that the pages say what the programs do, the learner's walk."""
LIFE_STEPS = 200_000
CELLS, SOAKS = 100_000, (1_000, 10_000)  # of the engine; requests
FUZZ_RUNS = 5_000  # inputs a target
REPLAYED = 120  # requests of a workload: every rule is checked after each, which reads all that is cached


@dataclass(frozen=True)
class Step:
    covers: str
    work: Callable[[], str]
    groups: tuple = ()  # of packages
    only_by_name: bool = False
    wishes: tuple = ()  # groups of packages without which the step is skipped


def chosen(preset, targets, proof):
    """Some targets and the tests of theirs, and the suites of the chapters whose manifest names the proof."""
    targets = {**targets, **suites_in(proof)}
    return suites_of(preset, list(targets), [rf"^{name}" for name in targets.values()])


def tsan(targets):
    say("Left out, because LibTorch is not built for it: " + ", ".join(with_libtorch()))
    return chosen("tsan", targets, "tsan")


def with_libtorch():
    """The targets that link LibTorch, from the CMake files that say so."""
    texts = [file.read_text() for folder in ("common", "tests") for file in (ROOT / folder).rglob("CMakeLists.txt")]
    link = r"(target_link_libraries|radixlab_suite)\(\s*(\w+)[^()]*\bradixlab_(?:stock|libtorch)\b[^()]*\)"
    found = {pair for text in texts for pair in re.findall(link, text)}
    return sorted(f"test_{name}" if command == "radixlab_suite" else name for command, name in found)


def lives():
    """The short form of the long proof: random_lives --steps 1000000."""
    set_up("labs-clang")
    configure("labs-clang")
    build("labs-clang", ["random_lives"])
    log = build_folder("labs-clang") / "lab-check-lives.log"
    command = [str(program("random_lives", "labs-clang")), "--steps", str(LIFE_STEPS), "--threads", str(jobs())]
    try:
        run_logged("Living random lives", command, log)
    except WorkFailed:
        show_log(log, "manager")
        raise
    steps = [int(row) for row in re.findall(r"^\w+ +\d+ +(\d+) ", log.read_text(), re.MULTILINE)]
    return f"{sum(steps):,} steps on {len(steps)} rows"


def front():
    """What a stranger types first, in a folder with our files alone; what is downloaded already is not downloaded again."""
    clone = BUILD / "front"
    shutil.rmtree(clone, ignore_errors=True)
    for name in tracked():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, clone / name)
    (clone / "build").mkdir(parents=True)
    DEPS.mkdir(parents=True, exist_ok=True)
    (clone / "build/deps").symlink_to(DEPS)
    demo = front_command(clone, "demo")
    front_command(clone, "doctor")
    said = demo.read_text(errors="replace")
    rows = re.findall(r"logits identical: yes \(([\d,]+) rows\)", said)
    marks = re.findall(r"\b(\d+)/(\d+)$", said, re.MULTILINE)
    if len(rows) != 2 or not marks:
        raise LabError(f"./lab demo did not say twice that logits are identical, or marked no answers; see {shown(demo)}", code=1)
    shutil.rmtree(clone)
    return f"{' + '.join(rows)} rows identical, {marks[0][0]} of {marks[0][1]} answers right"


def front_command(clone, name):
    """The log of what it says."""
    log = BUILD / f"front-{name}.log"
    try:
        run_logged(f"Running ./lab {name} in a fresh folder", [clone / "lab", name], log)
    except WorkFailed:
        show_log(log, "lab:")
        raise
    return log


def benchmarks():
    set_up("test")
    configure("test")
    build("test", ["bench_all"])
    return f"{len(list((build_folder('test') / 'bin').glob('bench_*')))} programs"


def cuda():
    set_up("test")
    configure("test")
    build("test", ["cuda_compiles"])
    kernels = len(list(build_folder("test").rglob("*.ptx")))
    return f"{kernels} files of kernels" if kernels else "no CUDA toolkit here: nothing"


def gpu_pack():
    """The pack is made, and built with nothing of the system's but compilers: CMake may look nowhere else, and headers of the system
    that a compiler has read all the same are found afterwards. Where nvcc is not, the emulator's suites are built and run."""
    folder = BUILD / "gpu-pack-check"
    count, _ = pack.make(folder, with_programs=False)
    quick = ["--quick"] if pack.setting("RADIXLAB_NVCC") else []
    log, environment = BUILD / "gpu-pack-check.log", {"PYTHONPATH": "", "CCACHE_DIR": str(DEPS / "ccache")}
    hidden = ["-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF", "-DRADIXLAB_CUDA_ARCHITECTURES=75"]
    try:
        run_logged("Configuring the pack", ["cmake", "--preset", "cuda", "-S", str(folder), *hidden], log)
        run_logged("Building and running it", [str(folder / "lab"), "gpu", "--build-only", *quick], log, environment=environment)
    except WorkFailed:
        show_log(log, "lab:")
        raise
    from_system = pack.read_from_system(folder / "build/cuda")
    if from_system:
        raise LabError(f"the pack lacks what its build took from the system: {', '.join(from_system[:5])}", code=1)
    figures = json.loads((folder / "build/gpu/gpu.json").read_text())
    told = "; ".join(f"{part['name']}: {part['told']}" for part in figures["parts"] if part["name"] in ("suites", "emulator"))
    shutil.rmtree(folder)
    return f"{count / (1 << 20):.1f} MiB; {told}"


def docs():
    page = make_docs("labs")
    return f"{len(list(page.parent.glob('*.html')))} pages"


def ladder():
    """Every cell of every row; ./lab test leaves the slowest of the newest row out, and most of the others."""
    set_up("test")
    configure("test")
    build("test", ["ladder"])
    tool, log = str(program("ladder", "test")), build_folder("test") / "lab-check-ladder.log"
    table = subprocess.run([tool, "--table"], check=True, capture_output=True, text=True).stdout
    rows, cells = re.findall(r"^\| (?!00)\d\d \| (\w+) .* built \|$", table, re.MULTILINE), 0
    for row in rows:
        try:
            run_logged(f"Comparing {row} with the row above", [tool, "--row", row], log)
        except WorkFailed:
            show_log(log, ": logits differ")
            raise
        cells += int(re.search(r": (\d+) cells, 0 failed", log.read_text()).group(1))
    return f"{cells} cells of {len(rows)} rows"


def engine_cells(runs):
    """Runs of the program engine_cells, each with its options; the last lines of each."""
    set_up("test")
    configure("test")
    build("test", ["engine_cells"])
    tool, log, told = str(program("engine_cells", "test")), build_folder("test") / "lab-check-engine.log", []
    for label, *options in runs:
        try:
            run_logged(label, [tool, *options], log)
        except WorkFailed:
            show_log(log, "red: ")
            raise
        told.append(re.search(r"^rows (\d+)", log.read_text(), re.MULTILINE).group(1))
    return f"{' + '.join(f'{int(rows):,}' for rows in told)} rows"


def replays():
    """Every rule after every request, on every workload, manager and policy; ctest's replay. runs a few requests of each."""
    set_up("test")
    configure("test")
    build("test", ["replay"])
    tool, log = str(program("replay", "test")), build_folder("test") / "lab-check-replay.log"
    table = subprocess.run([tool, "--generators"], check=True, capture_output=True, text=True).stdout
    names, runs = [line.split()[0] for line in table.splitlines()[1:]], 0
    for name in names:
        for unit in ("leaf", "tail"):
            command = [tool, "--generate", name, "--requests", str(REPLAYED), "--capacity", "30%", "--unit", unit, "--compare", "--check"]
            run_logged(f"Replaying {name}, unit {unit}", command, log)
            runs += len(log.read_text().splitlines()) - 2
    return f"{runs} runs on {len(names)} workloads"


def aarch64():
    say(f"Under qemu run: {names_of({**EMULATED, **suites_in('aarch64')})}")
    return chosen("aarch64", EMULATED, "aarch64")


def names_of(targets):
    return ", ".join(target.removeprefix("test_") for target in targets)


LABS = packages.groups("labs")
STEPS = {
    "source": Step("format of C++, syntax of Python, sizes of files", source, ("style",)),
    "pictures": Step(f"each text of the committed pictures stays in its box, in Chromium with {', '.join(picture_texts.FONTS)}",
                     picture_texts.prove, wishes=("browser",)),
    "docs": Step("the documentation's site, a warning being an error", docs, (*LABS, "docs")),
    "tidy": Step("clang-tidy over the labs, tests aside", tidy, (*LABS, "style")),
    "front": Step("./lab demo and ./lab doctor in a fresh folder", front, packages.groups("test")),
    "known-wrong": Step("every known-wrong solution of a task is caught, by the test and in the words it names",
                        partial(suites_of, "test", ["known_wrong"], (r"^kill_matrix\.", r"^seen_red\.")), packages.groups("test")),
    "benchmarks": Step("those that no suite runs are built", benchmarks, packages.groups("test")),
    "cuda": Step("kernels and their suite for a GPU compile by nvcc, where it is; exact ones compute nothing but what they may", cuda,
                 packages.groups("test")),
    "gpu-pack": Step("what ./lab gpu --pack makes is built and run with the system's packages hidden, for one kind of GPU", gpu_pack,
                     packages.groups("cuda")),
    "labs-clang": Step(f"by clang++-16, optimised: {names_of(CLANG)}", partial(chosen, "labs-clang", CLANG, "labs-clang"),
                       packages.groups("labs-clang")),
    "lives": Step("random requests on every manager, every rule after every step; short form", lives,
                  packages.groups("labs-clang")),
    "tsan": Step(f"ThreadSanitizer: {names_of(TSAN)}; {SHORT}", partial(tsan, TSAN), packages.groups("tsan")),
    "asan": Step(f"AddressSanitizer, leaks, UndefinedBehaviorSanitizer: every suite without LibTorch, by clang++-16; {SHORT}",
                 partial(suites_of, "asan", but_labels=ONCE), packages.groups("asan")),
    "packages": Step("the labs' Gradescope packages, on our solution and the starter; the first lab's on wrong submissions too",
                     gradescope_trial, LABS),
    "editions": Step("the student's edition and the instructor's: packed, built, used", edition_proof.prove,
                     packages.groups("labs-clang")),
    "new-chapter": Step("a chapter that is a folder and a row of the ladder, in a copy: built, graded, demonstrated, killed, drawn",
                        new_chapter.prove, LABS),
    "fuzz": Step("libFuzzer on every reader of files and on the managers, under both; short form",
                 partial(fuzz.prove, runs=FUZZ_RUNS), packages.groups("fuzz")),
    "alone": Step("every suite without LibTorch, by clang++-16, each file compiled by itself",
                  partial(suites_of, "alone", but_labels=ONCE), packages.groups("alone"), only_by_name=True),
    "asan-gcc": Step(f"as asan, by g++, with LibTorch and whole runs of programs; {SHORT}",
                     partial(suites_of, "asan-gcc", but_labels=ONCE), packages.groups("asan-gcc"), only_by_name=True),
    "tsan-all": Step(f"ThreadSanitizer: {names_of(TSAN_ALL)}; {SHORT}", partial(tsan, TSAN_ALL), packages.groups("tsan"),
                     only_by_name=True),
    "ladder": Step("every cell of every row of the ladder", ladder, packages.groups("test"), only_by_name=True),
    "all-packages": Step("every lab's Gradescope package on wrong submissions too", partial(gradescope_trial, whole=True), LABS,
                         only_by_name=True),
    "released": Step("the student's edition with 01 released", partial(edition_proof.prove, released=True), LABS, only_by_name=True),
    "long-fuzz": Step("libFuzzer, twenty times as long", fuzz.prove, packages.groups("fuzz"), only_by_name=True),
    "cells": Step(f"{CELLS:,} random cells of the engine, each row against the scalar reference",
                  partial(engine_cells, [("Running cells of the engine", "--cells", str(CELLS))]), packages.groups("test"),
                  only_by_name=True),
    "soak": Step(f"{' and '.join(f'{n:,}' for n in SOAKS)} random requests through one engine and a tiny pool",
                 partial(engine_cells, [(f"Soaking the engine with {n:,} requests", "--soak", str(n)) for n in SOAKS]),
                 packages.groups("test"), only_by_name=True),
    "replay": Step("replay on every workload, manager and policy, every rule after every request", replays, packages.groups("test"),
                   only_by_name=True),
    "aarch64": Step(f"the scalar path for aarch64, cross-compiled, under qemu; {SHORT}", aarch64, packages.groups("aarch64"),
                    only_by_name=True),
}
"""In the order in which they run. Those that are run only if they are named, or with --all, stand behind the others."""
