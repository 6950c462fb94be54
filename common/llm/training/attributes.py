"""What a document can say of people, buildings, ships and towns, and how.

In the forms {n} is the name and {v} the value, {a} the value with "a" or "an". An attribute has a noun ("badge
number"), what someone does ("wears badge number {v}"), sentences with the value before the name, and questions of its
own beside the plain "What is the <noun> of {n}?". The sentences themselves are made in sentences.py."""
from dataclasses import dataclass

COLOURS = ("red blue green yellow orange purple brown black white grey pink silver golden crimson turquoise violet "
           "scarlet beige navy maroon ivory teal copper amber").split()
JOBS = ("baker teacher nurse carpenter gardener painter plumber lawyer dentist librarian farmer tailor pilot "
        "engineer clerk chemist butcher barber surveyor mechanic potter weaver cook miller blacksmith sailor").split()
PETS = ("dog cat parrot rabbit pony goat tortoise hamster canary ferret goose donkey lizard hedgehog owl "
        "pigeon").split()
INSTRUMENTS = "piano violin flute guitar cello trumpet drums harp accordion clarinet banjo organ fiddle oboe".split()
DISHES = ("soup bread pie stew salad cake rice pasta curry porridge pancakes dumplings cheese fish mushrooms").split()
GOODS = "timber coal wool salt grain copper sugar coffee tea cotton marble spices paper glass silk honey wine".split()
PLACES_OF_WORK = "harbour market museum station library hospital school garden theatre bank brewery mill".split()
MATERIALS = "granite brick oak limestone steel concrete sandstone slate iron pine marble clay".split()
BUILDINGS = "lighthouse bridge chapel tower windmill inn mill school".split()
INVENTED_SHARE = 0.12  # of words that are made of syllables, so that a value is read and not guessed


def digits(low, high):
    return lambda dice, names: str(dice.randrange(10 ** (low - 1), 10 ** dice.randint(low, high)))


def year(dice, names):
    return str(dice.randint(1100, 2025))


def word(words):
    return lambda dice, names: names.plain_word() if dice.random() < INVENTED_SHARE else dice.choice(words)


def town(dice, names):
    return names.town()


def river(dice, names):
    return names.river()


PERSON = "a person"  # whom the document draws, since it may be one that it speaks of


@dataclass(frozen=True)
class Attribute:
    value: object
    noun: str
    does: tuple
    inverse: tuple
    questions: tuple
    article: bool = False  # "the pet of {n} is a dog"


