"""./lab check-hf: our logits beside those of Hugging Face's transformers, on random Llama directories of odd shapes.

Each directory is made by make_model; `generate --logits-out` and transformers run the same prompts of 1, 15, 16, 17 and
200 tokens. In float32 |a - b| / (1 + |b|) must stay within 2e-4 and the best token must be the same wherever
transformers' best two differ by more than that; greedy tokens likewise. In bfloat16 our error is measured against
transformers in float32, and held against the error that transformers itself makes in bfloat16."""
import contextlib
import json
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab.machine import hf_environment
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import BUILD, ROOT, LabError, program, shown
from lab.services.terminal import Progress, coloured, say

SUMMARY = "compare our logits with Hugging Face's transformers (2.3 GB to download)"
EXAMPLE = "./lab check-hf --directories 100 --seed 7"
LENGTHS = (1, 15, 16, 17, 200)
NEW_TOKENS = 8
FLOAT32_BOUND = 2e-4
# In bfloat16 how far logits move depends on the model, so the yardstick is transformers in bfloat16 on the same
# directory, both against its float32: a single largest error may be unlucky, a root mean square is not.
BFLOAT16_TIMES = 2.0  # our largest error / theirs
BFLOAT16_RATIO = 1.0  # our root mean square error / theirs
BFLOAT16_SHARE = 0.1  # our root mean square error / that of the logits themselves
BFLOAT16_CLEAR = 4.0  # a row's best token is compared where it is ahead by this many times their largest error there
MODELS = BUILD / "check-hf"


