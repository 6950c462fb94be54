"""./lab fuzz: invents hostile inputs for the readers of files and for the cache managers, under both sanitizers.

Each target starts from small valid seeds and changes them; the same --seed and --runs give the same inputs. A find stops its
target: the input is kept, made as small as may be, and for a manager the Story of its calls beside it. Exit code 1 if there is one.

Without targets: all of them. They are built with clang++-16 and libFuzzer in build/fuzz (packages: about 110 MB to
download)."""
import os
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lab.machine import build
from lab.machine.setup import set_up
from lab.services.places import ROOT, LabError, build_folder, program, shown
from lab.services.terminal import Progress, coloured, say

SUMMARY = "invent hostile files and calls, under sanitizers; exit code 1 on a find"
EXAMPLE = "./lab fuzz manager --runs 1000000"
RUNS = 100_000


@dataclass(frozen=True)
class Target:
    hostile: str
    longest: int  # bytes of an input
    words: bool = False  # JSON: tests/fuzz/words.dict helps


TARGETS = {
    "safetensors": Target("weights, with an index", 2048, words=True),
    "config": Target("config.json", 2048, words=True),
    "tokenizer": Target("tokenizer.model", 8192),
    "story": Target("JSON lines, replayed as a Story", 4096, words=True),
    "trace": Target("JSON lines, replayed as a trace", 4096, words=True),
    "manager": Target("calls on every manager, judged by the oracle", 96),
}


@dataclass(frozen=True)
class Result:
    name: str
    inputs: int = 0
    passed: int = 0  # the target's first check
    seconds_rate: int = 0  # inputs a second
    features: int = 0  # of the code, as libFuzzer counts what was reached
    find: str = ""  # what is wrong
    kept: tuple = ()  # files: the input, and the Story


def add_arguments(parser):
    targets = parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)} (default: all)")
    targets.completes = TARGETS  # for ./lab completion; fuzz() judges them
    parser.add_argument("--runs", type=positive, default=RUNS, metavar="N", help=f"inputs a target (default: {RUNS})")
    parser.add_argument("--jobs", type=positive, metavar="N", help="targets at a time (default: one a core)")
    parser.add_argument("--seed", type=positive, default=1, metavar="N", help="another seed, other inputs (default: 1)")


def positive(word):
    if not word.isdigit() or int(word) == 0:
        raise LabError(f"'{word}' is no whole number above 0")
    return int(word)


def run(arguments):
    results = fuzz(arguments.targets, arguments.runs, arguments.jobs, arguments.seed)
    for line in table(results):
        say(line)
    for result in results:
        if result.find:
            say(coloured(f"{result.name}: {result.find}", "red"))
            say(f"  {', '.join(shown(path) for path in result.kept)}; all words in {shown(log_of(result.name))}")
    return 1 if any(result.find for result in results) else 0


