"""The documents that the demo's model learns from: seeded, answerable, and with names for evaluation that are new."""
import random
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "common/llm/training"))
import documents  # noqa: E402
import names  # noqa: E402
from attributes import ATTRIBUTES, PERSON  # noqa: E402


def words(text):
    return len(text.split())


def make(seed, budget=400, **options):
    return documents.make(random.Random(seed), budget, words, **options)


class DocumentsTest(unittest.TestCase):
    def test_a_seed_gives_one_document(self):
        self.assertEqual(make(7), make(7))
        self.assertNotEqual(make(7).text, make(8).text)

    def test_every_answer_stands_in_the_sentence_named_for_it(self):
        for seed in range(20):
            document = make(seed)
            for asked in document.asked:
                self.assertIn(asked.answer, document.sentences[asked.sentence])

    def test_the_budget_is_kept_and_used(self):
        for seed in range(20):
            self.assertTrue(360 < words(make(seed).text) <= 400)

    def test_nothing_is_asked_twice(self):
        for seed in range(20):
            document = make(seed)
            names_asked = [(asked.kind, _subject(asked)) for asked in document.asked]
            self.assertEqual(len(names_asked), len(set(names_asked)), names_asked)

    def test_values_stand_before_and_after_the_name(self):
        text = " ".join(make(seed).text for seed in range(40))
        for form in (r"Room \d+ is rented by [A-Z]", r"[A-Z]\w+ [A-Z]\w+ rents room \d+"):
            self.assertTrue(re.search(form, text), form)

    def test_all_attributes_and_both_pronouns_occur(self):
        documents_made = [make(seed) for seed in range(40)]
        kinds = {asked.kind for document in documents_made for asked in document.asked}
        self.assertEqual(kinds, {f"{kind}.{name}" for kind, known in ATTRIBUTES.items() for name in known})
        text = " ".join(document.text for document in documents_made)
        for start in ("She ", "Her ", "He ", "His ", "It ", "Its "):
            self.assertTrue(". " + start in text, start)

    def test_a_plain_style_says_one_fact_a_sentence_after_the_name(self):
        document = make(3, style=documents.PLAIN)
        self.assertEqual(len(document.sentences), len(document.asked))


class NamesTest(unittest.TestCase):
    def test_names_for_evaluation_are_disjoint_from_those_for_training(self):
        drawn = {unseen: _drawn(unseen) for unseen in (False, True)}
        self.assertGreater(len(drawn[True]), 2000)
        self.assertFalse(drawn[False] & drawn[True])

    def test_some_syllables_are_never_drawn_for_training(self):
        source = names.Names(random.Random(1))
        seen = {source._syllable(False, names.LAST_ENDS) for _ in range(3000)}
        self.assertFalse(any(map(names.is_held_out, seen)))
        source = names.Names(random.Random(1), unseen=True)
        kept = {source._syllable(True, names.LAST_ENDS) for _ in range(3000)}
        self.assertTrue(all(map(names.is_held_out, kept)))
        self.assertTrue(50 < len(kept) < len(seen) / 3, len(kept))


def _drawn(unseen):
    """Single words of names, one document's after another's."""
    found = set()
    for seed in range(20):
        source = names.Names(random.Random(seed), unseen)
        for _ in range(60):
            found.update(source.person()[0].split())
            found.add(source.town())
    return found


def _subject(asked):
    forms = ATTRIBUTES[asked.kind.split(".")[0]][asked.kind.split(".")[1]]
    asks = "Who" if forms.value is PERSON else "What"
    plain = (f"{asks} is the {forms.noun} of {{n}}?", f"{asks} is {{n}}'s {forms.noun}?")
    for form in forms.questions + plain:
        if found := re.fullmatch(re.escape(form).replace(r"\{n\}", "(.+)"), asked.question):
            return found.group(1)
    raise AssertionError(f"no form of {asked.kind} asks {asked.question}")


if __name__ == "__main__":
    unittest.main()
