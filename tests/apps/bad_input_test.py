"""Bad input of each program: one clear line that names what, where and what was expected; exit code 2; no output."""
import json
import os
import pathlib
import shutil
import struct
import tempfile
import unittest

from program import CHECKPOINT, programs, run


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def refused(self, *arguments, says, text=""):
        done = run(*arguments, text=text)
        self.check_is_one_line(arguments[0], done)
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, done.stderr)

    def check_is_one_line(self, program, done):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith(f"{program}: "), done.stderr)

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content)
        return path

    def model_without(self, *names):
        copy = self.folder / "model"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for name in {"config.json", "model.safetensors", "tokenizer.model", "doc_qa.json"} - set(names):
            shutil.copy(CHECKPOINT / name, copy)
        return copy

    def test_every_program_has_help_with_an_example(self):
        for program in programs():
            done = run(program, "--help")
            self.assertEqual(done.returncode, 0, program)
            family = program.rsplit("_", 1)[0]  # the replay_fuzz_... share one main and its example
            self.assertRegex(done.stdout, rf"Example:\s.*{family}", program)
            self.assertNotIn("\x1b", done.stdout, f"{program}: colour, and no terminal")

    def test_unknown_option(self):
        for program in programs():
            done = run(program, "--no-such-option")
            self.assertEqual((done.returncode, done.stdout), (2, ""), program)
            if program in ("generate", "make_model", "doc_qa", "demo_00", "ladder", "random_lives", "replay"):
                self.check_is_one_line(program, done)

    def test_draw_dot_names_what_it_cannot_read_or_draw(self):
        dot, picture = self.file("a.dot", "digraph { a }"), self.folder / "a.svg"
        self.refused("draw_dot", self.folder / "none.dot", picture, says="none.dot")
        self.refused("draw_dot", dot, self.folder / "a.gif", says=["a.gif", ".svg"])
        self.refused("draw_dot", dot, says="picture")
        self.assertFalse(picture.exists())

    def test_generate_wants_a_model_that_is_there(self):
        self.refused("generate", "--model", self.folder / "none", "--prompt", "x", says=["--model", "none"])

    def test_generate_wants_one_kind_of_prompt(self):
        self.refused("generate", "--model", CHECKPOINT, says=["--prompt", "--tokens"])

    def test_generate_names_the_line_of_a_bad_token(self):
        tokens = self.file("tokens.txt", "1 2 3\n4 five 6\n")
        self.refused("generate", "--model", CHECKPOINT, "--tokens", tokens, says=["tokens.txt:2", '"five"'])

    def test_generate_refuses_an_id_beyond_the_vocabulary(self):
        tokens = self.file("tokens.txt", "1 2 2048\n")
        self.refused("generate", "--model", CHECKPOINT, "--tokens", tokens, says=["2048", "vocabulary of 2048"])

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
        self.refused("generate", "--model", CHECKPOINT, "--prompt", "x", "--manager", "serving", says=["lab 10"])

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

    def changed_config(self, **values):
        model = self.model_without("config.json")
        config = json.loads((CHECKPOINT / "config.json").read_text())
        (model / "config.json").write_text(json.dumps({**config, **values}))
        return model

    def weights(self, *tensors):
        """A model whose weights are these (name, begin, end) in a header, with 8 bytes of data."""
        model = self.model_without("model.safetensors")
        header = json.dumps({name: {"dtype": "U8", "shape": [end - begin], "data_offsets": [begin, end]}
                             for name, begin, end in tensors}).encode()
        (model / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(8))
        return model

    def test_git_lfs_pointers(self):
        for name in ("model.safetensors", "config.json", "tokenizer.model"):
            model = self.model_without(name)
            (model / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 2234600\n")
            self.refused("generate", "--model", model, "--prompt", "x", says=[name, "is a Git LFS pointer", "git lfs pull"])
        model = self.model_without("model.safetensors")
        (model / "model.safetensors.index.json").write_text("version https://git-lfs.github.com/spec/v1\n")
        self.refused("generate", "--model", model, "--prompt", "x", says=["index.json", "is a Git LFS pointer"])

    def test_layers_that_the_config_does_not_have(self):
        self.refused("generate", "--model", self.changed_config(num_hidden_layers=2), "--prompt", "x",
                     says=["model.safetensors", "of layer 2", '"num_hidden_layers" 2'])

    def test_sizes_beyond_the_weights_are_refused_before_any_memory_is_taken(self):
        model = self.changed_config(vocab_size=4_000_000, hidden_size=200_000, num_attention_heads=1000,
                                    num_key_value_heads=1000, head_dim=200)
        self.refused("generate", "--model", model, "--prompt", "x",
                     says=["model.embed_tokens.weight", "expected [4000000, 200000] from config.json"])

    def test_a_million_layers(self):
        self.refused("generate", "--model", self.changed_config(num_hidden_layers=10**6), "--prompt", "x",
                     says=["num_hidden_layers", "1000000", "2,000"])

    def test_layers_that_the_weights_do_not_have(self):
        self.refused("generate", "--model", self.changed_config(num_hidden_layers=2000), "--prompt", "x",
                     says=["model.safetensors", "has no tensor"])

    def test_a_config_of_nested_lists(self):
        model = self.model_without("config.json")
        (model / "config.json").write_text("[" * 500_000)
        self.refused("generate", "--model", model, "--prompt", "x", says=["config.json", "nested"])

    def test_weights_that_overlap(self):
        self.refused("generate", "--model", self.weights(("a", 0, 5), ("b", 4, 8)), "--prompt", "x",
                     says=["model.safetensors", '"a" and "b" overlap', "byte 4"])

    def test_weights_that_end_behind_the_file(self):
        self.refused("generate", "--model", self.weights(("a", 0, 9)), "--prompt", "x",
                     says=["model.safetensors", '"a" ends at byte', "truncated"])

    def test_a_header_longer_than_the_file(self):
        model = self.model_without("model.safetensors")
        (model / "model.safetensors").write_bytes(struct.pack("<Q", 2**40) + b"{}")
        self.refused("generate", "--model", model, "--prompt", "x", says=["model.safetensors", "1,099,511,627,776 bytes"])

    def test_a_shard_outside_the_folder(self):
        model = self.model_without("model.safetensors")
        (model / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../../model.safetensors"}}')
        self.refused("generate", "--model", model, "--prompt", "x",
                     says=["model.safetensors.index.json", '"../../model.safetensors"', "of this folder"])

    def test_weights_that_are_no_file(self):
        model = self.model_without("model.safetensors")
        os.mkfifo(model / "model.safetensors")
        self.refused("generate", "--model", model, "--prompt", "x", says=["model.safetensors", "not a regular file"])

    def test_damaged_tokenizers(self):
        model = self.model_without("tokenizer.model")
        for damaged in (b"", b"\x0a", bytes(200), b"\x0a\xff\xff\xff\xff\x0f"):
            (model / "tokenizer.model").write_bytes(damaged)
            self.refused("generate", "--model", model, "--prompt", "x", says="tokenizer.model: not a SentencePiece model")

    def test_tokens_that_are_a_folder(self):
        self.refused("generate", "--model", CHECKPOINT, "--tokens", self.folder, says="")

    def test_a_story_names_its_bad_line(self):
        replay = ["random_lives", "--manager", "naive", "--page-size", 4, "--replay"]
        story = self.file("story.jsonl", '{"op":"reset"}\n{"op":"copy","handle":[4,1,1],"num_pages":4294967296}\n')
        self.refused(*replay, story, says=["story.jsonl:2", '"num_pages"', "1,000,000"])
        self.refused(*replay, self.file("story.jsonl", '{"a":' * 100 + "}"), says=["story.jsonl:1", "nested"])
        self.refused(*replay, self.file("story.jsonl", "[{}]"), says=["story.jsonl:1", "begins a list", "an object a line"])
        self.refused(*replay, self.folder, says="cannot be read")

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

    def test_doc_qa_wants_questions_a_line(self):
        ask = ["doc_qa", "--model", CHECKPOINT, "--document", self.file("inn.txt", "The inn is old.")]
        question = {"document": "inn.txt", "question": "Old?"}
        for indent in (None, 1):
            self.refused(*ask, text=json.dumps([question], indent=indent), says=["standard input:1", "begins a list", "an object a line"])
        self.refused(*ask, text=json.dumps(question, indent=1), says=["standard input:1", "does not end here", "a whole one a line"])

    def test_doc_qa_does_not_choose_between_two_documents(self):
        for place in ("a", "b"):
            (self.folder / place).mkdir()
        documents = self.file("a/inn.txt", "The inn is old."), self.file("b/inn.txt", "The inn is new.")
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", *documents, text='{"document": "inn.txt", "question": "Old?"}\n',
                     says=["standard input:1", '"inn.txt"', '"a/inn.txt"', '"b/inn.txt"'])

    def test_every_reader_names_another_encoding(self):
        def wide(name, content, encoding="utf-16-le"):
            path = self.file(name, "")
            path.write_bytes(content.encode(encoding))
            return path
        ask = ["doc_qa", "--model", CHECKPOINT, "--document"]
        little, big = ["looks like UTF-16 (little endian)", "expected UTF-8"], ["looks like UTF-16 (big endian)", "expected UTF-8"]
        self.refused(*ask, wide("inn.txt", "\ufeffThe inn is old."), text="Old?\n", says=["inn.txt: ", *little])
        self.refused(*ask, wide("inn.txt", "caf\xe9", "latin-1"), text="Old?\n", says=["inn.txt: byte 3 is 0xe9", "expected UTF-8"])
        document = self.file("inn.txt", "The inn is old.")
        self.refused(*ask, document, "--questions", wide("q.txt", "Old?\n", "utf-16-be"), says=["q.txt:1: ", *big])
        self.refused("generate", "--model", CHECKPOINT, "--tokens", wide("tokens.txt", "1 2 3\n"), says=["tokens.txt:1: ", *little])
        story = wide("story.jsonl", '\ufeff{"op":"reset"}\n', "utf-16-be")
        self.refused("random_lives", "--manager", "naive", "--page-size", 4, "--replay", story, says=["story.jsonl:1: ", *big])
        self.refused("story_player", story, says=["story.jsonl:1: ", *big])
        self.refused("draw_dot", wide("x.dot", "digraph {}"), self.folder / "x.svg", says=["x.dot: ", *little])
        model = self.model_without("config.json", "doc_qa.json")
        wide("model/config.json", (CHECKPOINT / "config.json").read_text())
        self.refused("generate", "--model", model, "--prompt", "x", says=["config.json: ", *little])
        shutil.copy(CHECKPOINT / "config.json", model)
        wide("model/doc_qa.json", "{}", "utf-16")
        self.refused("doc_qa", "--model", model, "--document", document, text="Old?\n", says=["doc_qa.json: ", *little])

    def test_doc_qa_says_both_numbers_when_the_pool_is_too_small(self):
        document = self.file("inn.txt", "The inn is old. " * 40)
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", document, "--kv-tokens", 64, text="Old?\n", says=["places", "64"])

    def test_doc_qa_says_both_numbers_beyond_the_positions(self):
        document = self.file("inn.txt", "The inn is old. " * 2000)
        short = self.file("pub.txt", "The pub is new.")
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", short, document, text="Old?\n",
                     says=["doc_qa: inn.txt: ", "positions", "4096"])

    def test_doc_qa_refuses_a_wrong_manager_before_the_work(self):
        document = self.file("inn.txt", "The inn is old.")
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", document, "--managers", "naive,tree", text="Old?\n", says='"tree"')

    def test_doc_qa_refuses_an_output_folder_that_is_not_there(self):
        document = self.file("inn.txt", "The inn is old.")
        self.refused("doc_qa", "--model", CHECKPOINT, "--document", document, "--json", self.folder / "none" / "x.json",
                     text="Old?\n", says="x.json")

    def test_replay_names_the_line_of_a_bad_trace(self):
        trace = self.file("trace.jsonl", '{"tokens": [1, 2]}\n{"tokens": [1, "2"]}\n')
        out = self.folder / "requests.jsonl"
        self.refused("replay", "--trace", trace, "--per-request", out, says=["trace.jsonl:2", '"tokens"', "whole number"])
        self.assertFalse(out.exists(), "no partial output")
        self.refused("replay", text='{"op": "mark"}\n', says=["standard input:1", '"label"'])
        self.refused("replay", says=["standard input", "holds no request"])
        self.refused("replay", "--trace", self.folder / "none", says=["none", "expected a trace"])
        self.refused("replay", "--trace", self.folder, says="expected a trace")

    def test_replay_refuses_options_that_do_not_fit(self):
        one = '{"tokens": [1]}\n'
        self.refused("replay", "--generate", "chats", says=['"chats"', "multi-turn-chat"])
        self.refused("replay", "--generate", "f", "--trace", "x", says=["--trace", "--generate"])
        self.refused("replay", "--seed", 7, text=one, says=["--seed", "--generate"])
        self.refused("replay", "--seed", -7, "--generate", "f", says="--seed")
        self.refused("replay", "--manager", "tree", text=one, says=['"tree"', "naive"])
        self.refused("replay", "--manager", "serving", text=one, says="lab 10")
        self.refused("replay", "--manager", "naive", "--unit", "tail", text=one, says=["naive", "--unit"])
        self.refused("replay", "--capacity", "lots", text=one, says=['"lots"', "25%"])
        self.refused("replay", "--capacity", 15, text=one, says=["15 tokens", "page of 16"])
        self.refused("replay", "--capacity", "25%", text=one, says=["standard input is read once", "--trace"])
        self.refused("replay", "--page-size", 0, text=one, says="--page-size")
        self.refused("replay", "--per-request", self.folder / "none" / "x", text=one, says="none")
        self.refused("replay", "--dump-tree", self.folder / "x.gif", text=one, says=["x.gif", ".svg"])
        self.refused("replay", "--generate", "f", "--plot", self.folder / "x.gif", says=["x.gif", ".svg"])
        self.refused("replay", "--generate", "f", "--plot", self.folder / "x.svg", "--policy", "lru", says=["--plot", "--policy"])

    def test_an_output_takes_the_place_of_no_link(self):
        kept, link = self.file("kept", "kept"), self.folder / "link"
        link.symlink_to(kept)
        self.refused("replay", "--per-request", link, text='{"tokens": [1]}\n', says=["link", "no plain file"])
        self.assertTrue(link.is_symlink())
        self.assertEqual(kept.read_text(), "kept")

    def test_replay_refuses_a_policy_that_there_is_not(self):
        self.refused("replay", "--generate", "f", "--policy", "clairvoyance", says=["polic"])  # or the lab that builds them
        self.refused("replay", "--policy", "clairvoyant", text='{"tokens": [1]}\n', says="standard input is read once" if with_policies() else "lab 07")

    def test_make_model_refuses_sizes_that_do_not_fit(self):
        self.refused("make_model", "--preset", "tiny", "--heads", 5, "--kv-heads", 3, "--out", self.folder / "m", says=["5", "3"])
        self.assertFalse((self.folder / "m").exists())


def with_policies():
    return "lab 07" not in run("replay", "--policy", "lru", text='{"tokens": [1]}\n').stderr


if __name__ == "__main__":
    unittest.main()
