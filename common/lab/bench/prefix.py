"""./lab bench prefix: how fast a prefix is found, by chapter 02's scan and by chapter 03's hash index.

The data are those of seed 004's two benchmarks. tests/bench/bench_prefix.cpp times them: all sides in one process on
one processor, in mixed order, seven rounds; figures are medians of processor time. Before it times anything it checks
that all sides find the same."""
import json
import math
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

from lab.bench import plot
from lab.bench.files import finish
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT, LabError, program
from lab.services.terminal import say

PRESET, PROGRAM = "labs", "bench_prefix"
FIGURES = ROOT / "docs/performance/prefix.json"
PAGE = ROOT / "docs/performance-prefix.md"
PICTURE = ROOT / "docs/performance/prefix-crossing.svg"
ROUNDS = 7
SLOWEST, LEAST = 1.5, 50  # limits: get_match_len over memcmp; the scalar scan over find_best
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def run(arguments):
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [PROGRAM])
    say(f"Measuring {ROUNDS} rounds on one processor, half a minute ...")
    figures = from_benchmark(measure(arguments.more))
    for line in told(figures):
        say(line)
    return finish(arguments, figures, "; ".join(trouble(figures)), FIGURES,
                  lambda: {PAGE: page(figures), PICTURE: picture(figures)})


