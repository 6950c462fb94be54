"""The completion scripts, run by the shells that they are for: what the Tab key offers is what the parsers know."""
import contextlib
import io
import shlex
import shutil
import subprocess
import unittest

from lab import cli
from lab.author.fuzz import TARGETS
from lab.author.steps import STEPS
from lab.learn import completion
from lab.machine.setup import PRESETS

BASH = """{script}
COMP_WORDS=({words}) COMP_CWORD={last}
_radixlab
printf '%s\\n' "${{COMPREPLY[@]}}"
complete -p lab
"""
ZSH = """compdef() {{ registered="$*" }}
compadd() {{ shift; print -l -- "$@" }}
{script}
complete() {{ local -a words; words=({words}); local CURRENT=$(({last} + 1)); _radixlab }}
complete
print complete $registered
"""


def offered(shell, *words):
    """What the shell offers for the last of the words, and how it is registered."""
    frame = {"bash": BASH, "zsh": ZSH}[shell]
    text = frame.format(script=completion.script(shell, cli.parsers()), words=shlex.join(["./lab", *words]), last=len(words))
    rc = {"bash": ["--norc"], "zsh": ["-f"]}[shell]
    done = subprocess.run([shell, *rc, "-c", text], capture_output=True, text=True)
    *lines, registered = done.stdout.splitlines()
    return {line for line in lines if line}, registered + done.stderr


class CompletionTest:
    shell = ""

    def test_commands(self):
        words, registered = offered(self.shell, "")
        self.assertEqual(words, set(cli.COMMANDS))
        self.assertRegex(registered, "^complete .*_radixlab lab$")

    def test_options_and_what_stands_without_one(self):
        self.assertEqual(offered(self.shell, "check", "")[0], {"-h", "--help", "--all", "--list", "--times", *STEPS})
        self.assertEqual(offered(self.shell, "check", "docs", "")[0], {"-h", "--help", "--all", "--list", "--times", *STEPS})
        self.assertEqual(offered(self.shell, "fuzz", "")[0], {"-h", "--help", "--runs", "--jobs", "--seed", *TARGETS})
        self.assertEqual(offered(self.shell, "completion", "")[0], {"-h", "--help", "bash", "zsh"})

    def test_presets_after_their_option_and_nothing_after_one_that_wants_a_number(self):
        for command in ("test", "build", "docs", "setup", "doctor"):
            self.assertEqual(offered(self.shell, command, "--preset", "")[0], set(PRESETS))
        self.assertEqual(offered(self.shell, "fuzz", "--runs", "")[0], set())

    def test_a_command_that_is_none_offers_nothing(self):
        self.assertEqual(offered(self.shell, "frobnicate", "")[0], set())


class BashTest(CompletionTest, unittest.TestCase):
    shell = "bash"

    def test_the_begun_word_chooses(self):
        self.assertEqual(offered("bash", "che")[0], {"check", "check-hf"})
        self.assertEqual(offered("bash", "test", "--pre")[0], {"--preset"})

    def test_the_command_prints_the_script(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            self.assertEqual(cli.main(["completion", "bash"]), 0)
        self.assertEqual(said.getvalue(), completion.script("bash", cli.parsers()) + "\n")


@unittest.skipUnless(shutil.which("zsh"), "no zsh here")
class ZshTest(CompletionTest, unittest.TestCase):
    shell = "zsh"


if __name__ == "__main__":
    unittest.main()
