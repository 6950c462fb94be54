"""The commands of ./lab.

A command is a module with SUMMARY, EXAMPLE, add_arguments(parser) and run(arguments) -> exit code. Where TAKES_MORE stands,
words after `--` are handed on to the program behind it, as arguments.more. Where ASKS_FOR_PARSERS stands, those of every
command are there as arguments.parsers."""
from importlib import import_module

from lab.services.command import exit_code, parser_of
from lab.services.places import LabError

GROUPS = {
    "For learners": {
        "start": "learn.start",
        "grade": "grade.grade",
        "hint": "learn.hint",
        "next": "learn.next_task",
        "watch": "learn.watch",
        "status": "learn.status",
        "debug": "learn.debug",
        "story": "learn.story",
        "replay": "learn.replay",
        "compare": "learn.compare",
        "reset": "learn.reset",
        "submit": "learn.submit",
        "update": "learn.update",
    },
    "For everyone": {
        "demo": "learn.demo",
        "test": "machine.suites",
        "build": "machine.build",
        "setup": "machine.setup",
        "doctor": "machine.doctor",
        "docs": "author.docs",
        "bench": "bench.bench",
        "gpu": "gpu.gpu",
        "check-hf": "author.check_hf",
        "completion": "learn.completion",
    },
    "For instructors": {
        "class-report": "grade.class_report",
        "package": "author.package",
    },
    "For authors": {
        "check": "author.check",
        "exercises": "author.exercises",
        "figures": "author.figures",
        "fuzz": "author.fuzz",
        "readme": "author.readme",
        "train-model": "author.train_model",
    },
}
COMMANDS = {name: module for group in GROUPS.values() for name, module in group.items()}
"""Names of modules in this package: a command loads its own and no other."""


def module_of(name):
    return import_module(f"lab.{COMMANDS[name]}")


def overview():
    lines = []
    for title, group in GROUPS.items():
        lines += ["", title, *(f"  {name:12} {module_of(name).SUMMARY}" for name in group)]
    return "\n".join(["Usage: ./lab COMMAND [options]", *lines, "",
                      "./lab COMMAND --help tells more. What is missing is installed first, and its size is said before."])


def parsers():
    """{name: parser} of every command."""
    return {name: parser_of(name, module_of(name)) for name in COMMANDS}


def dispatch(words):
    if not words or words[0] in ("-h", "--help", "help"):
        print(overview())
        return 0 if words else 2
    name, *words = words
    if name not in COMMANDS:
        raise LabError(f"unknown command '{name}'; there are: {', '.join(COMMANDS)}")
    module, more = module_of(name), []
    if getattr(module, "TAKES_MORE", False) and "--" in words:
        cut = words.index("--")
        words, more = words[:cut], words[cut + 1:]
    arguments = parser_of(name, module).parse_args(words)
    arguments.more = more
    if getattr(module, "ASKS_FOR_PARSERS", False):
        arguments.parsers = parsers()
    return module.run(arguments)


def main(words):
    return exit_code(dispatch, words)
