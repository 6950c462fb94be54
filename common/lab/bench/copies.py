"""./lab bench copy: from how many tokens on copying a hit pays, and what sharing it in place saves.

tests/bench/bench_copy.cpp times a hit of n tokens under chapter 04's slots (found and copied), the same tokens
computed, and the hit under chapter 05's tree (found and shared): one process, one processor, mixed order, seven
rounds; medians of processor time. Before it times anything it checks that all sides do the same work."""
import statistics

from lab.bench import plot
from lab.bench.files import finish
from lab.bench.prefix import NANOSECONDS, PRESET, ROUNDS, measure, processor
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT
from lab.services.terminal import say

PROGRAM = "bench_copy"
FIGURES = ROOT / "docs/performance/copying.json"
PAGE = ROOT / "docs/performance-copying.md"
PICTURE = ROOT / "docs/performance/copying.svg"
SIDES = ("compute", "copy", "slots", "radix")


def run(arguments):
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [PROGRAM])
    say(f"Measuring {ROUNDS} rounds on one processor, a minute ...")
    figures = from_benchmark(measure(arguments.more, PROGRAM))
    for line in table(figures):
        say(line)
    say(verdict(figures))
    return finish(arguments, figures, trouble(figures), FIGURES, lambda: {PAGE: page(figures), PICTURE: picture(figures)})


def from_benchmark(told_by):
    """The figures that are kept: microseconds by side and tokens."""
    rounds = {}
    for one in told_by["benchmarks"]:
        if one["run_type"] == "iteration":
            side, tokens = one["name"].partition("/repeats:")[0].split("/")[:2]
            rounds.setdefault(int(tokens), {}).setdefault(side, []).append(
                one["cpu_time"] * NANOSECONDS[one["time_unit"]] / 1e3)
    context = told_by["context"]
    return {
        "processor": processor(), "isa": context["isa"], "compiler": context["compiler"],
        "flags": context["flags"].strip(), "library": "Google Benchmark, median of processor times",
        "rounds": len(next(iter(rounds.values()))["copy"]),
        "load": [round(load, 1) for load in context.get("load_avg", ())],
        "parameters": int(context["parameters"]), "token_bytes": int(context["token_bytes"]),
        "us": [{"tokens": n, **{side: round(statistics.median(sides[side]), 3) for side in SIDES if side in sides}}
               for n, sides in sorted(rounds.items())],
    }


def pays_from(figures):
    """The tokens from which on a hit that is copied is cheaper than computing; None if it never is."""
    dearer = [row["tokens"] for row in figures["us"] if row["slots"] >= row["compute"]]
    return next((row["tokens"] for row in figures["us"] if row["tokens"] > max(dearer, default=0)), None)


def trouble(figures):
    """The limit that does not hold: the longest hit, copied, must be cheaper than a tenth of computing it."""
    last = figures["us"][-1]
    if last["slots"] * 10 <= last["compute"]:
        return ""
    return f"a hit of {last['tokens']:,} tokens takes {last['slots']:,.0f} us, computing them {last['compute']:,.0f}"


def table(figures):
    """Markdown."""
    yield "| tokens | bytes copied | computed [us] | found and copied [us] | of it the copy | found and shared [us] |"
    yield "|---|---|---|---|---|---|"
    for row in figures["us"]:
        shared = f"{row['radix']:,.2f}" if "radix" in row else "less than a page"
        yield (f"| {row['tokens']:,} | {row['tokens'] * figures['token_bytes']:,} | {row['compute']:,.0f} | "
               f"{row['slots']:,.2f} | {row['copy']:,.2f} | {shared} |")


def verdict(figures):
    last, pays = figures["us"][-1], pays_from(figures)
    begins = f"Copying pays from {pays} token{'s' * (pays != 1)} on" if pays else "Copying does not pay"
    return (f"{begins}. A hit of {last['tokens']:,} tokens takes {last['slots']:,.0f} us where it is copied, "
            f"{last['compute'] / last['slots']:,.0f} times less than computing; shared in place it takes "
            f"{last['radix']:,.1f} us and copies nothing.")


def page(figures):
    """The Markdown page."""
    return "\n".join([
        "# What a hit costs: copied, shared, or computed", "",
        "Made by `./lab bench copy --save` from [copying.json](performance/copying.json); machines differ and are",
        f"noisy, so compare ratios, which come from one run. Medians of {figures['rounds']} rounds, all sides in mixed",
        "order, on one processor, in processor time. Before the clock starts, all sides must find the same, and a",
        "copied row must hold what was computed.", "",
        f"Model: the shipped one, {figures['parameters'] / 1e6:.1f} M parameters in bfloat16, "
        f"{figures['token_bytes']:,} bytes of K and V a token.",
        f"Processor: {figures['processor']}, {figures['isa']}. "
        f"Compiler: {figures['compiler']}, {figures['flags']}.", "",
        "![Time of a hit by its tokens: computed, found and copied, found and shared](performance/copying.svg)", "",
        *table(figures), "", verdict(figures), "",
        "Found and copied: chapter 04's trie, a node a token, and `copy_kv` between two rows, both of which were",
        "used before; a row's first use costs its memory besides. Found and shared: chapter 05's tree and the names",
        "of its pages of 16 tokens.", ""])


def picture(figures):
    """SVG of the three ways."""
    sides = {"computed": "compute", "found and copied": "slots", "found and shared": "radix"}
    series = {name: [(row["tokens"], row[side]) for row in figures["us"] if side in row]
              for name, side in sides.items()}
    return plot.curves("A hit of n tokens", "tokens", "a hit [us]", series)
