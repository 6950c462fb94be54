"""What demo_06 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import unittest

from demos import figures_of

PAGE, DOCUMENT, MORE, QUESTION = 16, 2000, 8, 30  # tokens: of a page, and of the prompts of the tables
HANDS = ("free", "mine", "cached", "count0", "shared")
NODES_AFTER_A_HIT_INSIDE = """\
   root, salt 0
   └─ [1 2 3 4]  #3 · 4 tokens · 1 page: 0 · 1 lock
      └─ [5 6 7 8]  #4 · 4 tokens · 1 page: 1
         └─ [9 10 11 12 13]...  #2 · 8 tokens · 2 pages: 2, 3 · evictable
"""


def whole(tokens, page=PAGE):
    return tokens // page * page


def pages(tokens, page=PAGE):
    return -(-tokens // page)


class Demo06(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_06")

    def group(self, name):
        return {key.removeprefix(name): value for key, value in self.figures.items() if key.startswith(name)}

    def test_the_first_version_reads_anothers_keys_and_frees_twice(self):
        self.assertEqual(self.figures["v1.read_another"], 1)  # C took pages 3, 2 and 1, the last ones that A freed
        self.assertEqual(self.figures["v1.freed_twice"], [0, 1])
        self.assertIn("B reads: I10: page 1 is read for token 1, but holds the KV of another prefix", self.text)
        for page in self.figures["v1.freed_twice"]:
            self.assertIn(f"refused: I30: page {page} is freed twice", self.text)

    def test_counts_prevent_both(self):
        self.assertIn("B reads: its own keys and values, all 3 tokens", self.text)
        texts = 4 + 1 + 3  # 7 7 3 1, of 7 7 9 the last one, 8 6 5: with pages of one token
        self.assertEqual((self.figures["counted.cached"], self.figures["counted.evictable"]), (texts, texts))

    def test_the_worked_example(self):
        calls = [[self.figures[f"hand.{call}.{name}"] for name in HANDS] for call in range(1, 9)]
        self.assertEqual(calls, [[4, 4, 0, 1, 0],   # A allocates
                                 [4, 0, 4, 0, 0],   # A publishes
                                 [4, 0, 4, 1, 0],   # A locks
                                 [4, 0, 4, 2, 2],   # B locks 7 7
                                 [3, 1, 4, 2, 2],   # B allocates
                                 [3, 1, 4, 1, 0],   # A unlocks
                                 [3, 3, 2, 1, 0],   # evict(1)
                                 [5, 1, 2, 1, 0]])  # deallocate
        for free, mine, cached, *_ in calls:
            self.assertEqual(free + mine + cached, 8)  # I4
        self.assertEqual(self.figures["life.evicted"], [2, 3])

    def test_layers_have_equal_page_tables(self):
        self.assertEqual(self.figures["layers.tables"], [[0, 1, 2, 3], [0, 1, 4], [2, 3, 5, 6, 7], [0, 1, 4, 2]])
        self.assertEqual(self.figures["layers.bytes_of_32"], 32 * self.figures["layers.bytes_of_one"])

    def test_a_hit_inside_a_page(self):
        self.assertIn(NODES_AFTER_A_HIT_INSIDE, self.text)
        self.assertEqual((self.figures["partial.copied"], self.figures["partial.table"]), (6 % 4, [0, 4, 5, 6]))
        self.assertEqual(self.figures["partial.cached"], 4 + 3)  # the first page is shared

    def test_a_fork_copies_when_one_writes(self):
        self.assertEqual(self.figures["cow.copied"], [0, 0, 10 % 4, 2, 2, 2])
        self.assertEqual(self.figures["cow.tables"], [[0, 1, 2], [0, 1, 3]])

    def test_compaction(self):
        before, after = self.figures["compact.table_before"], self.figures["compact.table_after"]
        in_use = 3 * 4 + 2 + 3  # three texts, A's own pages and B's
        self.assertEqual(self.figures["compact.longest_after"], self.figures["compact.pages"] - in_use)
        self.assertEqual(self.figures["compact.longest_before"], 2 * 4)  # two texts that were neighbours
        self.assertEqual(self.figures["compact.moved"], in_use - (4 + 1))  # text 2 stays, and the first page of text 5
        self.assertEqual((len(set(after)), before[0]), (len(before), after[0]))
        self.assertLess(max(after), in_use)
        self.assertEqual(self.figures["compact.found_after"], whole(16 + 10, 4))

    def test_prompts_that_part_inside_a_page(self):
        shared, prompt = DOCUMENT + MORE, DOCUMENT + MORE + QUESTION
        places = PAGE * (prompt // PAGE + 4 * (pages(prompt) - shared // PAGE))
        for manager, hit in (("radix", whole(shared)), ("paged", shared)):
            self.assertEqual(self.group(f"inside.{manager}."),
                             {"found": 3 * hit, "computed": 4 * prompt - 3 * hit, "copied": 3 * (hit % PAGE), "places": places})

    def test_the_document_again(self):
        self.assertEqual(self.group("again.radix."), {"found": whole(DOCUMENT - 1), "copied": 0})
        self.assertEqual(self.group("again.paged."), {"found": DOCUMENT - 1, "copied": (DOCUMENT - 1) % PAGE})

    def test_eight_forks(self):
        prompt, requests, answer = 2010, 8, 20
        shared, tail = prompt // PAGE, prompt % PAGE
        at_the_end = shared + requests * (pages(prompt + answer) - shared)
        self.assertEqual(self.group("forks.copied."),
                         {"pages_at_the_fork": shared + requests, "pages": at_the_end, "copied": 7 * tail,
                          "copied_if_five_are_dropped": 7 * tail})
        self.assertEqual(self.group("forks.shared."),
                         {"pages_at_the_fork": shared + 1, "pages": at_the_end, "copied": 7 * tail,
                          "copied_if_five_are_dropped": 2 * tail})

    def test_a_lock_counts_each_page(self):
        self.assertEqual((self.figures["lock.radix.pages"], self.figures["lock.paged.pages"]), (0, DOCUMENT // PAGE))

    def test_a_model_computes_to_the_token(self):
        computed = [self.figures[f"questions.{manager}.computed"] for manager in ("naive", "slots", "radix", "paged")]
        self.assertEqual(computed, [8055, 2051, 2055, 2051])
        self.assertEqual(self.figures["questions.paged.rows_compared"], 2051 + 4 * 7)  # and the answers' tokens but the last

    def test_every_prediction_is_said(self):
        self.assertEqual(self.group("predicted_"),
                         {"freed_twice": [0, 1], "count": 2, "shared": 2, "may_go": [2, 3], "moves": 2,
                          "found_inside": 4 + 2, "nodes_after": 3, "pages_of_three": 2 + 3})
