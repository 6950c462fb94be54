"""./lab bench cache: how fast chapter 05's manager finds, stores and evicts, on eight workloads, beside what no manager can
leave out (the floor) and beside any other cache.

tests/bench/bench_cache.cpp runs a workload in a process of its own: once as in a server that has just started, then with a
warm heap. --peer PROGRAM names another cache: a program that reads the same workload as JSON lines and answers with one,
{"peer", "matched", "evicted", "fresh_ms", "warm_ms"}. Both run in turn, pinned to one processor, and must match the same
tokens. Without it the peer's columns say that it was not measured."""
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

from lab.bench import plot
from lab.bench.files import finish
from lab.bench.prefix import PRESET, processor
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT, LabError, program
from lab.services.terminal import Progress, say

PROGRAM = "bench_cache"
FIGURES = ROOT / "docs/performance/cache.json"
PAGE = ROOT / "docs/performance-cache.md"
PICTURE = ROOT / "docs/performance/cache.svg"
WORKLOADS = {"a": "a shared system prompt", "b": "chats", "c": "questions about documents", "d": "a tree of thought",
             "e": "nothing in common", "f": "chats, room for a quarter", "g": "growth to 10 M tokens",
             "h": "a full pool of 10,000 texts"}
WANTED = {**dict.fromkeys("abcdef", 5), "g": 3, "h": 200}  # times as fast as the peer
NEAR = 1.3  # or so many times the floor
PROCESSES = 3
EVICTED_DIFFERENTLY = 0.02  # of h's matches: a split may refresh times or not, and then another leaf goes


def run(arguments):
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [PROGRAM])
    say(f"Measuring {len(WORKLOADS)} workloads in {PROCESSES} processes each, on one processor, a minute or two ...")
    figures = measure(arguments.peer, arguments.more)
    for line in (*table(figures), "", *memory(figures)):
        say(line)
    return finish(arguments, figures, trouble(figures), FIGURES, lambda: {PAGE: page(figures), PICTURE: picture(figures)})


def measure(peer, more):
    """The figures of all workloads, ours and the peer's in turn."""
    workloads, large_pages = [], []
    with tempfile.TemporaryDirectory() as folder, Progress("Measuring") as bar:
        for done, name in enumerate(WORKLOADS):
            bar.update(done, len(WORKLOADS))
            ours, theirs = [], []
            trace = Path(folder) / "trace.jsonl"
            if peer:
                trace.write_bytes(_run([program(PROGRAM, PRESET), "--workload", name, "--write"]))
            for _ in range(PROCESSES):
                ours.append(json.loads(_run([program(PROGRAM, PRESET), "--workload", name, *more])))
                if peer:
                    theirs.append(json.loads(_run([peer], trace)))
            if name == "g":
                large_pages = json.loads(_run([program(PROGRAM, PRESET), "--workload", name, "--page-size", "16", *more]))
            workloads.append(of_workload(name, ours, theirs))
    g = workloads["abcdefgh".index("g")]
    return {"processor": processor(), "compiler": ours[0]["compiler"], "load": [round(x, 1) for x in os.getloadavg()],
            "peer": theirs[0]["peer"] if peer else None, "processes": PROCESSES, "workloads": workloads,
            "bytes": {"1": g.pop("bytes_per_token"), "16": round(large_pages["bytes_per_token"], 2)},
            "match_us": {"1 M": g["match_us"][0], "10 M": g.pop("match_us")[-1]}}


def of_workload(name, ours, theirs):
    """What is kept of its processes: the median of the fresh runs, the best of the warm ones."""
    def both(runs):
        return {"fresh_ms": round(statistics.median(one["fresh_ms"] for one in runs), 3),
                "warm_ms": round(min(one["warm_ms"] for one in runs), 3)}

    first = ours[0]
    kept = {key: first[key] for key in ("workload", "requests", "tokens", "matched", "evicted")}
    kept |= both(ours) | {"floor_ms": round(min(one["floor_ms"] for one in ours), 3)}
    if theirs:
        if abs(theirs[0]["matched"] - first["matched"]) > EVICTED_DIFFERENTLY * first["matched"] or \
                (name != "h" and theirs[0]["matched"] != first["matched"]):
            raise LabError(f"workload {name}: the peer matched {theirs[0]['matched']:,} tokens, ours {first['matched']:,}", code=1)
        kept["peer"] = both(theirs)
    if name == "g":
        kept["match_us"] = [round(min(one["match_us"][i] for one in ours), 2) for i in range(len(first["match_us"]))]
        kept["bytes_per_token"] = round(statistics.median(one["bytes_per_token"] for one in ours), 2)
    return kept


