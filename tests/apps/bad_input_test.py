"""Bad input of each program: one clear line that names what, where and what was expected; exit code 2; no output."""
import pathlib
import shutil
import tempfile
import unittest

from program import CHECKPOINT, run


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def refused(self, *arguments, says, text=""):
        done = run(*arguments, text=text)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith(f"{arguments[0]}: "), done.stderr)
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, done.stderr)

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content)
        return path

    def model_without(self, *names):
        copy = self.folder / "model"
        copy.mkdir()
        for name in {"config.json", "model.safetensors", "tokenizer.model", "doc_qa.json"} - set(names):
            shutil.copy(CHECKPOINT / name, copy)
        return copy

    def test_every_program_has_help_with_an_example(self):
        for program in ["generate", "make_model", "doc_qa", "demo_00", "ladder", "random_lives"]:
            done = run(program, "--help")
            self.assertEqual(done.returncode, 0, program)
            self.assertIn("Example", done.stdout, program)

    def test_unknown_option(self):
        for program in ["generate", "make_model", "doc_qa", "demo_00", "ladder", "random_lives"]:
            self.refused(program, "--no-such-option", says="")

    def test_generate_wants_a_model_that_is_there(self):
        self.refused("generate", "--model", self.folder / "none", "--prompt", "x", says=["--model", "none"])

    def test_generate_wants_one_kind_of_prompt(self):
        self.refused("generate", "--model", CHECKPOINT, says=["--prompt", "--tokens"])

    def test_generate_names_the_line_of_a_bad_token(self):
        tokens = self.file("tokens.txt", "1 2 3\n4 five 6\n")
        self.refused("generate", "--model", CHECKPOINT, "--tokens", tokens, says=["tokens.txt:2", '"five"'])

    def test_generate_refuses_an_id_beyond_the_vocabulary(self):
        tokens = self.file("tokens.txt", "1 2 1536\n")
        self.refused("generate", "--model", CHECKPOINT, "--tokens", tokens, says=["1536", "vocabulary of 1536"])

    def test_generate_says_both_numbers_when_the_pool_is_too_small(self):
        tokens = self.file("tokens.txt", " ".join(["7"] * 100))
        self.refused("generate", "--model", CHECKPOINT, "--tokens", tokens, "--kv-tokens", 64, says=["100 tokens", "115", "64"])

    def test_generate_says_both_numbers_beyond_the_positions(self):
        tokens = self.file("tokens.txt", " ".join(["7"] * 4100))
        self.refused("generate", "--model", CHECKPOINT, "--tokens", tokens, says=["4100", "max_position_embeddings is 4096"])

    def test_generate_says_both_numbers_when_memory_is_too_small(self):
        self.refused("generate", "--model", CHECKPOINT, "--prompt", "x", "--kv-tokens", 10**12, says=["1,000,000,000,000", "B"])

    def test_generate_names_the_managers_there_are(self):
        self.refused("generate", "--model", CHECKPOINT, "--prompt", "x", "--manager", "tree", says=['"tree"', "naive", "radix"])
        self.refused("generate", "--model", CHECKPOINT, "--prompt", "x", "--manager", "lcp", says=["lab 02"])

    def test_generate_refuses_options_out_of_range(self):
        self.refused("generate", "--model", CHECKPOINT, "--prompt", "x", "--page-size", 0, says="--page-size")
        self.refused("generate", "--model", CHECKPOINT, "--prompt", "x", "--isa", "sse2", says="--isa")
        for dtype in ("int4", "float16"):
            self.refused("generate", "--model", CHECKPOINT, "--prompt", "x", "--dtype", dtype, says=["--dtype", "bfloat16"])

    def test_a_model_without_a_tokenizer_says_what_to_do(self):
        model = self.model_without("tokenizer.model")
        (model / "tokenizer.json").write_text("{}")
        self.refused("generate", "--model", model, "--prompt", "x", says=["tokenizer.model", "--tokens"])

    def test_truncated_weights(self):
        model = self.model_without("model.safetensors")
        whole = (CHECKPOINT / "model.safetensors").read_bytes()
        (model / "model.safetensors").write_bytes(whole[: len(whole) // 2])
        self.refused("generate", "--model", model, "--prompt", "x", says=["model.safetensors", "byte"])

    def test_no_logits_file_is_left_behind(self):
        out = self.folder / "none" / "logits.safetensors"
        done = run("generate", "--model", CHECKPOINT, "--prompt", "x", "--logits-out", out)
        self.assertEqual(done.returncode, 2)
        self.assertFalse(out.exists())

    def test_doc_qa_wants_its_documents(self):
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", self.folder / "none.txt", says="none.txt")

    def test_doc_qa_names_the_line_of_a_bad_question(self):
        document = self.file("inn.txt", "The inn is old.")
        ask = ["doc_qa", "--model", CHECKPOINT, "--document", document]
        self.refused(*ask, text='{"document": "inn.txt"}\n', says=["standard input:1", '"question"'])
        self.refused(*ask, text='{"document": "pub.txt", "question": "Old?"}\n', says=["standard input:1", '"pub.txt"'])
        self.refused(*ask, text='How old?\n{"document": \n', says="standard input:2")
        self.refused(*ask, text="", says="no question")

    def test_doc_qa_says_both_numbers_when_the_pool_is_too_small(self):
        document = self.file("inn.txt", "The inn is old. " * 40)
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", document, "--kv-tokens", 64, text="Old?\n", says=["places", "64"])

    def test_doc_qa_says_both_numbers_beyond_the_positions(self):
        document = self.file("inn.txt", "The inn is old. " * 2000)
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", document, text="Old?\n", says=["positions", "4096"])

    def test_doc_qa_refuses_a_wrong_manager_before_the_work(self):
        document = self.file("inn.txt", "The inn is old.")
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", document, "--managers", "naive,tree", text="Old?\n", says='"tree"')

    def test_doc_qa_refuses_an_output_folder_that_is_not_there(self):
        document = self.file("inn.txt", "The inn is old.")
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", document, "--json", self.folder / "none" / "x.json",
                     text="Old?\n", says="x.json")

    def test_make_model_refuses_sizes_that_do_not_fit(self):
        self.refused("make_model", "--preset", "tiny", "--heads", 5, "--kv-heads", 3, "--out", self.folder / "m", says=["5", "3"])
        self.assertFalse((self.folder / "m").exists())


if __name__ == "__main__":
    unittest.main()
