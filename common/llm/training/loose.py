"""Loose sentences: a name, a value and a word that tells what the value is, among words that say nothing.

They are no good English. They teach what all phrasings share, so that other phrasings are read as well: a name,
near it a value of the right sort, and often a word that names the sort, in any order."""

WORDS = ("a about above after again all along also always among an and another any are around as at away back be "
         "because been before behind below beside best between big both bring brought but by call called came can "
         "carry choose chose close come could count day did do does down each early either else end enough even "
         "ever every far few find first five for found four from full gave get give given go goes gone good got had "
         "half hand has have having he held help her here high him his hold home how however if in inside into is "
         "it its just keep kept kind knew know known large last late later least leave left less let lie like "
         "little live long look low made make man many may men might more most move much must name near never new "
         "next no nobody none not now of off often old on once one only open or other our out over own part past "
         "pay people place put quite read right round said same saw say second see seen sent set she show side "
         "since sit small so some soon stand still stood such take taken tell than that the their them then there "
         "these they thing this those though three through time to told too took town turn two under until up upon "
         "us use used very walk was watch way we week well went were what when where which while who whole whose "
         "why will wish with without woman word work world would write year years yet you young your").split()
ENDS = (".", ".", ".", ".", " again.", " too.", " that day.", " for years.")


def loose(dice, fact):
    """Name, value and key word in any order, with up to four words that say nothing between them."""
    key = dice.choice([word for word in fact.forms.noun.split() if word not in ("of", "the", "in")])
    sorted_by_itself = fact.value.isalpha() and fact.value.islower() and dice.random() < 0.5
    parts = [fact.entity.name, dice.choice(("{v}", "{v}", "{a}")).format(v=fact.value, a=fact.with_article())]
    parts += [] if sorted_by_itself else [key]
    dice.shuffle(parts)
    words = _some(dice, 2)
    for number, part in enumerate(parts):
        words += (_some(dice, 4) if number else []) + [part]
    text = " ".join(words + _some(dice, 1))
    text = text if text.startswith(fact.value) else text[0].upper() + text[1:]  # a value's letters stay as they are
    return text + dice.choice(ENDS)


def _some(dice, most):
    return [dice.choice(WORDS) + ("," if dice.random() < 0.08 else "") for _ in range(dice.randint(0, most))]
