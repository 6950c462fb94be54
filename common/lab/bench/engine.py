"""./lab bench engine: tokens a second of chapter 08's engine against the size of the batch, with prefix caching and without.

tests/bench/bench_engine.cpp serves chats and questions about documents on a random model of 7 million parameters in bfloat16, and
fewer of them on one of 125 million, both sides in turn in one process, and compares all generated tokens; figures are medians. With --save they go to
docs/performance/engine.json, and docs/performance-engine.md is written from them; a test fails if the two differ."""
from lab.bench.files import finish
from lab.bench.pinned import told
from lab.bench.prefix import PRESET, processor
from lab.learn.demo import TIMED_MODEL, make_random_model, make_timed_model
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import BUILD, ROOT

PROGRAM = "bench_engine"
MODEL = BUILD / "models/15m"
FIGURES = ROOT / "docs/performance/engine.json"
PAGE = ROOT / "docs/performance-engine.md"
WORKLOADS = {
    "chat": "Chats: two turns of 24 tokens behind a system prompt of 128 that all share",
    "documents": "Questions of 16 tokens about four documents of 512",
}
LARGER = ("--texts", "8", "--answer", "16", "--batches", "1,2,4,8", "--rounds", "1")  # some minutes
MOST_BOOKKEEPING = .02  # of a step, in the largest batch


def run(arguments):
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [PROGRAM, "make_model"])
    make_random_model(MODEL, "15m", "14 MB", PRESET)
    make_timed_model(PRESET)
    figures = {"processor": processor(), **told(PROGRAM, PRESET, 1, ["--model", MODEL, *arguments.more]),
               "larger": told(PROGRAM, PRESET, 1, ["--model", TIMED_MODEL, *LARGER])}
    return finish(arguments, figures, trouble(figures), FIGURES, lambda: {PAGE: page(figures)})


def rows_of(figures, workload):
    return [row for row in figures["rows"] if row["workload"] == workload]


def largest(figures):
    """The rows of the largest batch, one a workload."""
    batch = max(row["batch"] for row in figures["rows"])
    return [row for row in figures["rows"] if row["batch"] == batch]


def rounds(figures):
    return "one round" if figures["rounds"] == 1 else f"{figures['rounds']} rounds"


def trouble(figures):
    """The limit that does not hold."""
    for row in largest(figures):
        for side in ("on", "off"):
            if (share := row[side]["bookkeeping"]) >= MOST_BOOKKEEPING:
                return (f"{row['workload']} at batch {row['batch']}, caching {side}: bookkeeping is {share:.2%} of a step, "
                        f"expected less than {MOST_BOOKKEEPING:.0%}")
    for one in (figures, figures["larger"]):
        for row in one["rows"]:
            if row["on"]["rate"] < row["off"]["rate"]:
                return f"{row['workload']} at batch {row['batch']}: slower with prefix caching than without"
    return ""


def table(figures, workload):
    """Markdown."""
    yield ("| requests at once | caching on [tokens/s] | off | on to off | on to batch 1 | computed, on [tokens] | off | steps, on | "
           "bookkeeping, on | off |")
    yield "|---|---|---|---|---|---|---|---|---|---|"
    rows = rows_of(figures, workload)
    for row in rows:
        on, off = row["on"], row["off"]
        yield (f"| {row['batch']} | {on['rate']:,.0f} | {off['rate']:,.0f} | {on['rate'] / off['rate']:.2f} | "
               f"{on['rate'] / rows[0]['on']['rate']:.2f} | {on['computed']:,} | {off['computed']:,} | {on['steps']:,} | "
               f"{on['bookkeeping']:.2%} | {off['bookkeeping']:.2%} |")


def page(figures):
    """The Markdown page."""
    larger = figures["larger"]
    lines = [
        "# The engine: tokens a second against the size of the batch", "",
        "Made by `./lab bench engine --save` from [engine.json](performance/engine.json); machines differ and are noisy, so compare",
        f"ratios, which come from one run. Medians of {rounds(figures)}, caching on and off in turn in one process, pinned. Each "
        "request gets",
        "the same tokens in every batch, with caching and without, or there is no figure.", "",
        f"Model: {figures['parameters'] / 1e6:.0f} M parameters (preset `15m`, random weights) in {figures['dtype']}; {figures['texts']} texts, "
        f"answers of {figures['answer']} tokens; nothing is cached at first.",
        "Tokens a second are generated tokens over the time of all steps, those that compute prompts included.",
        f"Processor: {figures['processor']}, {figures['isa']}, one thread, in its own time. Compiler: {figures['compiler']}.", "",
    ]
    for workload, words in WORKLOADS.items():
        lines += [f"## {words}", "", *table(figures, workload), ""]
    lines += [
        "A batch reads each weight once for all of its rows. This model's weights fit into the processor's caches, so a batch gains little",
        "once the processor is busy with multiplying. Weights that come from memory gain more, as below. Caching gains most where prompts are long, since what is found is not computed.", "",
        "Bookkeeping is what a step takes beside the device and the drawing of tokens: the scheduler, page tables, the tree. Without",
        "caching its share is smaller, because steps take longer. The limit in the largest batch is "
        f"{MOST_BOOKKEEPING:.0%}; a larger model's share is smaller.", "",
        "## A larger model", "",
        f"{larger['parameters'] / 1e6:.0f} M parameters (preset `110m`), {larger['texts']} texts, answers of {larger['answer']} tokens, "
        f"{rounds(larger)}; all else as above.", "",
    ]
    for workload, words in WORKLOADS.items():
        lines += [f"{words}:", "", *table(larger, workload), ""]
    return "\n".join(lines)
