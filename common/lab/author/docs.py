"""./lab docs: the documentation as a site, in build/<preset>/docs/html. A broken reference is an error."""
from lab.machine.build import build, configure
from lab.machine.setup import add_preset, set_up
from lab.services.places import build_folder, shown
from lab.services.terminal import say

SUMMARY = "make the documentation's site"
EXAMPLE = "./lab docs"


def add_arguments(parser):
    add_preset(parser, default="labs")


def run(arguments):
    page = make_docs(arguments.preset)
    say(f"Open {shown(page)} in a browser.")
    return 0


def make_docs(preset):
    """Returns the first page."""
    set_up(preset, "docs")
    configure(preset)
    build(preset, ["docs"])
    return build_folder(preset) / "docs/html/index.html"