def measure(more, name=PROGRAM):
    """What Google Benchmark writes."""
    cpu = max(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        told_by = Path(folder) / "figures.json"
        done = subprocess.run(
            [program(name, PRESET), f"--benchmark_repetitions={ROUNDS}", "--benchmark_min_time=0.02",
             "--benchmark_enable_random_interleaving=true", f"--benchmark_out={told_by}",
             "--benchmark_out_format=json", *more],
            capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
        if done.returncode:
            raise LabError(f"{name} ended with code {done.returncode}: {done.stderr.strip()}", code=1)
        return json.loads(told_by.read_text())


def from_benchmark(told_by):
    """The figures that are kept."""
    rounds = {}
    for one in told_by["benchmarks"]:
        if one["run_type"] == "iteration":
            rounds.setdefault(one["name"].partition("/repeats:")[0], []).append(
                one["cpu_time"] * NANOSECONDS[one["time_unit"]])
    ns = {name: round(statistics.median(times), 2) for name, times in rounds.items()}
    context = told_by["context"]
    lengths, counts = (sorted(int(name.removeprefix(side)) for name in ns if name.startswith(side))
                       for side in ("compare/memcmp/", "crossing/hash/"))
    return {
        "processor": processor(), "compiler": context["compiler"], "flags": context["flags"].strip(),
        "library": "Google Benchmark, median of processor times", "rounds": len(rounds["matching/find_best"]),
        "load": [round(load, 1) for load in context.get("load_avg", ())],
        "indexed_tokens": int(context["indexed_tokens"]), "indexed_prefixes": int(context["indexed_prefixes"]),
        "index_bytes": int(context["index_bytes"]),
        "detector_ns": {side: ns[f"detector/{side}"] for side in ("scalar", "vector")},
        "matching_ns": {name.partition("/")[2]: ns[name] for name in sorted(ns) if name.startswith("matching/")},
        "compare_ns": [{"tokens": n, **{side: ns[f"compare/{side}/{n}"] for side in ("get_match_len", "memcmp")}}
                       for n in lengths],
        "crossing_ns": [{"sequences": n, **{side: ns[f"crossing/{side}/{n}"] for side in ("scalar", "vector", "hash")}}
                        for n in counts],
    }


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")


def seed_figures(figures):
    """[(the words of seed 004's section 2.2, figure)]."""
    ns = figures["matching_ns"]
    scan, index, query = ns["scalar"], ns["index"], ns["find_matching_prefixes"]
    return [("Linear scan", f"{scan / 1e6:.4f} ms"), ("Hash-based indexing", f"{index / 1e6:.2f} ms"),
            ("Hash-based query", f"{query / 1e6:.4f} ms"), ("Total hash-based", f"{(index + query) / 1e6:.2f} ms"),
            ("Speedup (query only)", f"{scan / query:.1f}x")]


def crossing(figures, side):
    """The number of sequences from which on the hash query is faster than the scan of `side`; None if it never is."""
    slower = [row["sequences"] for row in figures["crossing_ns"] if row["hash"] >= row[side]]
    return next((row["sequences"] for row in figures["crossing_ns"] if row["sequences"] > max(slower, default=0)), None)


def trouble(figures):
    """The limits that do not hold."""
    over = [row for row in figures["compare_ns"] if row["get_match_len"] > SLOWEST * row["memcmp"]]
    said = [f"get_match_len takes {row['get_match_len'] / row['memcmp']:.2f} times as long as memcmp on "
            f"{row['tokens']} tokens, the limit is {SLOWEST}" for row in over]
    gain = figures["matching_ns"]["scalar"] / figures["matching_ns"]["find_best"]
    if gain < LEAST:
        said.append(f"find_best is {gain:.0f} times as fast as the scalar scan, expected {LEAST}")
    return said


def told(figures):
    """For the screen."""
    ns, detector = figures["matching_ns"], figures["detector_ns"]
    yield (f"\n100 sequences, prefix 1,000: scalar {detector['scalar'] / 1e3:.1f} us, vector "
           f"{detector['vector'] / 1e3:.1f} us ({detector['scalar'] / detector['vector']:.1f}x)\n")
    yield "1,000 sequences, prefix 500, suffix 100, in the words of seed 004:"
    for words, figure in seed_figures(figures):
        yield f"  {words + ':':22} {figure}"
    yield (f"find_best: {ns['find_best'] / 1e3:.2f} us, {ns['scalar'] / ns['find_best']:.0f}x the scalar scan, "
           f"{ns['vector'] / ns['find_best']:.0f}x the vector scan")
    yield f"memory: {figures['index_bytes'] / figures['indexed_tokens']:.1f} bytes an indexed token"
    for row in figures["compare_ns"]:
        yield (f"get_match_len of {row['tokens']:6,} tokens: {row['get_match_len']:8.1f} ns, memcmp "
               f"{row['memcmp']:8.1f} ns, ratio {row['get_match_len'] / row['memcmp']:.2f}")
    yield f"the index beats the scalar scan from {crossing(figures, 'scalar')} sequences on, the vector scan from " \
          f"{crossing(figures, 'vector')}"


def page(figures):
    """The Markdown page."""
    ns, detector = figures["matching_ns"], figures["detector_ns"]
    tokens, prefixes, size = figures["indexed_tokens"], figures["indexed_prefixes"], figures["index_bytes"]

    def paid_back(side):
        return math.ceil(ns["index"] / (ns[side] - ns["find_best"]))

    lines = [
        "# Finding a prefix: scan and hash index", "",
        "Made by `./lab bench prefix --save` from [prefix.json](performance/prefix.json); machines differ and are",
        f"noisy, so compare ratios, which come from one run. Medians of {figures['rounds']} rounds, all sides in mixed",
        "order, on one processor, in processor time. Before the clock starts, all sides must find the same.", "",
        f"Processor: {figures['processor']}. Compiler: {figures['compiler']}, {figures['flags']}.", "",
        "## A scan of 100 sequences (seed 004, section 2.1)", "",
        "The sequences share 1,000 tokens, and each has 100 of its own. The query has those 1,000 and two more.", "",
        "| comparison | a scan [us] | faster |", "|---|---|---|",
        f"| token by token | {detector['scalar'] / 1e3:.1f} | 1.0x |",
        f"| `get_match_len` | {detector['vector'] / 1e3:.1f} | {detector['scalar'] / detector['vector']:.1f}x |", "",
        "## `get_match_len` beside `memcmp`, on the same equal bytes", "",
        f"`memcmp` answers less: whether they differ, not where. The limit is {SLOWEST}x.", "",
        "| tokens | `get_match_len` [ns] | `memcmp` [ns] | ratio |", "|---|---|---|---|",
        *(f"| {row['tokens']:,} | {row['get_match_len']:,.1f} | {row['memcmp']:,.1f} | "
          f"{row['get_match_len'] / row['memcmp']:.2f} |" for row in figures["compare_ns"]), "",
        "## A hash index of 1,000 sequences (seed 004, section 2.2)", "",
        "The sequences share 500 tokens, and each has 100 of its own, drawn at random, so that a few agree in one more.",
        "The query has those 500 and another one. The seed's five figures, where its query is `find_matching_prefixes`,",
        "which names all 1,000 sequences:", "",
        "| figure | |", "|---|---|", *(f"| {words} | {figure} |" for words, figure in seed_figures(figures)), "",
        f"`find_best`, which names the best one alone (limit: {LEAST} times as fast as the scalar scan):", "",
        "| | [us] | the scan takes |", "|---|---|---|",
        f"| `find_best` | {ns['find_best'] / 1e3:.2f} | |",
        f"| scalar scan | {ns['scalar'] / 1e3:.1f} | {ns['scalar'] / ns['find_best']:.0f}x |",
        f"| vector scan | {ns['vector'] / 1e3:.1f} | {ns['vector'] / ns['find_best']:.0f}x |", "",
        f"The index of {tokens:,} tokens, {prefixes:,} distinct prefixes, takes {size / 1e6:.1f} MB:",
        f"{size / tokens:.1f} bytes an indexed token, of which 4 are the token itself; {size / prefixes:.0f} bytes a "
        "distinct prefix.", "",
        "## From how many sequences on the index pays", "",
        "![Time of a query by the number of sequences, for the three ways](performance/prefix-crossing.svg)", "",
        f"The query of the index beats the scalar scan from {crossing(figures, 'scalar')} sequences on, and the vector",
        f"scan from {crossing(figures, 'vector')}. Building the index is not in these figures. With 1,000 sequences it",
        f"is paid back after {paid_back('scalar')} queries beside the scalar scan, and after {paid_back('vector')}",
        "beside the vector scan.",
    ]
    return "\n".join(lines) + "\n"


def picture(figures):
    """SVG of the crossing."""
    sides = {"scalar scan": "scalar", "vector scan": "vector", "hash index": "hash"}
    series = {name: [(row["sequences"], row[side] / 1e3) for row in figures["crossing_ns"]]
              for name, side in sides.items()}
    marks = [(at, f"from {at} on faster than the {side} scan") for side in ("scalar", "vector")
             if (at := crossing(figures, side))]
    return plot.curves("500 common tokens, found among n sequences", "sequences", "a query [us]", series, marks)
