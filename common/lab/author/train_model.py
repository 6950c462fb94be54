"""./lab train-model: trains the demo's model in common/llm/training/ and writes it as a Hugging Face folder.

It uses the environment of ./lab check-hf. It takes an hour or more on a quiet machine; stopped at any time, the same command
goes on. With --evaluate it counts the right answers of a folder instead, on documents drawn from a fresh seed. Words after
-- are handed on, to train.py or to evaluate.py there."""
import os
import subprocess

from lab.machine import hf_environment
from lab.services.places import BUILD, ROOT

SUMMARY = "train the demo's model, or count its right answers (2.3 GB to download)"
EXAMPLE = "./lab train-model -- --minutes 20     ./lab train-model --evaluate common/llm/checkpoint -- --damage 60"
TAKES_MORE = True
PROGRAMS = ROOT / "common/llm/training"
RUN = BUILD / "model"


def add_arguments(parser):
    parser.add_argument("--evaluate", metavar="FOLDER", help="count the right answers of this model")


def run(arguments):
    python = hf_environment.ensure()
    if arguments.evaluate:
        return started(python, "evaluate.py", "--model", arguments.evaluate, *arguments.more)
    failed = started(python, "train.py", "--out", RUN, *arguments.more)
    return failed or started(python, "export.py", "--run", RUN, "--out", RUN / "checkpoint")


def started(python, name, *words):
    paths = {"PYTHONPATH": str(ROOT / "common"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([python, PROGRAMS / name, *words], cwd=ROOT, env={**os.environ, **paths}).returncode
