"""What demo_09 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import json
import re
import unittest

from demos import figures_of
from program import ROOT, run

CHAPTER = ROOT / "chapters/09-cuda-paged-attention"
HEADS, KV_HEADS, DIM, KEYS, BYTES, SECTOR = 8, 2, 64, 200, 2, 32  # of the ladder's row, in bfloat16
EXACT = ("rung2", "rung3", "rung4")


class Demo09(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures, cls.text = figures_of("demo_09")

    def group(self, name):
        return {key.removeprefix(name): value for key, value in self.figures.items() if key.startswith(name)}

    def test_every_prediction_is_said(self):
        truths = {question["name"]: question["truth"] for question in json.loads((CHAPTER / "questions.json").read_text())}
        self.assertEqual({f"predicted_{name}": value for name, value in self.group("predicted_").items()}, truths)

    def test_sectors_are_drawn(self):
        drawn = [line.strip() for line in self.text.splitlines() if line.strip().startswith("|")]
        self.assertEqual(drawn, ["|" + "#.......|" * 8] * 4 + ["|" + "########|" * 4, "|" + "#" * 16 + "|" + "#" * 16 + "|"])

    def test_banks(self):
        self.assertEqual(self.group("banks."), {"unpadded": 32 * 32, "padded": 32})

    def test_traffic(self):
        traffic = self.group("traffic.")
        once = KEYS * KV_HEADS * DIM * BYTES // SECTOR
        self.assertEqual((traffic["keys"], traffic["values"]), (once, once))
        a_key_a_thread = KEYS * HEADS * DIM  # each number in a sector of its own
        self.assertGreater(traffic["scores.rung2"], a_key_a_thread)
        head_by_head = once * HEADS // KV_HEADS
        self.assertGreater(traffic["scores.rung3"], head_by_head)
        self.assertLess(traffic["scores.rung3"], 2 * head_by_head)  # keys, and where they lie
        for rung4 in ("scores.rung4", "mix.rung4"):
            self.assertGreater(traffic[rung4], once)
            self.assertLess(traffic[rung4], 1.3 * once)
        self.assertGreater(traffic["mix.rung2"], head_by_head)
        self.assertGreater(traffic["split"], 2 * head_by_head)
        self.assertLess(traffic["split"], traffic["scores.rung3"] + traffic["softmax"] + traffic["mix.rung2"])
        for sectors in traffic.values():
            self.assertIn(f"{sectors:,}  ", self.text)

    def test_a_line_of_a_report(self):
        numbers = KEYS * HEADS * DIM
        moved = numbers * BYTES // SECTOR
        self.assertRegex(self.text, rf"3_shared_memory\.cu:\d+ +global +{numbers} +{moved} +100 %")  # the copy of the keys

    def test_the_race(self):
        race = self.group("race.")
        lines = (CHAPTER / "demo_kernels.cu").read_text().splitlines()
        self.assertIn("keys[i]", lines[race["line"] - 1])
        self.assertIn("tile[threadIdx.x", lines[race["other_line"] - 1])
        self.assertIn("__syncthreads()", "".join(lines[race["line"]:race["other_line"]]))
        self.assertEqual((race["other_thread"], race["thread"], race["found"]), (0, 1, 10))
        words = " ".join(self.text.split())
        self.assertIn(f"thread (1,0,0), demo_kernels.cu:{race['line']}: writes tile[1]", words)
        self.assertIn(f"which thread (0,0,0) reads at demo_kernels.cu:{race['other_line']} with no barrier between the two: a race", words)

    def test_what_may_be_cut(self):
        self.assertEqual(self.group("cut."), {"float32": 0, "bfloat16": 1, "bfloat16_chain": 0})
        rows = re.findall(r"^ +(\S.*?) +-?[\d.]+ +([0-9a-f]{8})   (the CPU's|other) bits$", self.text, re.MULTILINE)
        self.assertEqual([verdict for *_, verdict in rows], ["the CPU's", "the CPU's", "other"] * 2)
        for whole, apart, cut in ([bits for _, bits, _ in rows[i:i + 3]] for i in (0, 3)):
            self.assertEqual(whole, apart)
            self.assertNotEqual(whole, cut)

    def test_exact_rungs_have_the_cpus_bits(self):
        values = 3 * HEADS * DIM
        for begin in ("bits.", "bits.bfloat16."):
            for rung in EXACT:
                self.assertEqual(self.group(f"{begin}{rung}."), {"compared": values, "differ": 0})
        shown = re.findall(r"^   (CPU|rung \d) +(-?\d.*)$", self.text, re.MULTILINE)
        for five in (dict(shown[:5]), dict(shown[5:10])):
            self.assertEqual([five[f"rung {n}"] for n in (2, 3, 4)], [five["CPU"]] * 3)
            self.assertNotEqual(five["rung 5"], five["CPU"])

    def test_the_rung_with_an_order_of_its_own_is_near(self):
        for begin, bound in (("bits.rung5.", -18), ("bits.bfloat16.rung5.", -7)):  # paged_attention.hpp
            rung5 = self.group(begin)
            self.assertTrue(0 < rung5["differ"] < rung5["compared"])
            self.assertLessEqual(rung5["largest"], bound)

    def test_whole_models(self):
        for name, config in (("model.", ROOT / "common/llm/checkpoint/config.json"), ("tiny.", None)):
            vocab = json.loads(config.read_text())["vocab_size"] if config else self.group(name)["logits"] // 20
            self.assertEqual(self.group(name), {"rows": 20, "logits": 20 * vocab, "differ": 0})
            self.assertGreater(vocab, 0)

    def test_what_is_not_shown_is_said(self):
        end = self.text[self.text.index("What the emulator cannot show"):]
        for word in ("occupancy", "registers", "latency", "time", "./lab gpu"):
            self.assertIn(word, end)

    def test_runs_are_alike(self):
        again, text = figures_of("demo_09", "--dtype", "auto")  # a run of its own
        self.assertEqual((again, text), (self.figures, self.text))

    def test_help_has_an_example(self):
        done = run("demo_09", "--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Example: demo_09 --step", done.stdout)
