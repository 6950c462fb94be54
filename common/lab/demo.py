"""./lab demo: questions about documents, answered with and without a prefix cache.

Two runs of the same program: answers from the small trained checkpoint that the repository ships, then times from a random
model of a realistic size on the first of the documents. What is run stands in the two functions below."""
import json
import shutil
import subprocess

from lab.build import build, configure
from lab.places import BUILD, ROOT, LabError, program, shown
from lab.setup import set_up
from lab.terminal import Progress, say

SUMMARY = "set up, build, and answer questions about documents with and without a cache"
EXAMPLE = "./lab demo -- --managers naive,radix     (doc_qa's own options after --)"
TAKES_MORE = True
CHECKPOINT = ROOT / "common/llm/checkpoint"
DOCUMENTS = CHECKPOINT / "documents"
QUESTIONS = DOCUMENTS / "questions.jsonl"
TIMED_QUESTIONS = 4
TIMED_MODEL = BUILD / "models/110m"
PICTURES = BUILD / "demo"


def add_arguments(parser):
    pass


def run(arguments):
    set_up("test")
    configure("test")
    build("test", ["doc_qa", "make_model"])
    say("\nAnswers, from the small trained model:\n")
    if failed := subprocess.run(answer_command(arguments.more), cwd=ROOT).returncode:
        return failed
    say("\nTimes, from a random model of 125 million parameters (its answers mean nothing):\n")
    make_timed_model()
    document = documents()[0]
    failed = subprocess.run(time_command(document, arguments.more), cwd=ROOT, text=True,
                            input=first_questions(document)).returncode
    if not failed:
        say("\nSeed 004 (docs/sources.md) asks four questions of one document too, and tells of 3.3x, 69.6 % saved.")
    return failed


def answer_command(more=()):
    return [str(program("doc_qa")), "--model", str(CHECKPOINT), "--document", *map(str, documents()),
            "--questions", str(QUESTIONS), "--shuffle", "1", "--stock", "--out", shown(PICTURES), *more]


def time_command(document, more=()):
    return [str(program("doc_qa")), "--model", str(TIMED_MODEL), "--document", str(document),
            "--questions", "-", "--stock", "--quiet", *more]


def documents():
    return sorted(DOCUMENTS.glob("*.txt"))


def first_questions(document):
    """The first few questions about this document as JSONL, without the answers that only a trained model knows."""
    asked = [json.loads(line) for line in QUESTIONS.read_text().splitlines()]
    asked = [{"document": ask["document"], "question": ask["question"]} for ask in asked if ask["document"] == document.name]
    return "".join(f"{json.dumps(ask)}\n" for ask in asked[:TIMED_QUESTIONS])


def make_timed_model():
    """Made once (250 MB); a half-written one is never taken for whole."""
    if TIMED_MODEL.exists():
        return
    work = TIMED_MODEL.with_name(TIMED_MODEL.name + ".making")
    shutil.rmtree(work, ignore_errors=True)
    work.parent.mkdir(parents=True, exist_ok=True)
    with Progress(f"Making {shown(TIMED_MODEL)} (250 MB on disk)"):
        command = [str(program("make_model")), "--preset", "110m", "--dtype", "bfloat16",
                   "--tokenizer", str(CHECKPOINT / "tokenizer.model"), "--out", str(work)]
        made = subprocess.run(command, capture_output=True, text=True)
        if made.returncode != 0:
            raise LabError(f"make_model failed: {made.stderr.strip()}", code=max(1, made.returncode))
    work.replace(TIMED_MODEL)
