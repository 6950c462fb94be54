"""./lab bench linear: the linear layer in bfloat16 beside LibTorch's, as eager PyTorch calls it and on weights that LibTorch has
packed itself, which is its fastest way.

tests/bench/bench_linear.cpp runs the three in turn in one process and compares their outputs; figures are the best of its
rounds. With --save they go to docs/performance/linear.json, and docs/performance-linear.md is written from them; a test fails if
the two differ."""
import math
import os

from lab.bench.files import finish
from lab.bench.pinned import told_by
from lab.bench.prefix import processor
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT
from lab.services.terminal import say

PRESET, PROGRAM = "test", "bench_linear"
FIGURES = ROOT / "docs/performance/linear.json"
PAGE = ROOT / "docs/performance-linear.md"
LEAST_MEAN, LEAST = 1.0, 0.85  # of the prepacked operator's time over ours, where the processor has AMX


def run(arguments):
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [PROGRAM])
    say("Measuring with one thread and with two, about a minute ...")
    figures = {"processor": processor(), "runs": [measure(threads, arguments.more) for threads in (1, 2)]}
    figures |= {"processors": len(os.sched_getaffinity(0)), "load": [round(load, 1) for load in os.getloadavg()]}
    for line in summary(figures):
        say(line)
    return finish(arguments, figures, trouble(figures), FIGURES, lambda: {PAGE: page(figures)})


def measure(threads, more):
    """The figures of one run on the last `threads` processors."""
    figures = told_by(PROGRAM, PRESET, threads, more)
    say("")
    return figures


def ratio(shape, peer="prepacked"):
    """Above 1: ours is faster."""
    return shape[f"{peer}_ms"] / shape["ours_ms"]


def mean(run, peer="prepacked"):
    """Geometric, of all shapes."""
    return math.exp(sum(math.log(ratio(shape, peer)) for shape in run["shapes"]) / len(run["shapes"]))


def slowest(run):
    """The shape at which ours does worst beside the prepacked operator."""
    return min(run["shapes"], key=ratio)


def named(shape):
    return f"{shape['k']:,} to {shape['n']:,}, {shape['rows']:,} {'row' if shape['rows'] == 1 else 'rows'}"


def with_amx(figures):
    return all(run["isa"] == "amx" for run in figures["runs"])


def trouble(figures):
    """The first limit that does not hold; none is set without AMX."""
    for run in figures["runs"]:
        if run["isa"] != "amx":
            continue
        worst = slowest(run)
        if mean(run) < LEAST_MEAN:
            return (f"{threads(run)}: LibTorch's prepacked linear takes {mean(run):.2f} times as long as ours in the mean, "
                    f"expected {LEAST_MEAN:.2f} with amx")
        if ratio(worst) < LEAST:
            return (f"{threads(run)}, {named(worst)}: LibTorch's prepacked linear takes {ratio(worst):.2f} times as long as ours, "
                    f"expected {LEAST} with amx")
    return ""


def threads(run):
    return f"{run['threads']} thread{'s' if run['threads'] > 1 else ''}"


def summary(figures):
    """Markdown: a line a number of threads."""
    yield "| threads | stock / ours, mean | prepacked / ours, mean | least | at |"
    yield "|---|---|---|---|---|"
    for run in figures["runs"]:
        worst = slowest(run)
        yield f"| {run['threads']} | {mean(run, 'stock'):.2f} | {mean(run):.2f} | {ratio(worst):.2f} | {named(worst)} |"


def table(run):
    """Markdown: a line a shape."""
    yield "| inputs to outputs | preset | rows | ours [ms] | stock [ms] | stock / ours | prepacked [ms] | prepacked / ours |"
    yield "|---|---|---|---|---|---|---|---|"
    for shape in run["shapes"]:
        yield (f"| {shape['k']:,} to {shape['n']:,} | `{shape['preset']}` | {shape['rows']:,} | {shape['ours_ms']:,.3f} | "
               f"{shape['stock_ms']:,.3f} | {ratio(shape, 'stock'):.2f} | {shape['prepacked_ms']:,.3f} | {ratio(shape):.2f} |")


def limits(figures):
    """What is wanted, and whether this machine can tell."""
    wanted = (f"Limits, for each number of threads: with AMX the mean of prepacked / ours is at least {LEAST_MEAN:.1f}, and no shape is "
              f"below {LEAST}.")
    if with_amx(figures):
        return [wanted, "They hold here, or there are no figures. Without AMX no limit is set."]
    return [wanted, f"**Not measured with AMX**: ours ran with {figures['runs'][0]['isa']}, for which no limit is set. Ours adds in the order of the",
            "tiles on every processor ([numerics](numerics.md)); where there are none LibTorch may take another, with the dot",
            "instruction. Only for AMX is a figure wanted."]


def page(figures):
    """The Markdown page."""
    one = figures["runs"][0]
    return "\n".join([
        "# The linear layer in bfloat16", "",
        "Made by `./lab bench linear --save` from [linear.json](performance/linear.json); machines differ and are noisy, so compare",
        f"ratios, which come from one run: above 1, ours is faster. The best of {one['rounds']} rounds or more, all sides in turn in one",
        f"process, pinned. Each side goes over {one['megabytes']} MB of weights, matrix after matrix, as a model does. Outputs agree up to the",
        "rounding of bfloat16 (1/128 of a row's largest number), or there is no figure.", "",
        f"Processor: {figures['processor']}, {one['isa']}. Compiler: {one['compiler']}. Load of the machine meanwhile, this "
        f"included: {figures['load'][0]} on {figures['processors']} processors.", "",
        "- **ours**: `Kernels::linear` on a `PackedMatrix`, which serves any number of rows.",
        f"- **stock**: {one['peer']}, `at::linear`: what eager PyTorch does.",
        f"- **prepacked**: {one['peer']}, `mkldnn::_linear_pointwise` on weights that `mkldnn::_reorder_linear_weight` has packed for",
        "  this very number of rows and threads: what `torch.compile` does with frozen weights.", "",
        *summary(figures), "", *limits(figures),
        *(line for run in figures["runs"] for line in ("", f"## {threads(run).capitalize()}", "", *table(run))), ""])
