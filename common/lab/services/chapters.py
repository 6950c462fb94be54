"""What the folder of a chapter says of itself: chapters/NN-slug/chapter.json.

chapter.json:  {"figures": {"trie": "what it shows"...}, "proofs": ["aarch64"...]}
  figures   pictures that demo_NN draws, committed in docs/figures
  proofs    steps of ./lab check that run the chapter's suite on our solution and do not run every suite: some of PROOFS
Sources, tasks and the demo's parts stand in CMakeLists.txt beside it; tasks, points and minutes in lab.json (course.py)."""
import json
from dataclasses import dataclass

from lab.services.places import ROOT, LabError, shown

PROOFS = ("aarch64", "tsan", "labs-clang")


@dataclass(frozen=True)
class Chapter:
    slug: str  # "04-slots"
    figures: dict  # {name: what it shows}
    proofs: tuple

    @property
    def number(self):
        return self.slug[:2]


def chapters(root=ROOT):
    """In the course's order."""
    return [_read(path) for path in sorted((root / "chapters").glob("[0-9][0-9]-*/chapter.json"))]


def suites_in(proof, root=ROOT):
    """{target: how the names of its tests begin} of the chapters whose manifest names the proof."""
    return {f"test_{chapter.number}_solution": rf"solution-{chapter.number}\." for chapter in chapters(root)
            if proof in chapter.proofs}


def _read(path):
    where = shown(path)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LabError(f"{where}: {error}") from error
    figures, proofs = told.get("figures"), told.get("proofs")
    if not isinstance(figures, dict) or not all(isinstance(words, str) for words in figures.values()):
        raise LabError(f'{where}: "figures" is {figures!r}, expected {{"name": "what it shows"}}')
    if not isinstance(proofs, list) or not set(proofs) <= set(PROOFS):
        raise LabError(f'{where}: "proofs" is {proofs!r}, expected a list of some of {", ".join(PROOFS)}')
    return Chapter(path.parent.name, figures, tuple(proofs))
