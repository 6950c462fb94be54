"""doc_qa on the shipped model: answers, the proof of equal logits, JSON and pictures."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from program import BIN, CHECKPOINT, PATIENCE, run

QUESTIONS = [json.loads(line) for line in (CHECKPOINT / "documents/questions.jsonl").read_text().splitlines()]


class DocQa(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def ask(self, *arguments, questions):
        text = "\n".join(json.dumps(q) for q in questions)
        name = questions[0]["document"]
        done = run("doc_qa", "--model", CHECKPOINT, "--document", CHECKPOINT / "documents" / name, "--json", self.folder / "runs.json",
                   *arguments, text=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, json.loads((self.folder / "runs.json").read_text())

    def test_radix_answers_as_naive_does_and_computes_less(self):
        questions = [q for q in QUESTIONS if q["document"] == QUESTIONS[0]["document"]][:3]
        text, figures = self.ask(questions=questions)
        naive, radix = ([r for r in figures["runs"] if r["manager"] == m] for m in ("naive", "radix"))
        self.assertEqual([r["answer"] for r in naive], [q["answer"] for q in questions])
        self.assertEqual([r["answer"] for r in radix], [q["answer"] for q in questions])
        self.assertTrue(all(r["logits_identical"] for r in radix))
        self.assertTrue(all(r["rows_compared"] >= r["computed_tokens"] for r in radix))
        self.assertTrue(all(r["cached_tokens"] == 0 for r in naive))
        self.assertTrue(all(r["cached_tokens"] > 1900 for r in radix[1:]))
        for r in naive + radix:
            self.assertEqual(r["cached_tokens"] + r["computed_tokens"], r["prompt_tokens"])
        self.assertIn("radix = naive: logits identical: yes", text)
        self.assertTrue(all(len(line) <= 80 for line in text.splitlines() if not line.startswith("picture:")), text)

    def test_answers_do_not_depend_on_how_it_is_computed(self):
        questions = QUESTIONS[:2]
        answers = set()
        for options in (["--page-size", 1], ["--page-size", 64, "--chunk", 100], ["--threads", 1, "--managers", "radix"],
                        ["--dtype", "float32"]):
            _, figures = self.ask("--quiet", *options, questions=questions)
            answers.add(tuple(r["answer"] for r in figures["runs"] if r["manager"] == "radix"))
        self.assertEqual(answers, {tuple(q["answer"] for q in questions)})

    @unittest.skipUnless((BIN / "doc_qa_stock").exists(), "built without LibTorch")
    def test_the_stock_operators_answer_in_a_program_of_their_own(self):
        text, figures = self.ask("--quiet", "--stock", questions=QUESTIONS[:1])
        self.assertEqual([m["manager"] for m in figures["managers"]], ["naive", "radix", "stock"])
        self.assertEqual(figures["runs"][-1]["answer"], QUESTIONS[0]["answer"])
        alone = subprocess.run([shutil.copy(BIN / "doc_qa", self.folder), "--model", CHECKPOINT, "--document", CHECKPOINT / "README.md",
                                "--questions", "-", "--stock"],
                               input="", capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((alone.returncode, alone.stdout), (2, ""))
        self.assertIn(f"doc_qa: --stock: {self.folder / 'doc_qa_stock'} does not start", alone.stderr)

    def test_the_type_is_the_checkpoints_and_bfloat16_halves_the_cache(self):
        peak = {}
        for dtype in ("auto", "bfloat16", "float32"):
            text, figures = self.ask("--quiet", "--dtype", dtype, questions=QUESTIONS[:1])
            self.assertIn("in float32\n" if dtype == "float32" else "in bfloat16\n", text)
            peak[dtype] = [m["peak_kv_bytes"] for m in figures["managers"]]
        self.assertEqual(peak["auto"], peak["bfloat16"])
        self.assertEqual(peak["float32"], [2 * bytes for bytes in peak["bfloat16"]])

    def test_the_pictures_show_readable_text_and_the_locked_path(self):
        self.ask("--quiet", "--page-size", 4, "--out", self.folder, questions=QUESTIONS[:3])
        dot = (self.folder / "radix-tree.dot").read_text()
        self.assertIn("LOCKED", dot)
        self.assertIn("Question", dot)
        difference = (self.folder / "radix-difference.dot").read_text()
        self.assertIn("+ ADDED", difference)
        self.assertRegex(difference, r"1 node added.*: \+\d+ page")
        if shutil.which("dot"):
            for name in "radix-tree", "radix-difference":
                self.assertGreater((self.folder / f"{name}.svg").stat().st_size, 1000)
                self.assertEqual((self.folder / f"{name}.png").read_bytes()[:4], b"\x89PNG")

    def test_the_tree_of_one_manager_is_the_file_itself(self):
        text, _ = self.ask("--quiet", "--page-size", 4, "--managers", "radix", "--dump-tree", self.folder / "tree.txt",
                           questions=QUESTIONS[:3])
        self.assertIn(f"tree: {self.folder / 'tree.txt'}\n", text)
        tree = (self.folder / "tree.txt").read_text()
        self.assertTrue(tree.startswith("radix: the cache after 3 questions\n"), tree)
        self.assertIn(", 0 pages protected; a page is 4 tokens\n", tree)
        self.assertIn("Question", tree)
        self.assertNotIn("lock", tree.replace("clock", ""), "the requests are done")

    def test_the_trees_of_several_managers_have_files_of_their_own(self):
        endings = ("dot", "txt", "svg", "png") if shutil.which("dot") else ("dot", "txt")
        for ending in endings:
            self.ask("--quiet", "--managers", "naive,radix", "--dump-tree", self.folder / f"a.tree.{ending}", questions=QUESTIONS[:1])
        names = sorted(f.name for f in self.folder.iterdir() if f.name != "runs.json")
        self.assertEqual(names, sorted(f"a.tree-{manager}.{ending}" for manager in ("naive", "radix") for ending in endings))
        self.assertIn("nothing is cached", (self.folder / "a.tree-naive.txt").read_text())
        self.assertIn("1 node; ", (self.folder / "a.tree-radix.txt").read_text())

    def test_a_tree_that_cannot_be_written_is_told_before_the_work(self):
        for name in ("tree.jpg", "tree", "no/such/tree.svg"):
            done = run("doc_qa", "--model", CHECKPOINT, "--document", CHECKPOINT / "documents/harbour.txt",
                       "--dump-tree", self.folder / name, text="Who is the mayor of Upton?\n")
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), done.stderr)
            self.assertIn(f"--dump-tree: {self.folder / name}: ", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_number_decides_a_random_order(self):
        def order(*options):
            _, figures = self.ask("--quiet", "--managers", "radix", *options, questions=QUESTIONS[:6])
            return [run["question"] for run in figures["runs"]]
        listed, shuffled = [question["question"] for question in QUESTIONS[:6]], order("--shuffle", 1)
        self.assertEqual(order(), listed)
        self.assertEqual(shuffled, order("--shuffle", 1))
        self.assertNotIn(shuffled, (listed, order("--shuffle", 2)))
        self.assertEqual(sorted(shuffled), sorted(listed))

    def test_the_difference_is_that_of_the_last_question_that_made_one(self):
        self.ask("--quiet", "--out", self.folder, questions=[QUESTIONS[0]] * 2)
        title = f"what &#34;{QUESTIONS[0]['question']}&#34; changed"
        self.assertIn(title, (self.folder / "radix-difference.dot").read_text())

    def test_plain_lines_are_asked_of_every_document(self):
        documents = sorted((CHECKPOINT / "documents").glob("*.txt"))[:2]
        done = run("doc_qa", "--model", CHECKPOINT, "--document", *documents, "--managers", "radix", "--json", self.folder / "x.json",
                   text="Who is the mayor of Upton?\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        runs = json.loads((self.folder / "x.json").read_text())["runs"]
        self.assertEqual([r["document"] for r in runs], [d.name for d in documents])
        self.assertEqual([r["correct"] for r in runs], [None, None])

    def test_files_of_another_machine_are_asked_alike(self):
        def answers(document, questions, name):
            (self.folder / name).mkdir()
            path = self.folder / name / "inn.txt"
            path.write_bytes(document)
            (self.folder / name / "q.jsonl").write_bytes(questions)
            done = run("doc_qa", "--model", CHECKPOINT, "--document", path, "--questions", self.folder / name / "q.jsonl",
                       "--json", self.folder / "x.json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("nothing cached", done.stdout)
            self.assertNotIn("saved", done.stdout)
            return [(r["question"], r["answer"], r["prompt_tokens"]) for r in json.loads((self.folder / "x.json").read_text())["runs"]]
        document = b"Mira Okafor lives in Selby.\nTomas likes bread.\n"
        question = b'{"document": "inn.txt", "question": "Where does Mira Okafor live?"}\n'
        mark = b"\xef\xbb\xbf"
        plain = answers(document, question, "plain")
        self.assertEqual(plain[0][:2], ("Where does Mira Okafor live?", "Selby"))
        other = answers(mark + document.replace(b"\n", b"\r\n"), mark + b"  " + question.replace(b"\n", b"\r\n"), "other")
        self.assertEqual(other, plain)

    def damage(self, page, *arguments, questions=QUESTIONS[:3]):
        return run("doc_qa", "--model", CHECKPOINT, "--document", CHECKPOINT / "documents/harbour.txt", "--quiet",
                   "--page-size", 16, "--damage", page, *arguments, text="\n".join(json.dumps(q) for q in questions))

    def test_a_damaged_page_is_found_and_explained(self):
        done = self.damage(7)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("radix = naive: logits identical: NO", done.stdout)
        damaged = re.search(r"damage: after question 1, page 7 of radix holds the KV of page (\d+)\n", done.stdout)
        self.assertTrue(damaged, done.stdout)
        told = done.stdout[done.stdout.index("The first wrong bit"):]
        first, *lines = told.splitlines()
        # 2,000 of the prompt's tokens are in whole pages that the first question left.
        self.assertRegex(first, r"^The first wrong bit \(2 of 3 questions have one\): question 2, position 2000 of ")
        for words in (QUESTIONS[1]["question"], "where naive answers \"hedgehog\"",
                      "page 7 for token 112 (place 0)", "read by      call 9: forward of question 2, positions 2000..",
                      "should hold  question 2, tokens 112..127 (salt 0):",
                      ". The river of Nainondford is Drercayis. According",
                      f"put there    by call 8: page {damaged[1]} copied to page 7, 16 places"):
            self.assertIn(words, told)
        self.assertRegex(told, r"first seen   in the output of layer \d, at position 2000")
        token = int(damaged[1]) * 16
        self.assertIn(f"holds        question 1, tokens {token}..{token + 15} (salt 0):", told)
        self.assertTrue(all(len(line) <= 100 for line in lines), told)

    def test_damage_that_nobody_reads_changes_no_bit(self):
        done = self.damage(7, questions=QUESTIONS[:1])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("page 7 of radix holds the KV of page 70, which no later question read\n", done.stdout)

    def test_damage_of_a_page_that_is_not_cached_lists_those_that_are(self):
        first = "after the first question about each document"
        for arguments, words in ((["9999"], f"{first} radix caches the pages 0-125"),
                                 (["3", "--managers", "radix,naive"], f"{first} naive caches nothing"),
                                 (["3", "--managers", "radix"], "expected two --managers"),
                                 (["-3"], "-3 is not a whole number")):
            done = self.damage(*arguments, questions=QUESTIONS[:1])
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
