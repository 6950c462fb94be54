"""./lab bench batch: tokens a second of 16 requests that are decoded in one batch, beside one after the other.

tests/bench/bench_batch.cpp runs both alternately in one process, on a random model of 125 million parameters in
bfloat16, and compares the logits bit by bit; figures are medians. With --save they go to docs/performance/batch.json,
and docs/performance-batch.md is written from them; a test fails if the two differ."""
from lab.bench.files import finish
from lab.bench.pinned import told_by
from lab.bench.prefix import PRESET, processor
from lab.learn.demo import TIMED_MODEL, make_timed_model
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT

PROGRAM = "bench_batch"
FIGURES = ROOT / "docs/performance/batch.json"
PAGE = ROOT / "docs/performance-batch.md"


def run(arguments):
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [PROGRAM, "make_model"])
    make_timed_model(PRESET)
    figures = {"processor": processor(), "runs": [measure(threads, arguments.more) for threads in (1, 2)]}
    return finish(arguments, figures, trouble(figures), FIGURES, lambda: {PAGE: page(figures)})


def measure(threads, more):
    """The figures of one run on the last `threads` processors."""
    return told_by(PROGRAM, PRESET, threads, ["--model", TIMED_MODEL, *more])


def ratio(run):
    return run["batched_rate"] / run["in_turn_rate"]


def least(run):
    """The limit on one thread: where the processor multiplies bfloat16 itself, memory alone keeps it from more."""
    return 4 if run["isa"] in ("avx512_bf16", "amx") else 2


def trouble(figures):
    """The limit that does not hold."""
    one = figures["runs"][0]
    if ratio(one) >= least(one):
        return ""
    return f"a batch of {one['requests']} gives {ratio(one):.2f} times the tokens/s of one after the other, " \
           f"expected {least(one)} with {one['isa']}"


def page(figures):
    """The Markdown page."""
    one = figures["runs"][0]
    return "\n".join([
        f"# Decode of {one['requests']} requests: in one batch, or one after the other", "",
        "Made by `./lab bench batch --save` from [batch.json](performance/batch.json); machines differ and are noisy, so",
        f"compare ratios, which come from one run. Medians of {one['rounds']} rounds of {one['steps']} tokens a request, both sides",
        "alternately in one process, pinned. All logits of the two are equal to the last bit, or there is no figure.", "",
        f"Model: {one['parameters'] / 1e6:.0f} M parameters (preset `110m`, random weights) in {one['dtype']}; each request has a "
        f"prompt of {one['tokens']} tokens in its pages.",
        f"Processor: {figures['processor']}, {one['isa']}. Compiler: {one['compiler']}.", "",
        "| threads | in one batch [tokens/s] | one after the other | ratio |", "|---|---|---|---|",
        *(f"| {run['threads']} | {run['batched_rate']:,.1f} | {run['in_turn_rate']:,.1f} | {ratio(run):.2f} |"
          for run in figures["runs"]), "",
        f"A weight that comes from memory serves one token on the right, {one['requests']} on the left. Attention gains nothing: each",
        f"request reads its own keys and values. The limit on one thread is {least(one)} with {one['isa']}; without the processor's own",
        "instruction for bfloat16 it is 2.", ""])