ATTRIBUTES = {
    "person": {
        "badge": Attribute(digits(2, 5), "badge number", ("wears badge number {v}", "carries the badge number {v}"),
                           ("Badge number {v} belongs to {n}", "The badge with the number {v} is worn by {n}"),
                           ("Which badge number does {n} have?",)),
        "room": Attribute(digits(2, 4), "room", ("sleeps in room {v}", "rents room {v}", "stays in room {v}"),
                          ("Room {v} is rented by {n}", "In room {v} lives {n}"),
                          ("Which room does {n} have?", "In which room does {n} stay?")),
        "born": Attribute(year, "birth year", ("was born in the year {v}", "was born in {v}"),
                          ("The year {v} saw the birth of {n}", "In {v} a child was born who was named {n}"),
                          ("In what year was {n} born?", "When was {n} born?")),
        "job": Attribute(word(JOBS), "job", ("works as {a}", "is {a} by trade", "earns a living as {a}"),
                         ("Work as {a} is done by {n}", "The local {v} is {n}"),
                         ("What does {n} work as?", "What is the trade of {n}?"), article=True),
        "town": Attribute(town, "home town", ("lives in {v}", "has a house in {v}", "makes a home in {v}"),
                          ("In {v} stands the house of {n}", "{v} is home to {n}"),
                          ("Where does {n} live?", "In which town is the home of {n}?")),
        "office": Attribute(word(PLACES_OF_WORK), "place of work",
                            ("can be found at the {v}", "spends the working day at the {v}"),
                            ("At the {v} you will meet {n}", "The {v} is where you find {n}"),
                            ("Where can {n} be found?", "Where does {n} spend the working day?")),
        "coat": Attribute(word(COLOURS), "coat",
                          ("wears a coat that is {v}", "owns a coat that is {v}", "has {a} coat"),
                          ("The {v} coat belongs to {n}", "{A} coat is worn by {n}"),
                          ("What colour is the coat of {n}?", "Which colour of coat does {n} own?")),
        "pet": Attribute(word(PETS), "pet", ("keeps a pet {v}", "has a pet {v}", "looks after {a}"),
                         ("The {v} is kept by {n}", "{A} is the pet of {n}"),
                         ("Which pet does {n} keep?", "Which animal does {n} look after?"), article=True),
        "plays": Attribute(word(INSTRUMENTS), "instrument", ("plays the {v}", "is learning to play the {v}"),
                           ("The {v} is played by {n}", "The sound of the {v} comes from {n}"),
                           ("What does {n} play?", "Which instrument does {n} play?")),
        "eats": Attribute(word(DISHES), "favourite dish", ("likes to eat {v}", "always orders {v}"),
                          ("A plate of {v} is what pleases {n}", "The {v} was cooked for {n}"),
                          ("What does {n} like to eat?",)),
        "age": Attribute(digits(2, 2), "age", ("is {v} years old", "has reached the age of {v}"),
                         ("At the age of {v} we find {n}",), ("How old is {n}?",)),
        "friend": Attribute(PERSON, "friend", ("is a friend of {v}", "is often seen with {v}"),
                            ("{v} is the friend of {n}",), ("Who is the friend of {n}?",)),
    },
    "building": {
        "built": Attribute(year, "year of construction", ("was built in {v}", "was finished in {v}"),
                           ("In {v} work was finished on {n}", "The year {v} saw the opening of {n}"),
                           ("When was {n} built?", "In what year was {n} built?")),
        "height": Attribute(digits(2, 3), "height in metres", ("is {v} metres high", "rises to {v} metres"),
                            ("A height of {v} metres is reached by {n}",),
                            ("How high is {n} in metres?", "How many metres high is {n}?")),
        "made": Attribute(word(MATERIALS), "material", ("is made of {v}", "has walls made of {v}"),
                          ("Blocks of {v} were used for {n}",), ("What is {n} made of?",)),
        "door": Attribute(word(COLOURS), "colour of the door", ("has a door painted {v}", "has {a} door"),
                          ("{A} door leads into {n}",), ("What colour is the door of {n}?",)),
        "keeper": Attribute(PERSON, "keeper", ("is kept by {v}", "is looked after by {v}"),
                            ("{v} keeps {n}", "{v} looks after {n}"), ("Who is the keeper of {n}?", "Who keeps {n}?")),
        "stairs": Attribute(digits(2, 3), "number of steps", ("has {v} steps", "is climbed by {v} steps"),
                            ("There are {v} steps in {n}",), ("How many steps has {n}?",)),
    },
    "ship": {
        "cargo": Attribute(word(GOODS), "cargo", ("carries a cargo of {v}", "is loaded with {v}"),
                           ("A load of {v} is carried by {n}",), ("What does {n} carry?",)),
        "hull": Attribute(word(COLOURS), "colour of the hull", ("has a hull painted {v}", "has {a} hull"),
                          ("{A} hull marks {n}",), ("What colour is the hull of {n}?",)),
        "launch": Attribute(year, "year of launch", ("was launched in {v}", "first sailed in {v}"),
                            ("The year {v} saw the launch of {n}",),
                            ("When was {n} launched?", "In what year was {n} launched?")),
        "captain": Attribute(PERSON, "captain", ("sails under captain {v}", "is commanded by {v}"),
                             ("{v} commands {n}", "{v} is the captain of {n}"), ("Who commands {n}?",)),
        "port": Attribute(town, "home port", ("sails from the port of {v}", "belongs to the port of {v}"),
                          ("From {v} sails {n}", "{v} is the home of {n}"), ("From which port does {n} sail?",)),
        "crew": Attribute(digits(2, 3), "size of the crew", ("has a crew of {v}", "needs {v} hands to sail"),
                          ("A crew of {v} serves on {n}",), ("How large is the crew of {n}?",)),
    },
    "town": {
        "people": Attribute(digits(3, 5), "population", ("has a population of {v}", "counts {v} people"),
                            ("There are {v} people living in {n}",), ("How many people live in {n}?",)),
        "mayor": Attribute(PERSON, "mayor", ("has elected a mayor named {v}", "is governed by {v}"),
                           ("{v} is the mayor of {n}", "{v} governs {n}"), ("Who is the mayor of {n}?",)),
        "river": Attribute(river, "river", ("stands on the river {v}", "lies beside the river {v}"),
                           ("The river {v} runs through {n}",),
                           ("Which river runs at {n}?", "On which river does {n} stand?")),
        "flag": Attribute(word(COLOURS), "colour of the flag", ("flies a flag that is {v}", "has {a} flag"),
                          ("{A} flag flies over {n}",), ("What colour is the flag of {n}?",)),
        "known": Attribute(word(GOODS), "main product", ("is known for its {v}", "sells {v} to traders"),
                           ("Traders buy {v} in {n}",), ("What is {n} known for?",)),
        "founded": Attribute(year, "year of foundation", ("was founded in {v}", "received its charter in {v}"),
                             ("In {v} settlers founded {n}",),
                             ("When was {n} founded?", "In what year was {n} founded?")),
    },
}
