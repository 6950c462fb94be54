"""generate: the rows of --logits-out, reuse between the lines of --tokens, equal text under every manager."""
import array
import json
import pathlib
import shutil
import struct
import tempfile
import unittest

from program import CHECKPOINT, run

QUERY = "model.layers.0.self_attn.q_proj.weight"


def read_safetensors(path):
    """name -> (shape, bytes)"""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    body = data[8 + length :]
    return {n: (t["shape"], body[slice(*t["data_offsets"])]) for n, t in header.items() if n != "__metadata__"}


class Folder(unittest.TestCase):
    """A folder with two requests in a file."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.tokens = self.folder / "tokens.txt"
        first = [1] + [100 + 7 * i % 900 for i in range(40)]
        second = first[:35] + [5, 6, 7]
        self.tokens.write_text(" ".join(map(str, first)) + "\n" + " ".join(map(str, second)) + "\n")

    def generate(self, *arguments, tokens=None):
        out = self.folder / "logits.safetensors"
        done = run("generate", "--model", CHECKPOINT, "--tokens", tokens or self.tokens, "--max-new-tokens", 4, "--logits-out", out, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, read_safetensors(out)

    def start(self, tensors, request):
        return array.array("q", tensors[f"start_{request}"][1])[0]

    def broken_model(self):
        """A model with one NaN among its weights."""
        model = self.folder / "model"
        shutil.copytree(CHECKPOINT, model, ignore=shutil.ignore_patterns("documents"))
        weights = bytearray((model / "model.safetensors").read_bytes())
        length = struct.unpack("<Q", weights[:8])[0]
        start = 8 + length + json.loads(weights[8 : 8 + length])[QUERY]["data_offsets"][0]
        weights[start : start + 2] = struct.pack("<H", 0x7FC0)
        (model / "model.safetensors").write_bytes(weights)
        return model


class Generate(Folder):
    def test_a_row_a_computed_position(self):
        text, naive = self.generate("--manager", "naive")
        generated = [len(line.split()) for line in text.splitlines()]
        for request, prompt in enumerate((41, 38)):
            self.assertEqual(naive[f"logits_{request}"][0], [prompt + generated[request] - 1, 2048])
            self.assertEqual(self.start(naive, request), 0)

    def test_tokens_of_another_machine_are_the_same(self):
        text, _ = self.generate()
        self.tokens.write_bytes(b"\xef\xbb\xbf" + self.tokens.read_bytes().replace(b"\n", b"\r\n"))
        self.assertEqual(self.generate()[0], text)

    def test_radix_computes_the_rest_with_the_same_bits(self):
        logits = {}
        for dtype in ("float32", "bfloat16"):
            naive_text, naive = self.generate("--manager", "naive", "--dtype", dtype)
            logits[dtype] = naive["logits_1"][1]
            for options in ([], ["--page-size", 4, "--chunk", 3], ["--page-size", 1, "--isa", "scalar", "--threads", 2]):
                text, radix = self.generate("--manager", "radix", "--dtype", dtype, *options)
                self.assertEqual(text, naive_text)
                start = self.start(radix, 1)
                page = options[1] if options else 16
                self.assertEqual(start, 35 // page * page)
                self.assertEqual(naive["logits_1"][1][start * 2048 * 4 :], radix["logits_1"][1])
        self.assertNotEqual(logits["float32"][: 2048 * 4], logits["bfloat16"][: 2048 * 4])

    def test_the_tree_that_is_cached_is_written_as_its_ending_says(self):
        begins = {"dot": b"digraph", "txt": b"radix: the cache after 2 requests\n"}
        if shutil.which("dot"):
            begins |= {"svg": b"<?xml", "png": b"\x89PNG"}
        for ending, first in begins.items():
            self.generate("--page-size", 4, "--dump-tree", self.folder / f"tree.{ending}")
            self.assertEqual((self.folder / f"tree.{ending}").read_bytes()[: len(first)], first)
        lines = (self.folder / "tree.txt").read_text().splitlines()
        # The engine publishes a prompt when it is done, and what is generated when the request ends: in a node of its own.
        self.assertRegex(lines[1], r"^[345] nodes; 13 pages evictable, 0 pages protected; a page is 4 tokens$")
        self.assertRegex(lines[4], r"^└─ \[<s>.*\]  #\d+ · 32 tokens · 8 pages: 0-7$")
        self.assertEqual((sum("evictable" in line for line in lines[4:]), "evictable" in lines[4]), (2, False))
        self.assertEqual(sorted(f.name for f in self.folder.iterdir()),
                         sorted(["logits.safetensors", "tokens.txt", *(f"tree.{ending}" for ending in begins)]))

    def test_the_tree_has_token_ids_where_no_tokenizer_is(self):
        model = self.folder / "model"
        shutil.copytree(CHECKPOINT, model, ignore=shutil.ignore_patterns("documents", "tokenizer*"))
        done = run("generate", "--model", model, "--tokens", self.tokens, "--dump-tree", self.folder / "tree.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("[1 100 107 114 121]...", (self.folder / "tree.txt").read_text())

    def test_a_tree_that_cannot_be_written_is_told_before_the_work(self):
        for name, words in (("tree.jpg", "expected the ending .dot, .svg, .png or .txt"), ("tree", "expected the ending"),
                            ("no/such/tree.txt", "does not exist")):
            done = run("generate", "--model", CHECKPOINT, "--tokens", self.tokens, "--dump-tree", self.folder / name)
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), done.stderr)
            for part in ("--dump-tree", str(self.folder / name), words):
                self.assertIn(part, done.stderr)
        self.assertEqual([f.name for f in self.folder.iterdir()], ["tokens.txt"])

    def test_an_older_tree_stays_where_the_run_fails(self):
        tree = self.folder / "tree.txt"
        tree.write_text("old")
        done = run("generate", "--model", CHECKPOINT, "--tokens", self.tokens, "--kv-tokens", 16, "--dump-tree", tree)
        self.assertEqual((done.returncode, done.stdout, tree.read_text()), (2, "", "old"), done.stderr)

    def test_what_needs_the_engine_is_there_or_names_its_lab(self):
        for option in (["--temperature", 0.5], ["--no-enable-prefix-caching"], ["--json", self.folder / "a.json"]):
            done = run("generate", "--model", CHECKPOINT, "--tokens", self.tokens, *option)
            if done.returncode != 0:
                self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), done.stderr)
                self.assertIn(f"{option[0]}: is built in lab 08", done.stderr.replace("--enable-prefix", "--no-enable-prefix"))

    def test_a_number_that_is_not_finite_has_no_answer(self):
        model = self.broken_model()
        out = self.folder / "logits.safetensors"
        done = run("generate", "--model", model, "--tokens", self.tokens, "--logits-out", out)
        self.assertEqual((done.returncode, done.stdout, out.exists()), (1, "", False))
        self.assertEqual(done.stderr, "generate: request 1: the numbers at position 0 are not finite, and nothing follows from them; "
                                      f"the first ones come from layer 0, where {QUERY} [0, 0] is NaN\n")


if __name__ == "__main__":
    unittest.main()