def prove(targets=(), runs=RUNS):
    """For ./lab check: what was counted, in words; LabError on a find. An input of the manager takes ten times as long as
    another, so there it gets a quarter of the runs."""
    names = list(targets) or list(TARGETS)
    readers = [name for name in names if name != "manager"]
    results = [*(fuzz(readers, runs) if readers else ()), *(fuzz(["manager"], runs // 4) if "manager" in names else ())]
    for line in table(results):
        say(line)
    if finds := [result for result in results if result.find]:
        raise LabError("; ".join(f"{r.name}: {r.find} ({', '.join(map(shown, r.kept))})" for r in finds), code=1)
    return f"{len(results)} targets, {sum(result.inputs for result in results):,} inputs"


def fuzz(targets=(), runs=RUNS, jobs=None, seed=1):
    """Builds and runs the targets, all by default. A Result each, in their order."""
    unknown = [name for name in targets if name not in TARGETS]
    if unknown:
        raise LabError(f"unknown target '{unknown[0]}'; there are: {', '.join(TARGETS)}")
    names = list(dict.fromkeys(targets)) or list(TARGETS)
    set_up("fuzz")
    build.configure("fuzz")
    build.build("fuzz", ["fuzz_all"])
    make_seeds()
    done, lock = dict.fromkeys(names, 0), threading.Lock()
    with Progress(f"Fuzzing {', '.join(names)}", unit=str) as bar, ThreadPoolExecutor(jobs or build.jobs()) as pool:
        def progress(name, inputs):
            with lock:
                done[name] = inputs
                bar.update(sum(done.values()), runs * len(names))
        return list(pool.map(lambda name: fuzz_one(name, runs, seed, progress), names))


def make_seeds():
    script, manager = ROOT / "tests/fuzz/make_seeds.py", program("replay_fuzz_manager", "fuzz")
    shutil.rmtree(build_folder("fuzz") / "seeds", ignore_errors=True)
    subprocess.run([sys.executable, script, build_folder("fuzz") / "seeds", manager], check=True)


def log_of(name):
    return build_folder("fuzz") / f"{name}.log"


def fuzz_one(name, runs, seed, progress):
    """Runs one target to its end or to its first find."""
    folder = build_folder("fuzz")
    corpus, finds = folder / "corpus" / name, folder / "finds" / name
    for empty in (corpus, finds):
        shutil.rmtree(empty, ignore_errors=True)
        empty.mkdir(parents=True)
    with open(log_of(name), "w", errors="replace") as log, subprocess.Popen(
            command_of(name, runs, seed, corpus, finds), cwd=ROOT, env=environment(), text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as work:
        words = []
        for line in work.stdout:
            log.write(line)
            words.append(line)
            if count := re.match(r"#(\d+)\s", line):
                progress(name, int(count.group(1)))
    return read_result(name, "".join(words), work.returncode, smaller(name, sorted(finds.iterdir())))


def smaller(name, kept):
    """libFuzzer looks for less that is found too, half a minute at most; the whole input stays behind it."""
    if not kept:
        return kept
    small = kept[0].with_name("small")
    subprocess.run([program(f"fuzz_{name}", "fuzz"), "-minimize_crash=1", "-runs=20000", "-max_total_time=30",
                    f"-exact_artifact_path={small}", kept[0]], cwd=ROOT, env=environment(), capture_output=True)
    return [small, *kept] if small.exists() else kept


def command_of(name, runs, seed, corpus, finds):
    target, known = TARGETS[name], ROOT / "tests/fuzz/finds" / name
    inputs = [corpus, build_folder("fuzz") / "seeds" / name, *([known] if known.is_dir() else [])]
    words = [f"-dict={ROOT / 'tests/fuzz/words.dict'}"] if target.words else []
    return [program(f"fuzz_{name}", "fuzz"), *inputs, f"-runs={runs}", f"-seed={seed}", f"-max_len={target.longest}",
            "-reload=0", "-timeout=10", "-rss_limit_mb=1024", "-malloc_limit_mb=64", "-print_final_stats=1",
            f"-artifact_prefix={finds}/", *words]


def environment():
    """Files in memory where there is a folder for that; little memory kept back by the address sanitizer."""
    memory = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}
    return {**os.environ, **memory, "ASAN_OPTIONS": "quarantine_size_mb=32", "UBSAN_OPTIONS": "print_stacktrace=1"}


def read_result(name, words, code, kept):
    """What libFuzzer said; a find is another exit code than 0."""
    def last(pattern):
        return ([0] + [int(number) for number in re.findall(pattern, words, re.MULTILINE)])[-1]
    told = {"inputs": last(r"^#(\d+)\s"), "passed": last(r"^stat::passed_the_first_check: (\d+)"),
            "seconds_rate": last(r"^stat::average_exec_per_sec:\s+(\d+)"), "features": last(r" ft: (\d+)")}
    if code == 0:
        return Result(name, **told)
    why = re.search(r"FIND: .*|ERROR: .*|runtime error: .*", words)
    return Result(name, **told, find=why.group() if why else f"ended with {code}", kept=with_story(name, kept))


def with_story(name, kept):
    """A manager's find, and the Story of its calls beside it: replaying the find tells it."""
    if name != "manager" or not kept:
        return tuple(kept)
    story = kept[0].with_suffix(".jsonl")
    subprocess.run([program("replay_fuzz_manager", "fuzz"), kept[0], "--story", story], capture_output=True)
    return (*kept, story) if story.exists() else tuple(kept)


def table(results):
    rows = [["target", "hostile are", "inputs", "a second", "past the first check", "features", "finds"]]
    for r in results:
        share = f"{100 * r.passed / r.inputs:.1f} %" if r.inputs and not r.find else "-"
        rows.append([r.name, TARGETS[r.name].hostile, f"{r.inputs:,}", f"{r.seconds_rate:,}", share, f"{r.features:,}",
                     "1" if r.find else "none"])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) if i < 2 else cell.rjust(width)
                      for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
