"""./lab figures: makes the pictures of README and docs anew, each by the run that it shows.

The DOT text is what tests compare; SVG bytes differ between versions of Graphviz, so a committed SVG carries the hash of the
DOT that it was drawn from."""
import hashlib
import subprocess
import tempfile
from pathlib import Path

from lab.learn.demo import CHECKPOINT, DOCUMENTS, QUESTIONS
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT, LabError, program, shown
from lab.services.terminal import say

SUMMARY = "make the committed pictures anew"
EXAMPLE = "./lab figures"
FIGURES = ROOT / "docs/figures"
ALL = {
    "tree": "four questions on one document",
    "sharing": "three sequences, apart and with their prefix shared",
    "waste": "four questions, and what is computed again",
    "desk": "three requests in a pool of six pages",
    "scan": "a new text beside all that are kept",
    "shelf": "four texts that share pages, and two evictions",
    "blocks": "three prompts as chains of block hashes",
    "chains": "64 texts in 16 buckets, under a good hash and a bad one",
    "trie": "a text, a second one that begins alike, and the second one's slot taken anew",
    "rows": "six requests on a pool of four rows",
    "seams": "where a chapter adds a class",
}
DEMOS = {"demo_00": ["sharing", "waste"], "demo_01": ["desk"], "demo_02": ["scan", "shelf"], "demo_03": ["blocks", "chains"],
         "demo_04": ["trie", "rows"]}
PROGRAMS = ["doc_qa", *DEMOS]


def add_arguments(parser):
    pass


def run(arguments):
    set_up("test")
    configure("test")
    build("test", PROGRAMS)
    FIGURES.mkdir(parents=True, exist_ok=True)
    for name, (dot, svg) in draw_all(program).items():
        (FIGURES / f"{name}.dot").write_text(dot)
        (FIGURES / f"{name}.svg").write_text(with_hash(svg, dot))
        say(f"{shown(FIGURES / name)}.svg: {ALL[name]}")
    return 0


def draw_all(program_named):
    """{name: (DOT, SVG)} of every picture that is committed; `program_named` finds a program that is built."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = {"tree": draw_tree(program_named("doc_qa"), Path(folder)), "seams": draw_by_hand("seams", Path(folder))}
        for demo, names in DEMOS.items():
            _run([program_named(demo), "--out", folder])
            drawn |= {name: _read(Path(folder) / name) for name in names}
    return drawn


def draw_by_hand(name, folder):
    """DOT and SVG of a picture that no run makes: its DOT is written by a person."""
    dot, svg = FIGURES / f"{name}.dot", folder / f"{name}.svg"
    _run(["dot", "-Tsvg", "-o", svg, dot])
    return dot.read_text(), svg.read_text()


def draw_tree(doc_qa, folder):
    """DOT and SVG of the radix tree while the fourth question on a document is answered. Pages of 4 tokens show a split."""
    questions = "".join(QUESTIONS.read_text().splitlines(keepends=True)[:4])
    command = [doc_qa, "--model", CHECKPOINT, "--document", DOCUMENTS / "harbour.txt", "--managers", "radix", "--quiet",
               "--page-size", 4, "--threads", 1, "--out", folder]
    _run(command, questions)
    return _read(folder / "radix-tree")


def _run(command, text=""):
    done = subprocess.run([str(word) for word in command], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"{Path(command[0]).name} failed: {done.stderr.strip()}", code=1)


def _read(picture):
    return picture.with_suffix(".dot").read_text(), picture.with_suffix(".svg").read_text()


def with_hash(svg, dot):
    return f"{svg.rstrip()}\n{hash_line(dot)}\n"


def hash_line(dot):
    return f"<!-- drawn from DOT with sha256 {hashlib.sha256(dot.encode()).hexdigest()} -->"
