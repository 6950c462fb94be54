"""./lab demo: questions about documents, answered with and without a prefix cache; or the lecture demo of a chapter.

Without a chapter it runs the same program twice: answers from the small trained checkpoint that the repository ships, then
times from a random model of a realistic size on the first of the documents.

With one, as in ./lab demo 02, it builds and runs demo_02 and puts its pictures into build/demo/02. Where our solution is not
released, that runs on your code, once ./lab grade 02 was full; with --mine it does so where ours is there, too."""
import json
import shutil
import subprocess

from lab.grade import grade
from lab.grade.results import PRESET
from lab.machine.build import build, configure
from lab.machine.setup import alone, set_up
from lab.services import course
from lab.services.places import BUILD, ROOT, LabError, build_folder, program, shown
from lab.services.terminal import Progress, say

SUMMARY = "set up, build, and answer questions about documents with and without a cache; or a chapter's demo"
EXAMPLE = "./lab demo 02 -- --step     (the demo's own options after --; without a chapter doc_qa's)"
TAKES_MORE = True
CHECKPOINT = ROOT / "common/llm/checkpoint"
DOCUMENTS = CHECKPOINT / "documents"
QUESTIONS = DOCUMENTS / "questions.jsonl"
TIMED_QUESTIONS = 4
TIMED_MODEL = BUILD / "models/110m"
PICTURES = BUILD / "demo"


def add_arguments(parser):
    parser.add_argument("chapter", metavar="NN", nargs="?", help="whose lecture demo, as in 02").completes = chapters()
    parser.add_argument("--mine", action="store_true", help="a chapter's demo on your code, where ours is released too")


def run(arguments):
    if arguments.chapter:
        return run_chapter(arguments.chapter.zfill(2), arguments.mine, arguments.more)
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


def chapters():
    """Those that have a lecture demo."""
    return [path.parent.name[:2] for path in sorted((ROOT / "chapters").glob("[0-9][0-9]-*/demo.cpp"))]


def run_chapter(number, mine, more):
    if number not in chapters():
        raise LabError(f"chapter {number} has no demo; there are: {', '.join(chapters())}")
    own = own_code(number, mine)
    set_up(PRESET)
    with alone(build_folder(PRESET) / ".grading", grade.BUSY):
        grade.prepare(PRESET, own)
        build(PRESET, [f"demo_{number}"])
    if own:
        say(f"On your code: chapter {', '.join(own)}")
    pictures = [] if "--out" in more else ["--out", shown(PICTURES / number)]
    return subprocess.run([str(program(f"demo_{number}", PRESET)), *pictures, *more], cwd=ROOT).returncode


def own_code(number, mine):
    """The chapters up to this one whose bodies are the learner's: those that are full, where ours are not there."""
    labs, full = [lab for lab in course.labs() if lab.number <= number], grade.all_full()
    asked = next((lab for lab in labs if lab.number == number), None)
    if asked and number not in full and (mine or not asked.solutions.is_dir()):
        raise LabError(f"demo_{number} runs on your code when it is complete: first reach full points in ./lab grade {number}",
                       code=1)
    return own_among(labs, full, mine)


def own_among(labs, full, mine):
    """Of these labs those whose bodies are the learner's: full ones, where ours are not there, or with `mine` where they are, too."""
    return [lab.number for lab in labs if lab.number in full and (mine or not lab.solutions.is_dir())]


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


def make_timed_model(preset="test"):
    make_random_model(TIMED_MODEL, "110m", "250 MB", preset, "--tokenizer", CHECKPOINT / "tokenizer.model")


def make_random_model(folder, size, on_disk, preset, *more):
    """Made once, in bfloat16, by that build's program; a half-written one is never taken for whole."""
    if folder.exists():
        return
    work = folder.with_name(folder.name + ".making")
    shutil.rmtree(work, ignore_errors=True)
    work.parent.mkdir(parents=True, exist_ok=True)
    with Progress(f"Making {shown(folder)} ({on_disk} on disk)"):
        command = [program("make_model", preset), "--preset", size, "--dtype", "bfloat16", *more, "--out", work]
        made = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if made.returncode != 0:
            raise LabError(f"make_model failed: {made.stderr.strip()}", code=max(1, made.returncode))
    work.replace(folder)
