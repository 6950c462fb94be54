"""The commands of ./lab, and how their mistakes are told: one line that says what to do, no traceback.

A command is a module with SUMMARY, EXAMPLE, add_arguments(parser) and run(arguments) -> exit code. Where TAKES_MORE stands,
words after `--` are handed on to the program behind it, as arguments.more."""
import argparse
import os
import sys
from importlib import import_module

from lab.places import LabError

GROUPS = {
    "For learners": {
        "start": "start",
        "grade": "grade",
        "hint": "hint",
        "next": "next_task",
        "watch": "watch",
        "status": "status",
        "debug": "debug",
        "story": "story",
        "compare": "compare",
        "reset": "reset",
        "submit": "submit",
        "update": "update",
    },
    "For everyone": {
        "demo": "demo",
        "test": "suites",
        "build": "build",
        "setup": "setup",
        "doctor": "doctor",
        "docs": "docs",
        "bench": "bench",
        "check-hf": "check_hf",
        "completion": "completion",
    },
    "For instructors": {
        "class-report": "class_report",
        "package": "package",
    },
    "For authors": {
        "check": "check",
        "exercises": "exercises",
        "figures": "figures",
        "fuzz": "fuzz",
        "train-model": "train_model",
    },
}
COMMANDS = {name: module for group in GROUPS.values() for name, module in group.items()}
"""Names of modules: a command loads its own and no other."""


def module_of(name):
    return import_module(f"lab.{COMMANDS[name]}")


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise LabError(f"{message} (see {self.prog} --help)")


def overview():
    lines = []
    for title, group in GROUPS.items():
        lines += ["", title, *(f"  {name:12} {module_of(name).SUMMARY}" for name in group)]
    return "\n".join(["Usage: ./lab COMMAND [options]", *lines, "",
                      "./lab COMMAND --help tells more. What is missing is installed first, and its size is said before."])


def parser_of(name, module):
    parser = Parser(prog=f"./lab {name}", description=module.__doc__, epilog=f"Example: {module.EXAMPLE}",
                    formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    module.add_arguments(parser)
    return parser


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
    return module.run(arguments)


def main(words):
    try:
        code = dispatch(words)
        sys.stdout.flush()
        return code
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return error.code
    except BrokenPipeError:  # whoever reads has seen enough, `head` for one
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nlab: stopped; the same command goes on from here", file=sys.stderr)
        return 130
