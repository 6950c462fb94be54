"""./lab readme: writes what README.md says of the chapters: the table of the ladder, with a link to each text that is written, and
the number of known-wrong solutions."""
import re
import subprocess

from lab.machine.build import build, configure
from lab.machine.setup import add_preset, set_up
from lab.services.places import ROOT, LabError, program
from lab.services.terminal import say

SUMMARY = "authors: write README's table of chapters from the ladder"
EXAMPLE = "./lab readme"
TABLE = r"^\| chapter \|.*\n(?:\|.*\n)+"
COUNT = r"every one of (\d+) known-wrong solutions"


def add_arguments(parser):
    add_preset(parser)


def run(arguments):
    set_up(arguments.preset)
    configure(arguments.preset)
    build(arguments.preset, ["ladder"])
    told = subprocess.run([program("ladder", arguments.preset), "--table"], check=True, capture_output=True, text=True).stdout
    path = ROOT / "README.md"
    old = path.read_text(encoding="utf-8")
    new = written(old, told)
    path.write_text(new, encoding="utf-8")
    say("README.md: " + ("as it was" if new == old else "written"))
    return 0


def written(readme, told, root=ROOT):
    """README.md with the table that `ladder --table` told; a row of a lab that is to be done is built for a reader."""
    table = re.sub(r"^(\| (\d\d) .*\|) lab \2 \|$", r"\1 built |", told, flags=re.MULTILINE)
    for text in sorted((root / "chapters").glob("[0-9][0-9]-*/README.md")):
        link = text.relative_to(root).as_posix()
        table = re.sub(rf"^\| ({text.parent.name[:2]}) \| (\w+) \|", rf"| \1 | [\2]({link}) |", table, flags=re.MULTILINE)
    for manifest in (root / "chapters").glob("[0-9][0-9]-*/lab.json"):
        table = re.sub(rf"^(\| {manifest.parent.name[:2]} \|.*\|) to come \|$", r"\1 lab built, row to come |", table, flags=re.MULTILINE)
    count = len(list((root / "tests/wrong").glob("*/*.wrong")))
    if len(re.findall(TABLE, readme, re.MULTILINE)) != 1 or len(re.findall(COUNT, readme)) != 1:
        raise LabError('README.md: expected one table that begins with "| chapter |" and one "every one of N known-wrong solutions"')
    readme = re.sub(TABLE, lambda _: table, readme, flags=re.MULTILINE)
    return re.sub(COUNT, f"every one of {count} known-wrong solutions", readme) if count else readme
