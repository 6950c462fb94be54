"""Sentences: one fact, two facts of one name, or one fact each of two names; with the value after the name or before
it."""
from dataclasses import dataclass, field

from attributes import ATTRIBUTES, PERSON
from loose import loose

FILLERS = ("The wind came from the north that morning.", "It rained for most of the week.",
           "Nobody could remember a colder spring.", "The streets were quiet after supper.",
           "A notice was pinned to the wall.", "The records were copied by hand.",
           "Several pages of the ledger are missing.", "The ferry was late again.", "The clerk made a note of it.",
           "Most of this is well known.", "The following was added later.", "Fresh bread was sold at noon.",
           "The bells rang twice.", "The rest of the page is blank.", "Everyone agreed that the harvest was good.",
           "The meeting ended before dark.")
OPENINGS = ("In the evening ", "These days ", "As far as we know ", "According to the list ",
            "By all accounts ", "Today ")


@dataclass
class Entity:
    kind: str
    name: str  # as it stands inside a sentence: "the ship Silver Wake"
    whose: str  # her, his, its
    left: list = field(default_factory=list)  # attributes still to be told

    @property
    def pronoun(self):
        return {"her": "she", "his": "he", "its": "it"}[self.whose]


@dataclass(frozen=True)
class Fact:
    entity: Entity
    attribute: str
    value: str

    @property
    def forms(self):
        return ATTRIBUTES[self.entity.kind][self.attribute]

    def with_article(self):
        return f"{'an' if self.value[0] in 'aeiou' else 'a'} {self.value}"

    def fill(self, form):
        with_article = self.with_article()
        return form.format(n=self.entity.name, v=self.value, a=with_article, A=with_article)

    def does(self, dice):
        return self.fill(dice.choice(self.forms.does))

    def is_what(self):
        return self.fill("{a}" if self.forms.article else "{v}")


def sentence(text):
    return text[0].upper() + text[1:] + "."


def one(dice, fact, style):
    """A sentence that names its subject."""
    if dice.random() < style.loose:
        return loose(dice, fact)
    name, noun = fact.entity.name, fact.forms.noun
    if dice.random() < style.inverse:
        # its letters stay as they are
        bare = ("{v} is the " + noun + " of {n}",) if not fact.value[0].islower() else ()
        form = dice.choice(fact.forms.inverse + bare)
        return sentence(fact.fill(form))
    plain = f"{name} {fact.does(dice)}"
    return sentence(dice.choices(
        (plain, dice.choice(OPENINGS) + plain, f"the {noun} of {name} is {fact.is_what()}",
         f"{name}'s {noun} is {fact.is_what()}", f"for {name} the {noun} is {fact.is_what()}"),
        (0.45, 0.1, 0.25, 0.12, 0.08))[0])


def with_pronoun(dice, fact):
    """A sentence that needs the one before it."""
    return sentence(dice.choice((f"{fact.entity.pronoun} {fact.does(dice)}",
                                 f"{fact.entity.whose} {fact.forms.noun} is {fact.is_what()}")))


def two_of_one(dice, first, second):
    entity = first.entity
    relative = "who" if entity.kind == "person" else "which"
    return sentence(dice.choice((
        f"{entity.name} {first.does(dice)} and {second.does(dice)}",
        f"{entity.name}, {relative} {first.does(dice)}, {second.does(dice)}",
        f"the {first.forms.noun} of {entity.name} is {first.is_what()} and {entity.whose} {second.forms.noun} is "
        f"{second.is_what()}",
        f"{entity.name} {first.does(dice)}, and {entity.whose} {second.forms.noun} is {second.is_what()}")))


def one_of_two(dice, first, second):
    return sentence(dice.choice(("{} {}, while {} {}", "{} {}, but {} {}", "{} {}; {} {}")).format(
        first.entity.name, first.does(dice), second.entity.name, second.does(dice)))


def question(dice, fact):
    noun = fact.forms.noun
    asks = "Who" if fact.forms.value is PERSON else "What"
    plain = (f"{asks} is the {noun} of {{n}}?", f"{asks} is {{n}}'s {noun}?")
    return fact.fill(dice.choice(fact.forms.questions + plain[:2 if dice.random() < 0.3 else 1]))
