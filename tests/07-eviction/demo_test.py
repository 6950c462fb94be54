"""What demo_07 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import json
import unittest

from demos import figures_of
from program import ROOT

CHAPTER = ROOT / "chapters/07-eviction"
POLICIES = ("lru", "lfu", "fifo", "mru", "filo", "slru", "size", "product", "hybrid", "priority", "return-rate")
# Of questions.json's five texts.
CREATED, USED, HITS, PAGES, NOW = (1, 2, 3, 4, 11), (10, 7, 5, 9, 11), (2, 1, 1, 2, 0), (2, 8, 4, 3, 1), 11


def order(key):
    return sorted(range(5), key=key)


class Demo07(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_07")

    def group(self, name):
        return {key.removeprefix(name): value for key, value in self.figures.items() if key.startswith(name)}

    def rows(self, title):
        """{first word of a row: the others} of the step that begins so."""
        step = self.text[self.text.index(title):].split("\n\n")[1:3]
        return {words[0]: words[1:] for words in map(str.split, "\n".join(step).splitlines()) if words}

    def test_every_prediction_is_said(self):
        truths = {question["name"]: question["truth"] for question in json.loads((CHAPTER / "questions.json").read_text())}
        self.assertEqual({f"predicted_{name}": value for name, value in self.group("predicted_").items()}, truths)

    def test_the_scene(self):
        rows = self.rows("Five texts after eleven ticks")
        self.assertEqual(rows["created"], [str(tick) for tick in CREATED])
        self.assertEqual(rows["last"], ["used", *map(str, USED)])
        self.assertEqual(rows["hits"], [str(hits) for hits in HITS])
        self.assertEqual(rows["pages"], [str(pages) for pages in PAGES])

    def test_orders(self):
        product = [(NOW - USED[t]) * PAGES[t] / (HITS[t] + 1) for t in range(5)]
        wanted = {"lru": order(USED.__getitem__), "mru": order(lambda t: -USED[t]), "fifo": order(CREATED.__getitem__),
                  "filo": order(lambda t: -CREATED[t]), "lfu": order(lambda t: (HITS[t], USED[t])),
                  "slru": order(lambda t: (HITS[t] > 0, USED[t])), "size": order(lambda t: -PAGES[t]),
                  "product": order(lambda t: -product[t])}
        rows = self.rows("Five texts after eleven ticks")
        for policy, texts in wanted.items():
            self.assertEqual(rows[policy][:5], [str(text) for text in texts], policy)
        self.assertEqual(rows["priority"][:5], [str(text) for text in wanted["lru"] if text != 2] + ["2"])
        self.assertEqual(self.group("orders."), {f"{policy}.first": int(rows[policy][0]) for policy in POLICIES} | {"priority.first": 2})

    def test_what_goes_of_a_leaf(self):
        self.assertEqual(self.group("unit."), {"leaf.freed": PAGES[2], "tail.freed": 2})

    def test_the_seeds_comparison_is_in_one_unit(self):
        seed = self.group("seed.")
        self.assertEqual(seed["needed"], seed["all.pages"] // 5)
        for policy in ("lru", "lfu", "size", "product", "hybrid"):
            self.assertGreaterEqual(seed[f"{policy}.pages"], seed["needed"])
            self.assertLess(seed[f"{policy}.pages"], seed["needed"] + 100)  # a text has no more
        best = {name: max(("lru", "lfu", "size", "product"), key=lambda policy: sign * seed[f"{policy}.{name}"])
                for name, sign in (("age", 1), ("hits", -1), ("leaves", -1))}
        self.assertEqual(best, {"age": "lru", "hits": "lfu", "leaves": "size"})

    def test_what_goes_under_no_policy(self):
        self.assertEqual(sorted(self.figures["never.orders"]), [[2, 3, 5, 6], [5, 6, 2, 3]])
        self.assertEqual(self.figures["never.afterwards"], [4, 0, 1])  # 7 7 9, from its end
        self.assertTrue(self.figures["never.refused"].startswith("I25"))
        self.assertIn("[9]  #4 · 1 token · 1 page: 4 · 1 lock", self.text)

    def test_lfu_without_its_count_is_lru(self):
        lru, lfu, uncounted = (self.group(f"dead.{policy}.") for policy in ("lru", "lfu", "uncounted"))
        self.assertEqual(uncounted, lru)
        self.assertNotEqual(lfu["order"], lru["order"])
        self.assertEqual(lfu["no_scan"], lru["no_scan"])
        self.assertGreater(lfu["scan"], lru["scan"])

    def test_the_seeds_example_of_admission(self):
        self.assertEqual(self.group("admission."),
                         {"1": "First occurrence", "2": "Low reuse so far", "3": "High reuse potential",
                          "4": "High reuse potential", "unique": 1, "often": 1, "ratio": 100})

    def test_admission_helps_and_hurts(self):
        every, adaptive = self.group("admit.all."), self.group("admit.adaptive.")
        self.assertGreater(adaptive["short-prompts"], every["short-prompts"] + 50)
        self.assertLess(abs(adaptive["shared-system-prompt"] - every["shared-system-prompt"]), 5)
        self.assertLess(adaptive["multi-turn-chat"], every["multi-turn-chat"] / 2)
        for workload, evicted in self.group("admit_evicted.all.").items():
            self.assertLess(self.figures[f"admit_evicted.adaptive.{workload}"], evicted)

    def test_three_hit_rates_of_one_trace(self):
        self.assertEqual(self.group("small."), {"request": round(1000 * 7 / 8), "token": round(1000 * 7 * 32 / (8 * 60)),
                                                "block": round(1000 * 7 * 2 / (8 * 3))})

    def test_hit_rates_of_the_chats(self):
        rates = {policy: self.figures[f"rates.{policy}.25"] for policy in (*POLICIES, "clairvoyant", "infinite")}
        for policy in POLICIES:
            self.assertLessEqual(rates[policy], rates["clairvoyant"], policy)
        self.assertLess(rates["clairvoyant"], rates["infinite"])
        self.assertLess(rates["lru"], rates["lfu"])
        self.assertLess(rates["lfu"], rates["return-rate"])
        self.assertGreaterEqual(self.figures["gap.return-rate"], 80)
        gap = (rates["return-rate"] - rates["lru"]) / (rates["clairvoyant"] - rates["lru"])
        self.assertAlmostEqual(self.figures["gap.return-rate"], 100 * gap, delta=1)
        for policy in (*POLICIES, "clairvoyant"):  # more room finds more
            percents = [self.figures[f"rates.{policy}.{percent}"] for percent in (1, 2, 5, 10, 25, 50, 100)]
            self.assertEqual(percents, sorted(percents), policy)
            self.assertEqual(percents[-1], rates["infinite"])

    def test_the_farthest_next_use_goes_first(self):
        self.assertEqual(self.figures["clairvoyant.order"], [4, 2, 0, 1, 3][::-1])

    def test_what_return_rate_has_learned(self):
        index = {name: [self.figures[f"index.{name}.{age}"] for age in (3, 15, 63, 127, 300, 1000)]
                 for name in ("first", "second", "third", "later", "few", "some", "many", "rounds")}
        self.assertLess(index["first"][0], index["second"][4])  # as the text says: before older ones
        self.assertEqual(index["rounds"][:5], sorted(index["rounds"][:5]))
        self.assertLess(index["rounds"][5], index["rounds"][0])
        self.assertEqual(index["many"], sorted(index["many"], reverse=True))
        self.assertLess(index["few"][0], index["some"][0])
        self.assertLess(index["some"][0], index["many"][0])

    def test_others_are_better_elsewhere(self):
        tree, chats, people = (self.group(f"elsewhere.{name}.") for name in ("d", "f", "multi-turn-chat"))
        self.assertGreater(tree["lfu"], tree["return-rate"])
        for rates in (tree, chats):
            self.assertGreater(rates["mru"], rates["return-rate"])
            self.assertGreater(rates["return-rate"], rates["lru"])
        self.assertLess(2 * people["mru"], people["lru"])
        self.assertEqual(chats["lru"], self.figures["rates.lru.25"])
