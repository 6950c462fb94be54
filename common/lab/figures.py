"""./lab figures: makes the pictures of README and docs anew, each by the run that it shows.

The DOT text is what tests compare; SVG bytes differ between versions of Graphviz, so a committed SVG carries the hash of the
DOT that it was drawn from."""
import hashlib
import subprocess
import tempfile
from pathlib import Path

from lab.build import build, configure
from lab.demo import CHECKPOINT, DOCUMENTS, QUESTIONS
from lab.places import ROOT, LabError, program, shown
from lab.setup import set_up
from lab.terminal import say

SUMMARY = "make the committed pictures anew"
EXAMPLE = "./lab figures"
FIGURES = ROOT / "docs/figures"


def add_arguments(parser):
    pass


def run(arguments):
    set_up("test")
    configure("test")
    build("test", ["doc_qa"])
    FIGURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        dot, svg = draw_tree(program("doc_qa"), Path(folder))
    (FIGURES / "tree.dot").write_text(dot)
    (FIGURES / "tree.svg").write_text(with_hash(svg, dot))
    say(f"{shown(FIGURES / 'tree.svg')}: four questions on one document")
    return 0


def draw_tree(doc_qa, folder):
    """DOT and SVG of the radix tree while the fourth question on a document is answered. Pages of 4 tokens show a split."""
    questions = "".join(QUESTIONS.read_text().splitlines(keepends=True)[:4])
    command = [doc_qa, "--model", CHECKPOINT, "--document", DOCUMENTS / "harbour.txt", "--managers", "radix", "--quiet",
               "--page-size", 4, "--threads", 1, "--out", folder]
    done = subprocess.run([str(word) for word in command], input=questions, capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"doc_qa failed: {done.stderr.strip()}", code=1)
    return (folder / "radix-tree.dot").read_text(), (folder / "radix-tree.svg").read_text()


def with_hash(svg, dot):
    return f"{svg.rstrip()}\n{hash_line(dot)}\n"


def hash_line(dot):
    return f"<!-- drawn from DOT with sha256 {hashlib.sha256(dot.encode()).hexdigest()} -->"
