"""How many questions a model's folder answers rightly, greedily, on documents drawn from a fresh seed.

Known names and names with syllables that training never showed, 200 questions a length, and the fifty written by hand.
--damage: of the right answers, how many change when the cached page of 16 tokens where the asked value begins is
replaced by the same page of another document."""
import argparse
import copy
import random
from pathlib import Path

import torch

import documents
from answers import Reader, handwritten
from lab.services.terminal import Progress, say

LENGTHS = (300, 1000, 2000)
A_DOCUMENT = 5  # questions
PAGE = 16
HANDWRITTEN = Path(__file__).resolve().parent / "handwritten"


def drawn(dice, reader, length, unseen):
    return documents.make(dice, length, lambda text: len(reader.tokens(text)), unseen=unseen)


def share_of_right(reader, seed, length, unseen, questions, bar):
    dice, right, told, wrong = random.Random(f"evaluation {seed} {length} {unseen}"), 0, 0, []
    while told < questions:
        document = drawn(dice, reader, length, unseen)
        cache = reader.read(document.text)
        for ask in dice.sample(document.asked, min(A_DOCUMENT, len(document.asked), questions - told)):
            said = reader.answer(cache, ask.question)
            right, told = right + (said == ask.answer), told + 1
            if said != ask.answer:
                wrong.append((ask, said, document.sentences[ask.sentence]))
        bar.update(told, questions)
    return right, told, wrong


def share_of_handwritten(reader):
    right, told, wrong = 0, 0, []
    for text, asked in handwritten(HANDWRITTEN):
        cache = reader.read(text)
        for question, answer in asked:
            said = reader.answer(cache, question)
            right, told = right + (said == answer), told + 1
            if said != answer:
                wrong.append(f"{question} {answer}; said {said}")
    return right, told, wrong


def replace_page(cache, other, position):
    """The cache with the page that holds `position` taken from the other document's."""
    damaged, first = copy.deepcopy(cache), position // PAGE * PAGE
    for mine, theirs in zip(damaged.layers, other.layers):
        mine.keys[:, :, first:first + PAGE] = theirs.keys[:, :, first:first + PAGE]
        mine.values[:, :, first:first + PAGE] = theirs.values[:, :, first:first + PAGE]
    return damaged


def place_of_value(reader, document, ask):
    """The position, <s> being 0, of the value's first piece with letters or digits in its sentence."""
    sentence = document.sentences[ask.sentence]
    before = " ".join([*document.sentences[:ask.sentence], sentence[:sentence.rindex(ask.answer)].rstrip()]).strip()
    place = 1 + len(reader.tokens(before)) if before else 1
    return place + (reader.tokens(" " + ask.answer)[0] == reader.tokens.space)


def changed_by_damage(reader, seed, length, questions, bar):
    """(answers that change, right answers tried)."""
    dice, changed, tried = random.Random(f"damage {seed} {length}"), 0, 0
    while tried < questions:
        document, stranger = (drawn(dice, reader, length, False) for _ in range(2))
        cache, other = reader.read(document.text), reader.read(stranger.text)
        for ask in dice.sample(document.asked, min(A_DOCUMENT, len(document.asked))):
            place = place_of_value(reader, document, ask)
            fits = place // PAGE * PAGE + PAGE <= min(cache.get_seq_length(), other.get_seq_length())
            if tried < questions and fits and reader.answer(cache, ask.question) == ask.answer:
                tried += 1
                changed += reader.answer(replace_page(cache, other, place), ask.question) != ask.answer
        bar.update(tried, questions)
    return changed, tried


def report(reader, given):
    rows = []
    for name, unseen in (("known kind", False), ("unseen names", True)):
        for length in LENGTHS:
            with Progress(f"{name}, {length} tokens") as bar:
                right, told, wrong = share_of_right(reader, given.seed, length, unseen, given.questions, bar)
            rows.append((name, length, right, told))
            for ask, said, sentence in wrong[:given.show]:
                say(f"  {ask.question} {ask.answer}; said {said}; {sentence}")
    right, told, wrong = share_of_handwritten(reader)
    rows.append(("written by hand", "-", right, told))
    for line in wrong[:given.show]:
        say(f"  {line}")
    say(f"\nright answers, seed {given.seed}\n\n| documents | tokens | right | of | share |\n|---|---|---|---|---|")
    for name, length, right, told in rows:
        say(f"| {name} | {length} | {right} | {told} | {right / told:.1%} |")


def report_damage(reader, given):
    say(f"\none page of {PAGE} tokens replaced, seed {given.seed}\n\n| tokens | changed | of right answers | share |\n"
        "|---|---|---|---|")
    for length in LENGTHS:
        with Progress(f"damage, {length} tokens") as bar:
            changed, tried = changed_by_damage(reader, given.seed, length, given.damage, bar)
        say(f"| {length} | {changed} | {tried} | {changed / tried:.1%} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="Example: evaluate.py --model common/llm/checkpoint --seed 7 --damage 60")
    parser.add_argument("--model", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seed", default=None, help="default: a fresh one, which is told")
    parser.add_argument("--questions", type=int, default=200, help="a length")
    parser.add_argument("--damage", type=int, default=0, metavar="N", help="right answers to damage, a length")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="wrong answers to show, a row of the table")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    given.seed = given.seed or str(random.SystemRandom().randrange(10 ** 9))
    torch.set_num_threads(given.threads)
    reader = Reader(given.model)
    report(reader, given)
    if given.damage:
        report_damage(reader, given)


if __name__ == "__main__":
    main()