def _run(command, trace=None):
    """The standard output of a command on the last processor."""
    cpus = sorted(os.sched_getaffinity(0))[-1:]
    with open(trace or os.devnull, "rb") as stdin:
        done = subprocess.run(list(map(str, command)), cwd=ROOT, stdin=stdin, stdout=subprocess.PIPE,
                              preexec_fn=lambda: os.sched_setaffinity(0, cpus), check=False)
    if done.returncode:
        raise LabError(f"{command[0]} ended with code {done.returncode}", code=1)
    return done.stdout


def times_faster(row, kind):
    """Than the peer, fresh or warm; None where it was not measured."""
    return row["peer"][kind] / row[kind] if "peer" in row else None


def reached(row, kind):
    """Whether the run is as fast as is wanted: so many times the peer, or near the floor."""
    faster = times_faster(row, kind)
    return row[kind] <= NEAR * row["floor_ms"] or (faster is not None and faster >= WANTED[row["workload"]])


def trouble(figures):
    """The limit that does not hold: nowhere may a peer be faster, unless nothing but copying is left."""
    for row in figures["workloads"]:
        for kind in ("warm_ms", "fresh_ms"):
            faster = times_faster(row, kind)
            if faster is not None and faster < 1 and row[kind] > NEAR * row["floor_ms"]:
                return (f"workload {row['workload']}, {kind[:-3]}: {row[kind]:.2f} ms, the peer takes {row['peer'][kind]:.2f}: "
                        f"expected no more than the peer, or {NEAR} floors")
    return ""


def table(figures):
    """Markdown."""
    peer = figures["peer"] or "peer"
    yield f"| workload | requests, tokens | matched | floor [ms] | warm [ms] | fresh [ms] | {peer}, warm, fresh [ms] | as fast, warm, fresh | wanted |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in figures["workloads"]:
        theirs, ratios = "not measured", "not measured"
        if "peer" in row:
            theirs = f"{row['peer']['warm_ms']:,.2f}, {row['peer']['fresh_ms']:,.2f}"
            ratios = ", ".join(f"{times_faster(row, kind):,.1f}x" for kind in ("warm_ms", "fresh_ms"))
        ours = [f"{row[kind]:,.2f}, {row[kind] / row['floor_ms']:.1f} floors" for kind in ("warm_ms", "fresh_ms")]
        said = [kind[:-3] for kind in ("warm_ms", "fresh_ms") if not reached(row, kind)]
        wanted = f"{WANTED[row['workload']]}x, or {NEAR} floors: " + (f"missed {' and '.join(said)}" if said else "reached")
        yield (f"| {row['workload']}: {WORKLOADS[row['workload']]} | {row['requests']:,}, {row['tokens']:,} | {row['matched']:,} | "
               f"{row['floor_ms']:,.2f} | {ours[0]} | {ours[1]} | {theirs} | {ratios} | {wanted} |")


def memory(figures):
    """What a cached token takes, and a full hit."""
    yield (f"Memory on g, all included: {figures['bytes']['1']:.2f} bytes a cached token with pages of 1 token, "
           f"{figures['bytes']['16']:.2f} with pages of 16.")
    yield (f"A full hit of 1,000 tokens, its pages collected: {figures['match_us']['1 M']:.2f} us where 1 M tokens are cached, "
           f"{figures['match_us']['10 M']:.2f} where 10 M are.")


def page(figures):
    """The Markdown page."""
    peer = f"Beside it {figures['peer']}." if figures["peer"] else "No other cache was measured beside it."
    return "\n".join([
        "# Cache operations: finding, storing and evicting", "",
        "Made by `./lab bench cache --save` from [cache.json](performance/cache.json); machines differ and are noisy, so compare",
        f"ratios, which come from one run. {figures['processes']} processes a workload, on one processor: fresh is the median of their",
        "first runs, warm the best of the others. One thread, pages of one token, the least recently used leaf goes first. A",
        "request is matched, its pages are collected, its hit is locked, what is missing is evicted and taken, all of it is",
        "inserted, and unlocked.", "",
        "The floor is what no manager can leave out: each matched token is compared and its index copied once, each new one is",
        "copied in.", "",
        f"Processor: {figures['processor']}. Compiler: {figures['compiler']}. {peer}", "",
        "![Times of the eight workloads, in floors](performance/cache.svg)", "",
        *table(figures), "", *memory(figures), ""])


def picture(figures):
    """SVG: how many floors each workload takes, and how much longer the peer takes."""
    rows = figures["workloads"]
    panels = {f"{kind}: floors": [row[f"{kind}_ms"] / row["floor_ms"] for row in rows] for kind in ("warm", "fresh")}
    if figures["peer"]:
        panels["the peer, warm: floors"] = [row["peer"]["warm_ms"] / row["floor_ms"] for row in rows]
    return plot.bars("Eight workloads, beside what no manager can leave out", [row["workload"] for row in rows], panels)
