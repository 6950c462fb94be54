"""Every command in a block of README, docs and the chapters' pages is run, or stands below with the reason why not.

A comment behind a command may say `exit code 1`; 0 is expected otherwise. Where a row of the ladder waits for its lab, in a
student's edition, so does the command that needs it: exit code 2, and it says so."""
import re
import shlex
import subprocess
import sys
import unittest

from program import BIN, ROOT, run

sys.path.insert(0, str(ROOT / "common"))

from lab import cli  # noqa: E402
from lab.services.command import parser_of  # noqa: E402

NOT_RUN = {
    "./lab demo": "installs packages; ./lab check runs it in a folder of its own",
    "./lab test": "is what runs this; .ci/run starts it on a clean checkout",
    "./lab doctor": "builds the first lab's tests; ./lab check runs it in a folder of its own",
    "./lab grade 01": "builds and grades; the learner's walk in ./lab check runs it",
    "./lab check": "an hour; .ci/run starts it",
    "./lab gpu --pack": "compiles for a GPU where nvcc is; a step of ./lab check",
    "./lab docs": "installs packages; a step of ./lab check",
    "./lab bench": "ten minutes on a quiet machine",
    "./lab check-hf": "2.3 GB to download",
    "./lab check-hf --directories 100 --seed 7": "2.3 GB to download",
}
MOST_NOT_RUN = 10
SHORTER = {  # a page shows the whole sweep, the test a part of it
    "--steps 1000000": "--steps 2000",
    "--row radix --break page": "--row radix --break page --threads 1 --isa best --page-size 8 --chunk 7",
}


def pages():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    return [ROOT / name for name in listed] or [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")),
                                                *sorted((ROOT / "chapters").glob("*/*.md"))]


def commands(text):
    """(command, what its comment says) of the ```sh blocks of a page; a line that ends with a backslash goes on."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            command, _, comment = f" {line}".partition(" #")
            if command.strip():
                yield " ".join(command.split()), comment


def all_commands():
    return [(page, *found) for page in pages() for found in commands(page.read_text())]


class Commands(unittest.TestCase):
    def setUp(self):
        self.labs_to_do = set(re.findall(r"\| lab (\d\d) \|$", run("ladder", "--table").stdout, re.MULTILINE))
        self.waiting = []

    def test_each_is_run(self):
        ran = 0
        for command, comment in dict((command, comment) for _, command, comment in all_commands()).items():
            if command in NOT_RUN:
                continue
            with self.subTest(command):
                self.assertEqual(*self.exit_codes(command, comment))
                ran += 1
        self.assertGreater(ran, 4)
        print(f"{ran} commands were run, of them wait for their lab: {len(self.waiting)}", *self.waiting, sep="\n  ")

    def exit_codes(self, command, comment):
        for whole, part in SHORTER.items():
            command = command.replace(whole, part)
        command = command.replace("build/test/bin", shlex.quote(str(BIN)))
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=240,
                              stdin=subprocess.DEVNULL)
        waits = re.search(r" is built in lab (\d\d)\b", done.stderr)
        if waits and waits[1] in self.labs_to_do:
            self.waiting.append(command)
            return (done.returncode, 2, done.stderr)
        said = re.search(r"exit code (\d)", comment)
        return (done.returncode, int(said.group(1)) if said else 0, done.stdout[-2000:] + done.stderr[-2000:])

    def test_what_is_not_run_is_listed_and_little(self):
        shown = {command for _, command, _ in all_commands()}
        self.assertEqual(set(NOT_RUN) - shown, set(), "no page shows these any more")
        self.assertLessEqual(len(NOT_RUN), MOST_NOT_RUN)
        print(f"{len(shown)} commands, {len(NOT_RUN)} of them not run here:", *NOT_RUN, sep="\n  ")

    def test_lab_knows_the_words_of_each(self):
        for page, command, _ in all_commands():
            if command.startswith("./lab "):
                with self.subTest(f"{page.name}: {command}"):
                    name, *words = shlex.split(command.partition(" -- ")[0])[1:]
                    parser_of(name, cli.module_of(name)).parse_args(words)

    def test_a_block_is_read_as_a_shell_reads_it(self):
        text = "```sh\na --b \\\n  c   # two lines; exit code 1\n\n# only a comment\nd\n```\n```c\nnot; this;\n```\n"
        self.assertEqual(list(commands(text)), [("a --b c", " two lines; exit code 1"), ("d", "")])


if __name__ == "__main__":
    unittest.main()
