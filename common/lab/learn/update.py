"""./lab update: takes a new version of the course. What you wrote in exercises/ stays as it is, byte for byte,
committed or not; what you did not touch becomes the new version's. There is never a conflict to resolve.

In a git clone the new version is fetched from the branch that yours follows, or from the remote called upstream, where
there is one. Otherwise, name a folder or an archive (.zip, .tar.gz) of the newer edition."""
from pathlib import Path

from lab.learn import clone, update_clone, update_folder
from lab.learn.update_report import lines
from lab.services.places import ROOT, LabError
from lab.services.terminal import say

SUMMARY = "take a new version of the course; your files stay"
EXAMPLE = "./lab update     (or, without git: ./lab update ~/Downloads/radixlab-student-2.zip)"


def add_arguments(parser):
    parser.add_argument("source", metavar="SOURCE", nargs="?", help="a folder or an archive of the newer edition")


def run(arguments, root=ROOT):
    follows = clone.is_clone(root) and clone.upstream(root)[0]
    if arguments.source and follows:
        raise LabError("this is a clone that follows the course: ./lab update alone fetches the new version")
    if arguments.source:
        report = update_folder.take(root, Path(arguments.source))
    elif clone.is_clone(root):
        report = update_clone.take(root)
    else:
        raise LabError("this is no git clone: name a folder or an archive of the newer edition, ./lab update FILE")
    for line in lines(report):
        say(line)
    return 0
