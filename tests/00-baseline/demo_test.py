"""What demo_00 shows: its figures, numbers and never times. tests/apps/demos_test.py runs this."""
import unittest

from demos import figures_of


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
