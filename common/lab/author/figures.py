"""./lab figures: makes the pictures of README and docs anew, each by the run that it shows.

The DOT text is what tests compare; SVG bytes differ between versions of Graphviz, so a committed SVG carries the hash of the
DOT that it was drawn from."""
import hashlib
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from lab.learn.demo import CHECKPOINT, DOCUMENTS, QUESTIONS
from lab.machine.build import build, configure
from lab.machine.setup import add_preset, set_up
from lab.services.chapters import chapters
from lab.services.places import ROOT, LabError, program, shown
from lab.services.terminal import say

SUMMARY = "make the committed pictures anew"
EXAMPLE = "./lab figures"
FIGURES = ROOT / "docs/figures"
SHARED = {
    "tree": "four questions on one document",
    "seams": "where a chapter adds a class",
}
"""Those of no chapter; a chapter's stand in its chapter.json."""


def add_arguments(parser):
    add_preset(parser)
    parser.add_argument("names", metavar="NAME", nargs="*", help="only these, as in tree").completes = list(all_figures())


def all_figures():
    """{name: what it shows}."""
    return SHARED | {name: words for chapter in chapters() for name, words in chapter.figures.items()}


def drawn_by_demos():
    """{demo: names of its pictures}."""
    return {f"demo_{chapter.number}": list(chapter.figures) for chapter in chapters() if chapter.figures}


def run(arguments):
    every = all_figures()
    wanted = arguments.names or list(every)
    if unknown := [name for name in wanted if name not in every]:
        raise LabError(f"there is no figure '{unknown[0]}'; there are: {', '.join(every)}")
    set_up(arguments.preset)
    configure(arguments.preset)
    build(arguments.preset, programs(wanted))
    FIGURES.mkdir(parents=True, exist_ok=True)
    for name, (dot, svg) in draw(wanted, partial(program, preset=arguments.preset)).items():
        (FIGURES / f"{name}.dot").write_text(dot)
        (FIGURES / f"{name}.svg").write_text(with_hash(svg, dot))
        say(f"{shown(FIGURES / name)}.svg: {every[name]}")
    return 0


def programs(wanted):
    """What draws them."""
    demos = [demo for demo, names in drawn_by_demos().items() if not set(names).isdisjoint(wanted)]
    return [*(["doc_qa"] if "tree" in wanted else []), *(["draw_dot"] if "seams" in wanted else []), *demos]


def draw(wanted, program_named):
    """{name: (DOT, SVG)} of these pictures; `program_named` finds a program that is built."""
    drawn = {}
    with tempfile.TemporaryDirectory() as folder:
        if "tree" in wanted:
            drawn["tree"] = draw_tree(program_named("doc_qa"), Path(folder))
        if "seams" in wanted:
            drawn["seams"] = draw_by_hand(program_named("draw_dot"), "seams", Path(folder))
        for demo, names in drawn_by_demos().items():
            if not set(names).isdisjoint(wanted):
                _run([program_named(demo), "--out", folder])
                drawn |= {name: _read(Path(folder) / name) for name in names if name in wanted}
    return drawn


def draw_by_hand(draw_dot, name, folder):
    """DOT and SVG of a picture that no run makes: its DOT is written by a person."""
    dot, svg = FIGURES / f"{name}.dot", folder / f"{name}.svg"
    _run([draw_dot, dot, svg])
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
