"""Documents of facts with their questions and answers, all drawn from one seeded dice.

    python3 documents.py --seed 7 --words 120

prints one. A document ends where its budget does; `count` says what a sentence costs (tokens where there is a
tokenizer)."""
import argparse
import random
from dataclasses import dataclass, field

import sentences
from attributes import ATTRIBUTES, BUILDINGS, PERSON
from names import Names
from sentences import Entity, Fact

KIND_SHARES = {"person": 0.55, "building": 0.15, "ship": 0.15, "town": 0.15}


@dataclass(frozen=True)
class Style:
    """How often what occurs, as shares of the sentences or of the documents."""
    inverse: float = 0.2  # the value stands before the name
    pair: float = 0.2  # two facts in a sentence
    pronoun: float = 0.3
    filler: float = 0.1
    focus: float = 0.0  # documents with many names and few attributes, where only the name tells answers apart
    loose: float = 0.0  # words in no order of English, for training only
    namesake: float = 0.08  # a surname that another person of the document has, too


PLAIN = Style(inverse=0.0, pair=0.0, pronoun=0.0, filler=0.0, focus=0.5)


@dataclass(frozen=True)
class Asked:
    question: str
    answer: str
    sentence: int  # where the answer stands
    kind: str  # "person.badge"


@dataclass
class Document:
    sentences: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    @property
    def text(self):
        return " ".join(self.sentences)


class _Writer:
    def __init__(self, dice, style, unseen):
        self.dice, self.style, self.names = dice, style, Names(dice, unseen)
        self.waiting, self.people = [], []
        self.focus = self._draw_focus() if dice.random() < style.focus else None
        self.subject = None  # whom a pronoun would mean

    def _draw_focus(self):
        kind = self.dice.choices(list(KIND_SHARES), (0.7, 0.1, 0.1, 0.1))[0]
        return kind, self.dice.sample(list(ATTRIBUTES[kind]), self.dice.choice((1, 1, 2, 3)))

    def _person(self):
        name, whose = self.names.person()
        if self.people and self.dice.random() < self.style.namesake:
            name = self.names.renamed(name, self.dice.choice(self.people)[0].split()[1])
        self.people.append((name, whose))
        return name, whose

    def _entity(self):
        """One whose facts are not all told yet, or a new one."""
        if self.waiting and self.dice.random() < 0.4:
            return self.waiting.pop(self.dice.randrange(len(self.waiting)))
        kind = self.focus[0] if self.focus else self.dice.choices(list(KIND_SHARES), list(KIND_SHARES.values()))[0]
        attributes = list(self.focus[1] if self.focus else ATTRIBUTES[kind])
        self.dice.shuffle(attributes)
        most = self.dice.randint(min(3, len(attributes)), len(attributes))
        return Entity(kind, *self._name(kind), attributes[:most])

    def _name(self, kind):
        if kind == "person":
            return self._person()
        if kind == "building":
            return f"the {self.dice.choice(BUILDINGS)} at {self.names.spot()}", "its"
        return (f"the ship {self.names.ship()}" if kind == "ship" else self.names.town()), "its"

    def _fact(self, entity):
        attribute = entity.left.pop()
        value = ATTRIBUTES[entity.kind][attribute].value
        if value is not PERSON:
            return Fact(entity, attribute, value(self.dice, self.names))
        others = [name for name, _ in self.people if name != entity.name]
        return Fact(entity, attribute, self.dice.choice(others) if others and self.dice.random() < 0.3
                    else self._person()[0])

    def paragraph(self):
        """A few sentences about one entity, each with the facts that it tells."""
        entity = self._entity()
        self.subject = None
        for _ in range(self.dice.randint(1, 4)):
            if not entity.left:
                return
            yield self._sentence(entity)
            if self.dice.random() < self.style.filler:
                yield self.dice.choice(sentences.FILLERS), []
        if entity.left:
            self.waiting.append(entity)

    def _sentence(self, entity):
        """Of one fact or two. A person among the values would make the next pronoun unclear."""
        fact, style, dice = self._fact(entity), self.style, self.dice
        told = [fact]
        if self.subject is entity and dice.random() < style.pronoun:
            text = sentences.with_pronoun(dice, fact)
        elif dice.random() >= style.pair:
            text = sentences.one(dice, fact, style)
        elif entity.left:
            told.append(self._fact(entity))
            text = sentences.two_of_one(dice, *told)
        else:
            other = self._entity()
            told += [self._fact(other)] if other.left else []
            text = sentences.one_of_two(dice, *told) if len(told) == 2 else sentences.one(dice, fact, style)
            self.waiting += [other] if other.left else []
        clear = all(told_of.entity is entity and told_of.forms.value is not PERSON for told_of in told)
        self.subject = entity if clear else None
        return text, told


def make(dice, budget, count, style=Style(), unseen=False):
    """A document of at most `budget` units of `count(text)`."""
    writer, document, spent = _Writer(dice, style, unseen), Document(), 0
    while True:
        for text, told in writer.paragraph():
            spent += count(" " + text)
            if spent > budget:
                return document
            document.sentences.append(text)
            place = len(document.sentences) - 1
            document.asked += [Asked(sentences.question(dice, fact), fact.value, place,
                                     f"{fact.entity.kind}.{fact.attribute}") for fact in told]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--words", type=int, default=150, help="the document's budget")
    parser.add_argument("--unseen", action="store_true", help="names with syllables that training never shows")
    given = parser.parse_args()
    document = make(random.Random(given.seed), given.words, lambda text: len(text.split()), unseen=given.unseen)
    print(document.text)
    for asked in document.asked:
        print(f"Question: {asked.question} Answer: {asked.answer}")


if __name__ == "__main__":
    main()
