"""How a command of ./lab reads its line, and how its mistakes are told: one line that says what to do, no traceback."""
import argparse
import os
import sys

from lab.services.places import LabError


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise LabError(f"{message} (see {self.prog} --help)")


def parser_of(name, module):
    parser = Parser(prog=f"./lab {name}", description=module.__doc__, epilog=f"Example: {module.EXAMPLE}",
                    formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    module.add_arguments(parser)
    return parser


def exit_code(work, *arguments):
    """Of a command's work; what it raises is told."""
    try:
        code = work(*arguments)
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
