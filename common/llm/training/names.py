"""Names that are fresh for every document, put together from syllables.

A syllable is a start, a vowel and an end. One in six, chosen by its spelling alone, is held out: names for training
never hold such a syllable, names for evaluation (`unseen=True`) always do. So the second kind cannot have been met
in training."""
import zlib

STARTS = ("b b c ch d d dr f g gr h j k l l l m m m n n n p pr r r r s s sh st t t t th tr v v w y z").split() + [""]
VOWELS = "a a a e e e i i o o u u ai ea io".split()
INNER_ENDS = [""] * 8 + "n r l s m".split()
LAST_ENDS = ["", "", ""] + "n n r l s m nd rt ck th ld x".split()
HELD_OUT_ONE_IN = 6

FIRST = {"her": "Mira Clara Ingrid Hanna Rosa Leila Greta Nadia Ada Freya Sofia Tessa Yuki Paula Carmen Olga Beatrix "
                "Amina Elsa Vera Nora Iris Dora Maya".split(),
         "his": "Tomas Oskar Victor Hugo Felix Jonas Emil Pedro Anton Rafael Simon Bruno Kenji Walter Dmitri Omar "
                "Lars Edgar Marcus Nils Ivan Casper Arthur Leo".split()}
LAST = ("Okafor Lindqvist Moreau Tanaka Petrov Silva Hartmann Castell Byrne Novak Fischer Delgado Larsen Kowalski "
        "Ahmadi Rossi Brandt Osei Farrow Marlow Whitby Keller Sandoval Ibsen Tremblay Varga Holloway Quist Mendes "
        "Pryor Eklund Sato Abbot Crane Duval Finch Garner Hobbs Jansen Lowell Norris Pike Radley Stone Thorne "
        "Vance Webb Yates").split()
TOWNS = ("Arden Belmora Calder Dunmere Eastvale Fenwick Glenholm Harrow Ivybridge Kelso Langport Milford Norwell "
         "Oakham Penrith Redcliff Selby Tarrant Upton Verwood Westbury Yarrow Ashford Brampton").split()
RIVERS = "Wend Tamar Orrin Lisk Breva Dale Ness Isla Corve Sten Aller Torne".split()
TOWN_ENDS = ("", "", "", "ford", "ton", "by", "mere", "wick", "ham", "field", "port")
SPOTS = ("Cape {}", "{} Point", "{} Hill", "{} Bay", "{} Creek", "{} Cross")
SPOT_WORDS = ("Dorn Ellis Mallow Rourke Gull Heron Raven Otter Stone Cherry Beacon Windy Salt Amber Pearl Misty Long "
              "Cedar Willow Silver").split()
SHIP_FIRST = "Northern Silver Blue Morning Iron Sea Golden Winter Brave Quiet Red Merry Lucky Polar Black Green".split()
SHIP_SECOND = "Star Wake Heron Tide Duchess Lantern Finch Rose Otter Storm Falcon Widow Penny Dawn Swan Willow".split()
KNOWN_SHARE = 0.25  # of names for training that come from the lists above


def is_held_out(syllable):
    return zlib.crc32(syllable.encode()) % HELD_OUT_ONE_IN == 0


class Names:
    """Draws names, no two of a kind alike as long as the document lasts."""

    def __init__(self, dice, unseen=False):
        self.dice, self.unseen, self.used = dice, unseen, set()

    def person(self):
        """(full name, "her" or "his")."""
        whose = self.dice.choice(("her", "his"))
        return self._fresh(lambda: f"{self._word(FIRST[whose])} {self._word(LAST)}"), whose

    def renamed(self, name, surname):
        """The same person with another surname, unless that is somebody already."""
        other = f"{name.split()[0]} {surname}"
        return name if other in self.used else self._fresh(lambda: other)

    def town(self):
        return self._fresh(lambda: self._word(TOWNS, TOWN_ENDS))

    def river(self):
        return self._fresh(lambda: self._word(RIVERS))

    def spot(self):
        return self._fresh(lambda: self.dice.choice(SPOTS).format(self._word(SPOT_WORDS)))

    def ship(self):
        pair = not self.unseen and self.dice.random() < KNOWN_SHARE
        return self._fresh(lambda: f"{self.dice.choice(SHIP_FIRST)} {self.dice.choice(SHIP_SECOND)}" if pair
                           else self._word(()))

    def plain_word(self):
        """A word in small letters that no list holds, to stand for a value."""
        return self._fresh(lambda: self._syllables().lower())

    def _fresh(self, draw):
        while (name := draw()) in self.used:
            pass
        self.used.add(name)
        return name

    def _word(self, known, ends=("",)):
        if known and not self.unseen and self.dice.random() < KNOWN_SHARE:
            return self.dice.choice(known)
        return (self._syllables() + self.dice.choice(ends)).capitalize()

    def _syllables(self):
        count = self.dice.choices((1, 2, 3), (0.1, 0.7, 0.2))[0]
        special = self.dice.randrange(count) if self.unseen else -1
        parts = [self._syllable(i == special, LAST_ENDS if i == count - 1 else INNER_ENDS) for i in range(count)]
        return "".join(parts)

    def _syllable(self, held_out, ends):
        while True:
            syllable = self.dice.choice(STARTS) + self.dice.choice(VOWELS) + self.dice.choice(ends)
            if is_held_out(syllable) == held_out and len(syllable) > 1:
                return syllable