def add_arguments(parser):
    parser.add_argument("--directories", type=_positive, default=36, metavar="N", help="how many to make (default: 36)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="other shapes and weights for every number")
    parser.add_argument("--keep", action="store_true", help="keep the directories, not only those that fail")


def _positive(text):
    if not text.isdigit() or int(text) < 1:
        raise LabError(f"--directories is {text}; expected a whole number from 1 up")
    return int(text)


@dataclass(frozen=True)
class Directory:
    """One to make: options of make_model, and the prompts to run."""
    name: str
    shape: str
    style: str
    options: tuple
    requests: tuple


def plan(seed, count):
    """Rotary kinds, key styles and weight types take turns, so that every 18 directories hold every combination of
    them; all else is drawn."""
    return [_draw(random.Random(f"{seed} {i}"), i) for i in range(count)]


def _draw(dice, i):
    keys, rope, dtype = ("old", "new")[i % 2], ("none", "linear", "llama3")[i % 3], _DTYPES[i // 6 % 3]
    group = (1, 2, 5, 8)[i // 2 % 4]
    kv_heads = dice.choice((1, 3) if group == 8 else (1, 2, 3))
    heads = group * kv_heads
    apart = group == 8 or dice.random() < 0.5  # with 8 heads and head_dim = hidden / heads, hidden would be round
    widths = [w for w in range(2, 260 // heads) if (heads * w) % 16 and heads * w >= 24 and (apart or w % 2 == 0)]
    hidden = heads * dice.choice(widths)
    head_dim = dice.choice((6, 10, 14, 18, 22, 26, 34)) if apart else hidden // heads
    vocab, layers, inner = dice.randrange(67, 701, 2), dice.choice((1, 2, 3, 4)), dice.randrange(33, 300, 2)
    llama3 = dice.choice(("8,1,4,64", "32,1,4,48", "2.5,0.5,6,100"))
    scaling = {"none": "", "linear": f"linear:{dice.choice((1.5, 2, 4, 8))}", "llama3": f"llama3:{llama3}"}[rope]
    tied, shards, apart_stops = dice.random() < 0.5, dice.choice((1, 1, 2, 3, 5)), dice.random() < 0.5
    stops = sorted(dice.sample(range(vocab), dice.choice((1, 2, vocab // 8))))
    options = ["--vocab-size", vocab, "--hidden-size", hidden, "--layers", layers, "--heads", heads,
               "--kv-heads", kv_heads, "--head-dim", head_dim, "--intermediate-size", inner,
               "--max-position-embeddings", dice.choice((256, 300, 1024)),
               "--rope-theta", dice.choice((10000, 12345.5, 500000)), "--rms-norm-eps", dice.choice((1e-5, 1e-6)),
               "--dtype", dtype, "--config-style", keys, "--shards", shards, "--tie" if tied else "--no-tie",
               "--eos", ",".join(map(str, stops)), "--seed", dice.randrange(1 << 31)]
    options += ["--rope-scaling", scaling] if scaling else []
    options += ["--generation-config"] if apart_stops else []
    style = [dtype, keys, scaling or "rope as it is", "tied" if tied else "", f"{shards} files" if shards > 1 else ""]
    requests = tuple(tuple(dice.randrange(vocab) for _ in range(length)) for length in LENGTHS)
    return Directory(f"{i:03}", f"{vocab} x {hidden}, {layers} layers, {heads}/{kv_heads} x {head_dim}, {inner}",
                     ", ".join(filter(None, style)), tuple(map(str, options)), requests)


_DTYPES = ("float32", "bfloat16", "float16")


def verdicts(result):
    """What is wrong with a directory, in words; nothing where all is well."""
    if "trouble" in result:
        return [result["trouble"]]
    wrong = []
    for dtype in ("float32", "bfloat16"):
        figures = result[dtype]
        bound = FLOAT32_BOUND if dtype == "float32" else BFLOAT16_TIMES * figures["their_error"]
        if not figures["error"] <= bound:
            wrong.append(f"{dtype}: an error of {figures['error']:.1e}, at most {bound:.1e} is allowed")
        if figures["wrong"]:
            wrong.append(f"{dtype}: another best token in {figures['wrong']} of {figures['compared']} rows")
        if not figures.get("ratio", 0) <= BFLOAT16_RATIO:
            wrong.append(f"{dtype}: {figures['ratio']:.2f} times the error that transformers makes, "
                         f"at most {BFLOAT16_RATIO} is allowed")
        if not figures.get("share", 0) <= BFLOAT16_SHARE:
            wrong.append(f"{dtype}: off by {figures['share']:.1%} of the logits' size, "
                         f"at most {BFLOAT16_SHARE:.0%} is allowed")
    if result["greedy"]["wrong"]:
        wrong.append(f"other greedy tokens in {result['greedy']['wrong']} of {len(LENGTHS)} requests")
    return wrong


HEAD = ("| directory: vocab x hidden, layers, heads/kv x head_dim, inner | style | float32 | rows compared + close "
        "| greedy tokens | bfloat16, theirs | size of error | to theirs | rows |  |\n"
        "|---|---|---|---|---|---|---|---|---|---|")


def row(directory, result):
    """A line of the table, Markdown as it is shown in docs/."""
    wrong = verdicts(result)
    if "trouble" in result:
        cells = ["-"] * 7
    else:
        exact, rounded = result["float32"], result["bfloat16"]
        cells = [f"{exact['error']:.1e}", f"{exact['compared']} + {exact['close']}", str(result["greedy"]["same"])]
        cells += [f"{rounded['error']:.2f}, {rounded['their_error']:.2f}", f"{rounded['share']:.1%}",
                  f"{rounded['ratio']:.2f}", f"{rounded['compared']} + {rounded['close']}"]
    return "| " + " | ".join([directory.shape, directory.style, *cells, "differs" if wrong else "equal"]) + " |"


def run(arguments):
    set_up("test")
    configure("test")
    build("test", ["generate", "make_model"])
    python = hf_environment.ensure()
    directories = plan(arguments.seed, arguments.directories)
    shutil.rmtree(MODELS, ignore_errors=True)
    MODELS.mkdir(parents=True)
    results = []
    label = f"Comparing {len(directories)} directories"
    with Worker(python, MODELS / "worker.log") as worker, Progress(label, unit=str) as bar:
        for done, directory in enumerate(directories):
            bar.update(done, len(directories))
            results.append(compare(directory, worker))
            if not verdicts(results[-1]) and not arguments.keep:
                shutil.rmtree(MODELS / directory.name)
    return report(directories, results, arguments.seed)


def compare(directory, worker):
    """Makes a directory, runs our program and transformers on it."""
    folder = MODELS / directory.name
    _ours("make_model", *directory.options, "--out", folder)
    tokens = folder / "tokens.txt"
    tokens.write_text("".join(" ".join(map(str, request)) + "\n" for request in directory.requests))
    common = ["--model", folder, "--tokens", tokens, "--manager", "naive"]
    runs = {}
    for dtype, limit in (("float32", {"bound": FLOAT32_BOUND}), ("bfloat16", {"clear": BFLOAT16_CLEAR})):
        logits = folder / f"logits-{dtype}.safetensors"
        _ours("generate", *common, "--dtype", dtype, "--max-new-tokens", 1, "--logits-out", logits)
        runs[dtype] = {"logits": str(logits), **limit}
    said = _ours("generate", *common, "--dtype", "float32", "--max-new-tokens", NEW_TOKENS)
    greedy = [{"tokens": [int(word) for word in line.split()], "most": NEW_TOKENS} for line in said.splitlines()]
    return worker.ask({"folder": str(folder), "requests": directory.requests, "runs": runs, "greedy": greedy})


def _ours(name, *arguments):
    done = subprocess.run([str(word) for word in (program(name), *arguments)], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"{name} failed: {done.stderr.strip()}", code=1)
    return done.stdout


class Worker:
    """transformers in a process of its own: importing it takes seconds, so one serves all directories."""

    def __init__(self, python, log):
        self.command, self.log = [str(python), "-I", str(Path(__file__).with_name("hf_worker.py"))], log

    def __enter__(self):
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                            text=True)
        return self

    def ask(self, job):
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended; the missing answer says so
        told = self.process.stdout.readline()
        if not told:
            raise LabError(f"transformers could not run; its words are in {shown(self.log)}")
        return json.loads(told)

    def __exit__(self, kind, error, trace):
        with contextlib.suppress(BrokenPipeError):  # of what it did not live to read
            self.process.stdin.close()
        self.process.stdout.close()
        if kind:
            self.process.kill()
        self.process.wait()


def report(directories, results, seed):
    say("\n" + HEAD)
    bad = 0
    for directory, result in zip(directories, results):
        say(row(directory, result))
        bad += bool(verdicts(result))
    say()
    for directory, result in zip(directories, results):
        for wrong in verdicts(result):
            say(f"{shown(MODELS / directory.name)}: {wrong}")
    for dtype in ("float32", "bfloat16"):
        if figures := [result[dtype] for result in results if dtype in result]:  # none where all had trouble
            say(_summary(dtype, figures))
    say(coloured(f"{len(directories) - bad} directories equal, {bad} differ (seed {seed})", "red" if bad else "green"))
    return 1 if bad else 0


def _summary(dtype, figures):
    worst = max(f["error"] for f in figures)
    compared, close, wrong = (sum(f[key] for f in figures) for key in ("compared", "close", "wrong"))
    line = (f"{dtype}: largest error {worst:.2g}; best token the same in {compared - wrong} of {compared} rows, "
            f"{close} too close to compare")
    if dtype == "bfloat16":
        low, high = (choose(f["ratio"] for f in figures) for choose in (min, max))
        line += (f"; size of the error up to {max(f['share'] for f in figures):.1%} of the logits', "
                 f"{low:.2f} to {high:.2f} times that of transformers; largest errors up to "
                 f"{max(f['error'] / f['their_error'] for f in figures):.2f} times theirs")
    return line
