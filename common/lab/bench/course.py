"""./lab bench course: every manager of the course so far serves the same four prompts about one document.

The program course_so_far runs them on the shipped model, all rows in turn, on one processor; times are medians of
seven rounds. With --save the figures, their page and picture are written, and the lines of the chapters that quote
them; a test fails if one of these differs."""
import json
import os
import re
import subprocess
import tempfile
import textwrap
from pathlib import Path

from lab.bench import plot
from lab.bench.files import save
from lab.bench.prefix import PRESET, processor
from lab.learn.demo import CHECKPOINT
from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT, LabError, program

PROGRAM = "course_so_far"
FIGURES = ROOT / "docs/performance/course.json"
PAGE = ROOT / "docs/course-so-far.md"
PICTURE = ROOT / "docs/performance/course.svg"
MARKS = ("opens", "closes")


def run(arguments):
    set_up(PRESET)
    configure(PRESET)
    build(PRESET, [PROGRAM])
    figures = measure(arguments.more)
    if arguments.save:
        lines = {text: quoted(text.read_text(), figures, text.parent.name[:2]) for text in chapters(figures)}
        save(figures, FIGURES, {PAGE: page(figures), PICTURE: picture(figures), **lines})
    return 0


def measure(more):
    cpu = max(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "figures.json"
        command = [program(PROGRAM, PRESET), "--model", CHECKPOINT, "--json", told, *more]
        failed = subprocess.run(list(map(str, command)), cwd=ROOT,
                                preexec_fn=lambda: os.sched_setaffinity(0, {cpu})).returncode
        if failed:
            raise LabError(f"{PROGRAM} ended with code {failed}", code=failed)
        return {"processor": processor(), **json.loads(told.read_text())}


def chapters(figures):
    """The texts of the rows' chapters; a chapter without a text has none."""
    found = (sorted((ROOT / "chapters").glob(f"{row['chapter']}-*/README.md")) for row in figures["rows"])
    return [text for texts in found for text in texts]


def quoted(text, figures, chapter):
    """The text with its two lines anew."""
    for mark in MARKS:
        line = sentence(figures, chapter, mark)
        text = re.sub(rf"<!--course {mark}-->\n.*?\n<!--/course-->", f"<!--course {mark}-->\n{line}\n<!--/course-->", text,
                      flags=re.DOTALL)
    return text


def sentence(figures, chapter, mark):
    names = [row["chapter"] for row in figures["rows"]]
    at = names.index(chapter)
    row, page_says = figures["rows"][at], "[the course so far](../../docs/course-so-far.md)"
    if mark == "closes":
        naive = f", where naive's comes after {figures['rows'][0]['later_ms']:,.1f} ms" if at else ""
        return (f"In {page_says} this is the row of `{row['manager']}`: {facts(row)}, and the second prompt's first token "
                f"comes after {row['later_ms']:,.1f} ms{naive}.")
    if at == 0:
        return f"One job goes through the whole course, {row['computed']:,} tokens in four prompts about one document. What this " \
               "chapter's manager computes of them stands at the end; predict it first."
    above = figures["rows"][at - 1]
    return f"In {page_says}, four prompts about one document, `{above['manager']}` stands at {facts(above)}."


def facts(row):
    return (f"{row['computed']:,} tokens computed, {megabytes(row['held_bytes'])} MB of keys and values held, "
            f"{megabytes(row['copied_bytes'])} MB copied")


def megabytes(count):
    return f"{count / 1e6:.1f}" if count else "0"


def page(figures):
    """The Markdown page."""
    tokens = figures["prompts"] * (figures["document_tokens"] + figures["question_tokens"])
    lines = [
        "# The course so far: one job, every manager", "",
        f"{figures['prompts']} prompts about one document, one after the other: {figures['document_tokens']:,} tokens that they "
        f"share and {figures['question_tokens']} of each one's own, {tokens:,} in all.",
        "Every row generates the same tokens, from logits that the ladder holds equal to the last bit; what differs is what it "
        "costs.", "",
        "![Tokens computed, keys and values held and copied, and time to the first token, by manager](performance/course.svg)", "",
        "| chapter | manager | tokens computed | found in the cache | KV held at the end [MB] | KV copied [MB] | "
        "first token, first prompt [ms] | the others [ms] |",
        "|---|---|---|---|---|---|---|---|",
        *(f"| {row['chapter']} | {row['manager']} | {row['computed']:,} | {row['reused']:,} | {megabytes(row['held_bytes'])} | "
          f"{megabytes(row['copied_bytes'])} | {row['first_ms']:,.1f} | {row['later_ms']:,.1f} |" for row in figures["rows"]), "",
        textwrap.fill(compared(figures["rows"]), 120), "",
        "Two small requests through every manager, call by call: `./lab story --course`.", "",
        f"Made by `./lab bench course --save` from [course.json](performance/course.json). Model: the shipped one, "
        f"{figures['parameters'] / 1e6:.1f} M parameters in {figures['dtype']};",
        f"processor: {figures['processor']}, one thread, {figures['isa']}; compiler: {figures['compiler']}. Times are medians of "
        f"{figures['rounds']} rounds,", "all rows in turn; tokens and bytes are the same on every machine.",
    ]
    return "\n".join(lines) + "\n"


def compared(rows):
    """What the table's rows differ in, for naive and as many of the others as there are."""
    ways = {"lcp": "by comparing with every text", "hash": "by block hashes", "slots": "by a trie of tokens",
            "radix": "by a tree of runs", "paged": "by that tree over pages that are counted",
            "policies": "by the same, and nothing had to go here"}
    others = [row["manager"] for row in rows[1:]]
    return (f"Naive forgets. The other {len(others)} find the same {rows[-1]['reused']:,} tokens, each in its own way: "
            f"{', '.join(f'{name} {ways[name]}' for name in others)}. Slots pay for a hit to the token: a row belongs to one "
            "request, so each hit is copied, and the document is held once a request. The others share its pages in place.")


def picture(figures):
    """SVG: four panels of bars, a bar a manager."""
    panels = [("tokens computed", "computed", 1), ("KV held [MB]", "held_bytes", 1e6), ("KV copied [MB]", "copied_bytes", 1e6),
              ("first token of prompts 2 to 4 [ms]", "later_ms", 1)]
    names = [f"{row['chapter']} {row['manager']}" for row in figures["rows"]]
    return plot.bars("Four prompts about one document", names,
                     {title: [row[key] / unit for row in figures["rows"]] for title, key, unit in panels})
