"""The lecture demos: their figures (numbers, never times), options, and what they say of a stage not built."""
import functools
import json
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

from program import BIN, ROOT, run


@functools.cache
def figures_of(demo, *arguments):
    """(figures, standard output) of a run of `demo` in steps, which do not wait where nobody can press Enter."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "figures.json"
        done = subprocess.run(["bash", "-c", 'exec "$0" "$@" <&-', BIN / demo, "--step", "--json", file, *map(str, arguments)],
                              capture_output=True, text=True, cwd=ROOT, timeout=120)
        if done.returncode != 0:
            raise AssertionError(f"{demo} ends with {done.returncode}: {done.stderr}")
        return json.loads(file.read_text()), done.stdout


class Demo00(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_00")

    def test_the_kernels_give_the_references_logits(self):
        self.assertIs(self.figures["logits_equal"], True)
        self.assertEqual(self.figures["logits"], 200 * 2048)

    def test_sizes_are_the_formula(self):
        shapes = {"tiny": (3, 2, 10), "15m": (6, 6, 48), "110m": (12, 4, 64), "1b": (22, 4, 64),
                  "Llama 7B": (32, 32, 128)}
        for name, (layers, heads, head_dim) in shapes.items():
            for dtype, size in (("float32", 4), ("bfloat16", 2)):
                token = 2 * layers * heads * head_dim * size
                self.assertEqual(self.figures[f"kv.{name}.{dtype}.token"], token)
                self.assertEqual(self.figures[f"kv.{name}.{dtype}.page"], 16 * token)

    def test_a_page_may_have_another_size(self):
        figures, text = figures_of("demo_00", "--page-size", 5)
        self.assertEqual(figures["kv.tiny.float32.page"], 5 * 480)
        self.assertIn("a page of 5", text)

    def test_seed_004s_example(self):
        self.assertEqual((self.figures["sharing.apart"], self.figures["sharing.shared"]), (84 * 1024, 44 * 1024))
        self.assertEqual(f"{self.figures['sharing.saved_percent']:.1f}", "47.6")
        self.assertIs(self.figures["sharing.prefix_equal"], True)
        self.assertIs(self.figures["sharing.suffix_alone_equal"], False)
        self.assertEqual(self.figures["kv.Llama 7B.1000_tokens"], 32 * 1000 * 4096 * 2 * 2)  # S7: K and V

    def test_the_waste(self):
        waste = {name: self.figures[f"waste.{name}"] for name in ("tokens", "again", "needed", "bytes_twice")}
        self.assertEqual(waste, {"tokens": 8055, "again": 6004, "needed": 2051, "bytes_twice": 12_288_000})
        self.assertEqual(self.figures["waste.bytes_apart"], 504 * 16 * 2048)
        self.assertEqual(self.figures["waste.bytes_shared"], 129 * 16 * 2048)


class Demo01(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_01")

    def states(self, manager):
        return [(step["call"], "|".join(step["pages"])) for step in self.figures[f"desk.{manager}.steps"]]

    def test_every_step_adds_up(self):
        for manager in ("naive", "radix"):
            steps = self.figures[f"desk.{manager}.steps"]
            self.assertEqual(len(steps), 9)
            for step in steps:
                cached = sum(page.startswith("#") for page in step["pages"])
                free = step["pages"].count("")
                counted = (step["free"], step["private"], step["cached"])
                self.assertEqual(counted, (free, 6 - free - cached, cached), step)

    def test_naive_keeps_nothing(self):
        self.assertEqual(self.states("naive"), [
            ("start a", "a|a|a|||"), ("chunk_done a", "a|a|a|||"), ("grow a", "a|a|a|a||"), ("start b", "a|a|a|a||"),
            ("finish a", "|||||"), ("start b", "|b|b|b||"), ("finish b", "|||||"), ("start c", "|c|c|c||"),
            ("finish c", "|||||")])

    def test_radix_shares_two_pages_and_evicts_one(self):
        self.assertEqual(self.states("radix"), [
            ("start a", "a|a|a|||"), ("chunk_done a", "#a|#a|a|||"), ("grow a", "#a|#a|a|a||"),
            ("start b", "#ab|#ab|a|a|b|"), ("finish a", "#b|#b|#||b|"), ("start b", "#b|#b|#||b|"),
            ("finish b", "#|#|#||#|"), ("start c", "#|#|c|c|#|c"), ("finish c", "#|#|#|#|#|#")])

    def test_what_is_computed(self):
        self.assertEqual((self.figures["desk.naive.computed"], self.figures["desk.radix.computed"]), (37, 29))
        self.assertEqual(self.figures["questions.naive.computed"], 8055)
        self.assertEqual(self.figures["questions.radix.computed"], 2055)
        self.assertEqual(self.figures["questions.radix.rows_compared"], 2055)

    def test_the_manager_is_asked_by_one_code_path(self):
        asked = [line.split("asked: ")[1] for line in self.text.splitlines() if "asked: " in line]
        self.assertEqual(asked[:2], ["match 11 -> 0, copy, lock"] * 2)
        self.assertEqual(asked[2:4], ["insert 8 -> 8, copy, lock, unlock", "insert 8 -> 0, copy, lock, unlock"])
        self.assertEqual([words for words in asked if "evict" in words], ["match 11 -> 0, copy, lock, evict 1"])

    def test_a_stage_that_is_not_built_is_named_and_left_out(self):
        figures, text = figures_of("demo_01", "--managers", "naive,paged")
        self.assertEqual(text.splitlines()[0], "paged: built in lab 06")
        self.assertEqual(figures["questions.naive.computed"], 8055)
        self.assertNotIn("desk.paged.steps", figures)

    def test_managers_that_are_none(self):
        for managers, says in (("naive,tree", '"tree"'), ("baseline", '"baseline"'), ("paged", "none of them is built yet: paged is built in lab 06")):
            done = run("demo_01", "--managers", managers)
            self.assertEqual(done.returncode, 2, managers)
            self.assertIn(says, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)


class Demo02(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_02")

    def test_the_best_match(self):
        self.assertEqual((self.figures["best.index"], self.figures["best.length"]), (2, 4))

    def test_the_scan_grows_with_what_is_stored(self):
        for stored in (10, 100, 1000):
            self.assertEqual(self.figures[f"scan.{stored}.compared"], stored * 1001)

    def test_who_owns_the_pages(self):
        self.assertEqual([(step["call"], "|".join(step["pages"])) for step in self.figures["shelf.steps"]], [
            ("insert a: A B C", "a|a|a|||||"), ("insert b: A B D E", "ab|ab|a|||b|b|"),
            ("match A B D X, lock", "ab|ab|a|||b|b|"), ("insert c: F", "ab|ab|a||c|b|b|"),
            ("insert d: F G", "ab|ab|a||cd|b|b|d"), ("evict 1", "b|b|||d|b|b|d"), ("unlock", "b|b|||d|b|b|d"),
            ("evict 1", "||||d|||d")])

    def test_what_is_computed(self):
        self.assertEqual(self.figures["questions.naive.computed"], 8055)
        self.assertEqual(self.figures["questions.lcp.computed"], 2055)
        self.assertEqual(self.figures["questions.lcp.rows_compared"], 2055)
        self.assertIn("lcp = naive: logits identical: yes", self.text)


class Demo03(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_03")

    def numbers(self, group, *names):
        return [self.figures[f"{group}.{name}"] for name in names]

    def test_the_seeds_benchmark_has_its_five_figures(self):
        for words in ("linear scan", "hash-based indexing", "hash-based query", "hash-based total", "speedup, query only"):
            self.assertIn(words, self.text)
        self.assertEqual(self.numbers("matching", "tokens_compared", "steps", "tokens", "prefixes"), [501_000, 501, 600_000, 100_500])
        self.assertLess(self.figures["matching.bytes"], 12 * 600_000)

    def test_blocks_are_found_up_to_the_first_that_differs(self):
        self.assertEqual(self.numbers("blocks", "inserted", "kept", "equal_not_found"), [15, 10, 3])

    def test_no_collision_changes_an_answer(self):
        for name, trusted in (("rolled", 0), ("identity", 1000), ("mod256", 1000), ("constant", 1000)):
            self.assertEqual(self.numbers("collisions", f"{name}.trusted", f"{name}.wrong"), [trusted, 0])
        self.assertGreater(self.figures["collisions.weak.trusted"], 900)
        self.assertEqual(self.numbers("collisions", "weak.wrong", "pair_found"), [0, 0])

    def test_tenants_share_nothing(self):
        self.assertEqual(self.numbers("tenants", "joined", "pages", "shared"), [2, 10, 0])

    def test_what_is_computed(self):
        self.assertEqual(self.numbers("questions", "naive.computed", "hash.computed", "hash.rows_compared"), [8055, 2055, 2055])


class Demo04(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_04")

    def test_slots_and_versions(self):
        self.assertEqual(self.figures["slots.calls"][-3:], [
            "| 0       v1 | 1       v1 | 2 taken v1 | 3       v0 |", "| 0       v1 | 1 taken v1 | 2 taken v1 | 3       v0 |",
            "| 0 taken v2 | 1 taken v1 | 2 taken v1 | 3       v0 |"])
        self.assertEqual((self.figures["slots.16777216.words"], self.figures["slots.16777216.read"]), (2 ** 18, 4))

    def test_the_older_row_takes_over(self):
        self.assertEqual([self.figures[f"trie.{name}"] for name in ("found", "slot", "nodes")], [2, 0, 4])

    def test_rows_are_copied_and_evicted(self):
        self.assertEqual(["|".join(rows) for rows in self.figures["rows.steps"]], [
            "a|||", "#|||", "#|b||", "#|#||", "#|#|c|", "#|#||", "#|#|d|", "#|#|#|", "#|#|#|e", "#|#|#|#", "f|#|#|#",
            "#|#|#|#"])
        self.assertEqual((self.figures["rows.copied"], self.figures["rows.computed"]), (27, 45))

    def test_copies_are_bytes_that_are_equal(self):
        self.assertEqual(self.figures["copy.token_bytes"], 2048)
        self.assertEqual(self.figures["copy.2000.bytes"], 2000 * 2048)
        self.assertEqual(self.figures["copy.numbers"], 2000 * 1024)

    def test_hits_end_at_any_token(self):
        computed = [self.figures[f"questions.{manager}.computed"] for manager in ("naive", "slots", "radix")]
        self.assertEqual(computed, [8055, 2051, 2055])  # 2,051 is what is needed: demo_00's waste.needed
        self.assertEqual(self.figures["questions.slots.rows_compared"], 2051)


class Options(unittest.TestCase):
    def test_bad_values(self):
        for demo in ("demo_00", "demo_01", "demo_02", "demo_03", "demo_04"):
            for option, value in (("--model", "no-such-folder"), ("--dtype", "int4"), ("--json", "no/such/x.json")):
                done = run(demo, option, value)
                self.assertEqual(done.returncode, 2, (demo, option))
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        done = run("demo_00", "--page-size", "0")
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_a_folder_for_the_figures_is_looked_for_before_the_work(self):
        done = run("demo_01", "--json", "no/such/folder/x.json")
        self.assertIn("no/such/folder", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_steps_do_not_wait_where_nobody_can_press_enter(self):
        for demo, steps in (("demo_00", 5), ("demo_01", 10), ("demo_02", 11), ("demo_03", 5), ("demo_04", 5)):
            text = figures_of(demo)[1]
            self.assertIn(f"\n{steps}. ", text)
            self.assertNotIn("[Enter]", text)

    def test_steps_wait_on_a_terminal(self):
        try:
            leader, terminal = pty.openpty()
        except OSError as error:
            self.skipTest(f"no pseudo-terminal here: {error}")
        os.write(leader, b"\n" * 9)
        done = subprocess.run([BIN / "demo_01", "--step", "--managers", "naive"], stdin=terminal, capture_output=True,
                              text=True, cwd=ROOT, timeout=120)
        os.close(terminal)
        os.close(leader)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("[Enter]"), 9)


if __name__ == "__main__":
    unittest.main()
