"""./lab bench main-job: the main job beside LibTorch's stock operators. tests/bench/bench_main_job.cpp runs both."""
import json
import subprocess
import tempfile
from pathlib import Path

from lab.bench.files import save
from lab.learn.demo import TIMED_MODEL, make_timed_model
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT, program
from lab.services.terminal import say

PROGRAM = "bench_main_job"
FIGURES = ROOT / "docs/performance/main-job.json"
PAGE = ROOT / "docs/performance.md"


def run(arguments):
    set_up("test")
    configure("test")
    build("test", [PROGRAM, "make_model"])
    make_timed_model()
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for threads in (1, 2):
            figures = Path(folder) / "figures.json"
            command = [program(PROGRAM), "--model", TIMED_MODEL, "--threads", threads, "--json", figures, *arguments.more]
            failed = subprocess.run([str(word) for word in command], cwd=ROOT).returncode
            if failed:
                return failed
            say("")
            runs += json.loads(figures.read_text())  # one of each type
    if arguments.save:
        save(runs, FIGURES, {PAGE: page(runs)})
    return 0


def page(runs):
    """The Markdown page of the figures."""
    first, isas = runs[0], ", ".join(dict.fromkeys(r["isa"] for r in runs))
    lines = [
        "# Performance of the main job",
        "",
        "Made by `./lab bench --save` from [main-job.json](performance/main-job.json); machines differ and are noisy, so compare",
        "ratios, which come from one run. Medians of " + str(first["rounds"]) + " rounds, all sides in turn, pinned.",
        "",
        f"Model: {first['model_parameters'] / 1e6:.0f} M parameters (preset `110m`, random weights). "
        f"Processor: {first['processor']}, {isas}. Compiler: {first['compiler']}. Peer: {first['peer']}, in the same type.",
        "",
        f"## Time to the first token, {first['document_tokens']:,} shared + {first['question_tokens']} own tokens",
        "",
        "| threads | type | cold [ms] | warm [ms] | warm / cold | tokens computed warm | share of the tokens |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in runs:
        lines.append(f"| {r['threads']} | {r['dtype']} | {r['cold_ttft_ms']:,.0f} | {r['warm_ttft_ms']:,.1f} | "
                     f"{r['warm_share']:.2%} | {r['computed_warm']} | {r['token_share']:.2%} |")
    lines += [
        "",
        f"## Tokens a second: a prompt of {first['prefill_tokens']}, then {first['decode_tokens']} tokens one by one",
        "",
        "| threads | type | prefill, ours | stock operators | ratio | decode, ours | stock operators | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in runs:
        cells = [f"{r['threads']}", r["dtype"]]
        for part in ("prefill", "decode"):
            ours, stock = r[f"{part}_rate"], r[f"stock_{part}_rate"]
            cells += [f"{ours:,.1f}", f"{stock:,.1f}", f"{ours / stock:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines + gains(runs)) + "\n"


def gains(runs):
    """How much faster each side is in bfloat16 than in float32, where both were measured."""
    sides = {(r["threads"], r["dtype"]): r for r in runs}
    threads = [t for t, dtype in sides if dtype == "bfloat16" and (t, "float32") in sides]
    if not threads:
        return []
    lines = ["", "## bfloat16 over float32", "",
             "| threads | prefill, ours | stock operators | decode, ours | stock operators |", "|---|---|---|---|---|"]
    for t in threads:
        rates = [f"{side}{part}_rate" for part in ("prefill", "decode") for side in ("", "stock_")]
        ratios = [f"{sides[t, 'bfloat16'][rate] / sides[t, 'float32'][rate]:.2f}" for rate in rates]
        lines.append("| " + " | ".join([f"{t}", *ratios]) + " |")
    return lines
