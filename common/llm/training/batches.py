"""Training sequences: a document, then its questions with their answers, shuffled; or its sentences once more.

Every position has a mark: nothing is learned there, language is learned there lightly, or it belongs to an answer."""
from dataclasses import dataclass, field

import torch

import documents
from tokens import ANSWER, BEGIN, QUESTION

NOTHING, LANGUAGE, IN_ANSWER = 0, 1, 2


@dataclass
class Batch:
    ids: torch.Tensor  # [sequences, length + 1]; position i learns to say id i + 1
    marks: torch.Tensor  # [sequences, length]
    answers: list = field(default_factory=list)  # (sequence, first position, positions), of questions only


def make(dice, tokens, length, count, style, repeats, respelled):
    """`repeats` is the share of sequences that repeat sentences in place of asking, `respelled` that of the names of
    every second document that are spelled in other pieces than usual."""
    batch = Batch(torch.zeros(count, length + 1, dtype=torch.long), torch.zeros(count, length, dtype=torch.uint8))
    for row in range(count):
        tokens.respell(dice, respelled * dice.randint(0, 1))
        build = _repeated if dice.random() < repeats else _asked
        ids, spans = build(dice, tokens, length, style)
        batch.ids[row, :len(ids)] = torch.tensor(ids)
        batch.marks[row, :len(ids) - 1] = LANGUAGE
        for first, size in spans:
            batch.marks[row, first:first + size] = IN_ANSWER
            if build is _asked:
                batch.answers.append((row, first, size))
    return batch


def _document(dice, tokens, length, style):
    share = dice.uniform(0.6, 0.9) if length > 2000 else dice.uniform(0.35, 0.8)
    document = documents.make(dice, int(length * share), lambda text: len(tokens(text)), style)
    return document, [BEGIN] + tokens(document.text)


def _asked(dice, tokens, length, style):
    """(ids, spans of answers). Short sequences ask half of what they could, so that elimination does not help."""
    document, ids = _document(dice, tokens, length, style)
    asked = dice.sample(document.asked, len(document.asked))
    if length <= 128:
        asked = asked[:max(1, len(asked) // 2)]
    spans = []
    for ask in asked:
        question = tokens(QUESTION.format(question=ask.question))
        answer = tokens(ANSWER.format(answer=ask.answer))
        question = question[ids[-1] == tokens.newline:]  # the newline of the answer before serves
        if len(ids) + len(question) + len(answer) > length + 1:
            break
        ids += question
        spans.append((len(ids) - 1, len(answer)))
        ids += answer
    return ids, spans


def _repeated(dice, tokens, length, style):
    document, ids = _document(dice, tokens, int(length * 0.6), style)
    spans = []
    for ask in dice.sample(document.asked, len(document.asked)):
        sentence = document.sentences[ask.sentence]
        whole, answer = tokens(" " + sentence), tokens(" " + ask.answer)
        before = tokens(" " + sentence[:sentence.rindex(ask.answer)].rstrip())
        if len(ids) + len(whole) > length + 1:
            break
        if before and whole[len(before):len(before) + len(answer)] == answer:
            spans.append((len(ids) + len(before) - 1, len(answer)))
        ids += whole
    return ids, spans


def positions(dice, length, longest):
    """0, 1, 2 ... with a few gaps now and then, so that short sequences teach about long distances too."""
    places = torch.arange(length)
    if length > 128 and length < longest - 100 and dice.random() < 0.35:
        cuts = sorted(dice.sample(range(1, length), dice.randint(1, 4)))
        widths = [dice.random() for _ in cuts]
        spare = dice.uniform(0, longest - length)
        for cut, width in zip(cuts, widths):
            places[cut:] += int(spare * width / sum(widths))
    return places
