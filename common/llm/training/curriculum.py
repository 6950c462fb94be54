"""What is trained in which order: longer and longer sequences, each until its answers are mostly right.

Plain sentences come first, at every length up to 256: once a name leads to its value, other forms are learned quickly."""
from dataclasses import dataclass

from documents import PLAIN, Style

LONGEST = 2400  # positions; gaps spread shorter sequences over as many


@dataclass(frozen=True)
class Stage:
    length: int
    sequences: int  # in a batch
    enough: float  # go on when this share of answers is right ...
    most: int  # ... or after that many tokens
    style: Style
    repeats: float = 0.02
    respelled: float = 0.3


MIXED = Style(inverse=0.25, pair=0.2, pronoun=0.1, focus=0.45, loose=0.05)
FULL = Style(inverse=0.25, pair=0.2, pronoun=0.3, focus=0.35, loose=0.1)
STAGES = (
    Stage(64, 48, 0.80, 2_500_000, PLAIN, repeats=0.6, respelled=0.0),
    Stage(128, 32, 0.80, 2_000_000, PLAIN, repeats=0.18, respelled=0.1),
    Stage(256, 16, 0.80, 2_000_000, PLAIN, repeats=0.05, respelled=0.2),
    Stage(256, 16, 0.83, 2_500_000, MIXED, repeats=0.05),
    Stage(512, 8, 0.85, 3_000_000, FULL),
    Stage(1024, 5, 0.88, 3_000_000, FULL),
    Stage(2304, 3, 2.0, 10 ** 12, FULL),
)
REVISIT = 0.25  # of the steps go back to a shorter length
KEPT = 0.97  # the running share of right answers keeps this much of itself at every step
FEWEST_STEPS = 60  # in a stage


def stage_for(dice, stage):
    """The stage that the next step trains, and whether it is an earlier one."""
    if stage and dice.random() < REVISIT:
        return STAGES[dice.randrange(stage)], True
    return STAGES[stage], False
