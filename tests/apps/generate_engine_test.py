"""generate by chapter 08's engine: a batch computes what each request alone computes, files of prompts, sampling, chats."""
import json
import re
import shutil
import unittest

import generate_test
from program import CHECKPOINT, run

QUESTION = "Mira Okafor lives in Selby. Question: Where does Mira Okafor live{}? Answer:"
LLAMA2 = {"chat_template": "{% if x %}<<SYS>>{% endif %}[INST] {{ content }} [/INST]"}  # read by its markers, never run


class Engine(generate_test.Folder):
    def file(self, name, text):
        (self.folder / name).write_text(text)
        return self.folder / name

    def fine(self, *arguments, text=""):
        done = run("generate", "--model", CHECKPOINT, *arguments, text=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refused(self, *arguments, says=(), model=CHECKPOINT, text=""):
        before = sorted(self.folder.iterdir())
        done = run("generate", "--model", model, *arguments, text=text)
        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)
        self.assertEqual(sorted(self.folder.iterdir()), before)

    def answers(self, *arguments):
        out = self.folder / "answers.json"
        done = self.fine("--json", out, *arguments)
        return done, json.loads(out.read_text())

    def test_a_batch_computes_the_bits_of_each_request_alone(self):
        alone = []
        for line in self.tokens.read_text().splitlines():
            text, tensors = self.generate("--manager", "naive", tokens=self.file("one.txt", line))
            alone.append((text, tensors["logits_0"][1]))
        six = self.file("six.txt", self.tokens.read_text() * 3)
        for options in ([], ["--chunk", 5, "--max-num-seqs", 2], ["--schedule-policy", "lpm", "--max-num-batched-tokens", 32],
                        ["--kv-tokens", 64, "--page-size", 4, "--max-num-seqs", 4], ["--no-enable-prefix-caching"],
                        ["--manager", "slots", "--max-num-seqs", 1]):
            text, tensors = self.generate(*options, tokens=six)
            self.assertEqual(text, (alone[0][0] + alone[1][0]) * 3)
            starts = [self.start(tensors, i) for i in range(6)]
            self.assertEqual(any(starts), "--no-enable-prefix-caching" not in options, starts)
            for i, start in enumerate(starts):
                self.assertEqual(tensors[f"logits_{i}"][1], alone[i % 2][1][start * 2048 * 4 :])

    def test_a_file_of_prompts_has_texts_a_table_and_figures(self):
        prompts = self.file("prompts", f"{QUESTION.format('')}\n\n" + json.dumps({"prompt": QUESTION.format(" now")}) + "\n")
        done, found = self.answers("--prompts", prompts, "--page-size", 4, "--max-new-tokens", 1)
        self.assertEqual(done.stdout, "1: Selby\n2: Selby\n")
        rows = [line.split() for line in done.stderr.splitlines()[2:]]
        self.assertEqual([row[0] for row in rows], ["1", "2", "all"])
        keys = ("prompt_tokens", "cached_tokens", "computed_tokens", "recomputed_tokens", "preemptions", "generated_tokens")
        figures = [[answer[key] for key in keys] for answer in found["answers"]]
        self.assertEqual([[int(n) for n in row[1:7]] for row in rows], figures + [[found["totals"][key] for key in keys]])
        self.assertEqual([sum(column) for column in zip(*figures)], [found["totals"][key] for key in keys])
        self.assertEqual((figures[0][1], figures[1][1] > 0), (0, True))
        for answer in found["answers"]:
            self.assertEqual(answer["cached_tokens"] + answer["computed_tokens"], answer["prompt_tokens"])
            self.assertEqual((answer["text"], answer["finish_reason"], answer["error"]), ("Selby", "length", None))

    def test_preemptions_are_told_and_change_no_text(self):
        prompts = self.file("prompts", "".join(f"The harbour of Selby number {i} has a keeper and a ship\n" for i in range(6)))
        options = ("--prompts", prompts, "--max-new-tokens", 12, "--page-size", 4)
        ample, _ = self.answers(*options)
        line = self.folder / "line.txt"
        narrow, found = self.answers(*options, "--kv-tokens", 64, "--timeline", line)
        self.assertEqual(narrow.stdout, ample.stdout)
        self.assertGreater(found["totals"]["preemptions"], 0)
        shown = line.read_text()
        self.assertEqual(re.findall(r"^ +(\d+)  .*length$", shown, re.M), [str(i + 1) for i in range(6)])
        self.assertIn("preempted", shown)

    @unittest.skipUnless(shutil.which("dot"), "no Graphviz")
    def test_the_time_line_is_a_picture_too(self):
        self.fine("--tokens", self.tokens, "--timeline", self.folder / "line.svg")
        self.assertIn("<svg", (self.folder / "line.svg").read_text())

    def test_a_seed_gives_one_text_whatever_runs_beside_it(self):
        texts = [QUESTION.format(f" {i}") for i in range(3)]
        options = ("--temperature", 1.5, "--top-k", 50, "--top-p", 0.95, "--max-new-tokens", 8, "--n", 2)
        prompts = self.file("prompts", "\n".join(texts))
        _, many = self.answers("--prompts", prompts, "--seed", 3, *options)
        ids = [answer["token_ids"] for answer in many["answers"]]
        self.assertEqual([(answer["request"], answer["answer"]) for answer in many["answers"]],
                         [(request, answer) for request in (1, 2, 3) for answer in (1, 2)])
        self.assertNotEqual(ids[0], ids[1])
        for i, text in enumerate(texts):
            _, one = self.answers("--prompt", text, "--seed", 3, *options)
            self.assertEqual([answer["token_ids"] for answer in one["answers"]], ids[2 * i : 2 * i + 2])
        _, other = self.answers("--prompts", prompts, "--seed", 4, *options)
        self.assertNotEqual([answer["token_ids"] for answer in other["answers"]], ids)
        self.assertEqual(many["answers"][1]["computed_tokens"], 0)  # goes on from what the first answer computed

    def test_an_answer_ends_in_front_of_a_stop_text(self):
        whole = self.fine("--prompt", QUESTION.format(""), "--max-new-tokens", 8).stdout
        self.assertTrue(whole.startswith("Selby\nQuestion:"), whole)
        done, found = self.answers("--prompt", QUESTION.format(""), "--max-new-tokens", 8, "--stop", "never", "--stop", "y\nQue")
        self.assertEqual(done.stdout, "Selb\n")
        self.assertEqual(found["answers"][0]["finish_reason"], "stop")
        self.assertLess(len(found["answers"][0]["token_ids"]), 8)

    def test_an_answer_ends_with_the_models_stop_token(self):
        _, whole = self.answers("--prompt", QUESTION.format(""), "--max-new-tokens", 4)
        ids = whole["answers"][0]["token_ids"]
        model = self.folder / "model"
        shutil.copytree(CHECKPOINT, model, ignore=shutil.ignore_patterns("documents"))
        config = json.loads((model / "config.json").read_text())
        (model / "config.json").write_text(json.dumps(config | {"eos_token_id": ids[1]}))
        (model / "generation_config.json").unlink(missing_ok=True)
        done = run("generate", "--model", model, "--prompt", QUESTION.format(""), "--json", self.folder / "answers.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads((self.folder / "answers.json").read_text())["answers"][0]
        self.assertEqual((answer["token_ids"], answer["finish_reason"]), (ids[:2], "stop"))

    def test_a_share_of_memory_is_the_pool(self):
        self.assertEqual(self.fine("--tokens", self.tokens, "--memory-utilization", 0.001).stdout,
                         self.fine("--tokens", self.tokens).stdout)

    def test_bad_input_is_one_line_and_writes_nothing(self):
        one, out = self.file("one", "x\n"), ("--json", self.folder / "a.json")
        self.refused("--prompts", self.file("bad", 'x\n{"prompt": 7}\n'), *out, says=["bad:2", '"prompt" is 7'])
        self.refused("--prompts", self.file("half", '{"prompt": "x"\n'), *out, says=["half:1"])
        self.refused("--prompts", self.file("empty", "\n"), *out, says=["empty", "no request"])
        self.refused("--prompts", "-", *out, text='{"prompt": "x"}\n{}\n', says=['standard input:2: has no "prompt"'])
        self.refused("--prompts", self.folder / "none", *out, says=["none", "cannot be read"])
        self.refused("--prompts", one, "--prompt", "x", says=["--prompt TEXT", "--prompts FILE", "--chat"])
        self.refused("--prompts", one, "--json", self.folder / "no/such.json", says=["does not exist"])
        self.refused("--prompts", one, "--timeline", self.folder / "line.jpg", *out, says=["--timeline", ".txt"])
        self.refused("--prompts", one, "--kv-tokens", 16, "--max-new-tokens", 64, *out, says=["64 new ones", "16"])
        for option, value in (("--temperature", -1), ("--temperature", "nan"), ("--top-p", 0), ("--stop", "")):
            self.refused("--prompts", one, option, value, *out, says=[option.strip("-").replace("-", "_") + ": expected"])
        for option, value in (("--n", 0), ("--top-k", -1), ("--seed", -1), ("--max-num-seqs", 0), ("--schedule-policy", "sjf")):
            self.refused("--prompts", one, option, value, *out, says=[option])
        self.refused("--prompts", one, "--max-num-batched-tokens", 8, *out, says=["max_num_batched_tokens is 8"])
        self.refused("--prompts", one, "--memory-utilization", 2, *out, says=["share of memory is 2"])
        self.refused("--prompts", one, "--memory-utilization", 0.5, "--kv-tokens", 64, says=["excludes"])
        self.refused("--prompts", one, "--n", 2, "--logits-out", self.folder / "l.safetensors", says=["--logits-out", "--n 1"])
        self.refused("--prompts", one, "--system", "x", says=["--system", "--chat"])

    def test_numbers_that_are_not_finite_fail_and_are_told(self):
        model = self.broken_model()
        out, logits = self.folder / "a.json", self.folder / "l.safetensors"
        done = run("generate", "--model", model, "--prompts", self.file("prompts", "x\ny\n"), "--json", out, "--logits-out", logits)
        self.assertEqual((done.returncode, done.stdout, logits.exists()), (1, "1: (failed)\n2: (failed)\n", False), done.stderr)
        self.assertIn("generate: request 1: the numbers at position 0 are not finite", done.stderr.splitlines()[-1])
        errors = [answer["error"] for answer in json.loads(out.read_text())["answers"]]
        self.assertTrue(errors[1].startswith("request 2: the numbers at position 0 are not finite"), errors)


class Chat(generate_test.Folder):
    def setUp(self):
        super().setUp()
        self.model = self.folder / "model"
        shutil.copytree(CHECKPOINT, self.model, ignore=shutil.ignore_patterns("documents"))
        (self.model / "tokenizer_config.json").write_text(json.dumps(LLAMA2))

    def chat(self, *arguments, text):
        return run("generate", "--model", self.model, "--chat", *arguments, text=text)

    def test_a_turn_finds_all_turns_before_it(self):
        done = self.chat("--system", "Be brief.", "--page-size", 4, "--max-new-tokens", 8,
                         text="Mira Okafor lives in Selby.\n\nWhere does she live?\nAnd who?\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        turns = [list(map(int, re.findall(r"\d+", line))) for line in done.stderr.splitlines()]
        self.assertEqual([turn[0] for turn in turns], [1, 2, 3])
        for (_, before, _, _, generated), (_, tokens, found, computed, _) in zip(turns, turns[1:]):
            # Whole pages of all but the last token that was generated, which was never run.
            self.assertEqual((found + computed, found), (tokens, (before + generated - 1) // 4 * 4))
        self.assertEqual(turns[0][2], 0)

    def test_an_answer_stays_as_it_was_generated(self):
        done = self.chat("--max-new-tokens", 3, text="x\nx\n")
        (_, tokens, *_, generated), (_, second, *_) = [map(int, re.findall(r"\d+", line)) for line in done.stderr.splitlines()]
        self.assertEqual((generated, second), (3, tokens + generated + 1 + tokens), done.stderr)  # 1: the end of the turn

    def test_the_answers_are_those_of_the_same_ids_without_a_cache(self):
        text = "Mira Okafor lives in Selby.\nWhere does she live?\n"
        options = ("--max-new-tokens", 12, "--temperature", 1, "--seed", 5)
        done, alone = self.chat(*options, text=text), self.chat("--no-enable-prefix-caching", *options, text=text)
        self.assertEqual((done.returncode, done.stdout), (0, alone.stdout), done.stderr)
        self.assertIn(" 0 found", alone.stderr.splitlines()[1])
        self.assertNotIn(" 0 found", done.stderr.splitlines()[1])

    def test_a_stop_text_is_not_shown(self):
        whole = self.chat("--max-new-tokens", 8, text="Mira Okafor lives in Selby.\n").stdout.strip()
        stop = whole[2:6]
        done = self.chat("--max-new-tokens", 8, "--stop", stop, text="Mira Okafor lives in Selby.\n")
        self.assertEqual((done.returncode, done.stdout), (0, whole[: whole.index(stop)] + "\n"), done.stderr)

    def test_the_tree_is_written_at_the_end_of_the_input(self):
        done = self.chat("--max-new-tokens", 2, "--dump-tree", self.folder / "tree.txt", text="x\ny\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the cache after 2 turns", (self.folder / "tree.txt").read_text())

    def test_what_is_no_chat_is_refused_in_one_line(self):
        def refused(*arguments, says, text="x\n"):
            done = self.chat(*arguments, text=text)
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), done.stderr)
            for words in says:
                self.assertIn(words, done.stderr)

        refused("--prompt", "x", says=["--prompt TEXT", "--chat"])
        refused("--n", 2, says=["--chat", "--n 1"])
        refused("--json", self.folder / "a.json", says=["--chat", "no --json"])
        refused("--kv-tokens", 16, "--max-new-tokens", 64, says=["64 new ones", "16"])
        (self.model / "tokenizer_config.json").write_text('{"chat_template": "{{ x }}"}')
        refused(says=["tokenizer_config.json", "chat_template", "llama2", "llama3", "chatml"])
        (self.model / "tokenizer_config.json").unlink()
        refused(says=["tokenizer_config.json", "chat_template"])
        self.assertFalse((self.folder / "a.json").exists())


if __name__ == "__main__":
    unittest.main()
