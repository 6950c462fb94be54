"""The numbers in the chapters' texts, and the answers to their questions, are those of a run of their demos.

In chapters/NN-slug/README.md a number with a mark behind it, 6,000<!--waste.again-->, is the figure of that name in
`demo_NN --json`; with a unit it is scaled and rounded to the digits shown. A block behind <!--demo--> is quoted from
the demo's output: each of its lines must be there, whatever milliseconds it says. In questions.json a truth is the figure that
has its question's name. Where a demo waits for its lab, in a student's edition, all of this is taken as it is."""
import functools
import json
import pathlib
import re
import tempfile
import unittest

from program import ROOT, run

MARK = re.compile(r"([\d,]+(?:\.\d+)?)( (?:%|kB|MB|KiB))?<!--([^>]+?)-->")
QUOTED = re.compile(r"^<!--demo-->\n```\n(.*?)^```", re.MULTILINE | re.DOTALL)
UNITS = {"kB": 1000, "MB": 1_000_000, "KiB": 1024}


@functools.cache
def shown(slug):
    """(figures, output) of a run of the chapter's demo; nothing where it says in which lab it is built."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "figures.json"
        done = run(f"demo_{slug[:2]}", "--json", file)
        if done.returncode == 2 and "is built in lab" in done.stderr:
            return None
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(file.read_text()), done.stdout


def as_written(value, number, unit):
    """`value` in the form of `number` and `unit`: the same digits behind the point, the same scale."""
    digits = len(number.partition(".")[2])
    return f"{value / UNITS.get(unit.strip(), 1):,.{digits}f}"


def without_times(line):
    return " ".join(re.sub(r"\d+(\.\d+)? ms", "some ms", line).split())


def wrong_marks(text, figures):
    """What the text says and the figures do not, a line each."""
    for number, unit, name in MARK.findall(text):
        if name not in figures:
            yield f"{number}{unit}: the demo has no figure {name}"
        elif as_written(figures[name], number, unit) != number:
            yield f"{name}: the text says {number}{unit}, the demo {as_written(figures[name], number, unit)}{unit}"


def wrong_truths(questions, figures):
    """What the questions say and the figures do not, a line each."""
    for name, truth in ((each["name"], each["truth"]) for each in questions):
        if name not in figures:
            yield f"{name}: the demo has no such figure"
        elif figures[name] != truth:
            yield f"{name}: questions.json says {truth}, the demo {figures[name]}"


def wrong_quotes(text, output):
    said = {without_times(line) for line in output.splitlines()}
    return [line for block in QUOTED.findall(text) for line in block.splitlines() if without_times(line) not in said]


class Texts(unittest.TestCase):
    def test_numbers_and_quotes_are_the_demos(self):
        checked = 0
        for page in sorted(ROOT.glob("chapters/[0-9][0-9]-*/README.md")):
            text = page.read_text()
            text = re.sub(r"<!--/?course.*?-->", "", text)  # those of ./lab bench course, which ctest's lab.bench holds
            if "<!--" not in text:
                continue
            with self.subTest(page.parent.name):
                found = len(MARK.findall(text)) + len(QUOTED.findall(text))
                self.assertEqual(text.count("<!--"), found, "a mark is not understood")
                if demo := shown(page.parent.name):
                    figures, output = demo
                    self.assertEqual(list(wrong_marks(text, figures)), [])
                    self.assertEqual(wrong_quotes(text, output), [])
                    checked += found
        self.assertGreater(checked, 15)

    def test_truths_are_the_demos(self):
        files = sorted(ROOT.glob("chapters/[0-9][0-9]-*/questions.json"))
        self.assertNotEqual(files, [])
        for file in files:
            with self.subTest(file.parent.name):
                if demo := shown(file.parent.name):
                    self.assertEqual(list(wrong_truths(json.loads(file.read_text()), demo[0])), [])

    def test_chapter_00_opens_and_closes_with_a_number_of_a_run(self):
        paragraphs = (ROOT / "chapters/00-baseline/README.md").read_text().strip().split("\n\n")
        for paragraph in (paragraphs[1], paragraphs[-1]):
            self.assertRegex(paragraph, MARK)

    def test_a_wrong_number_is_seen(self):
        figures = {"a": 12_255_232, "b": 74.608, "c": 45_056}
        right = "12.3 MB<!--a--> 74.6 %<!--b--> 12,255,232<!--a--> 44.00 KiB<!--c-->"
        self.assertEqual(list(wrong_marks(right, figures)), [])
        self.assertEqual(list(wrong_marks("12.2 MB<!--a-->, 74.7 %<!--b-->, 5<!--d-->", figures)), [
            "a: the text says 12.2 MB, the demo 12.3 MB", "b: the text says 74.7 %, the demo 74.6 %",
            "5: the demo has no figure d"])

    def test_a_wrong_truth_is_seen(self):
        questions = [{"name": "a", "truth": 7}, {"name": "b", "truth": [3, 5]}, {"name": "c", "truth": [5, 3]},
                     {"name": "d", "truth": 0}]
        self.assertEqual(list(wrong_truths(questions, {"a": 8, "b": [3, 5], "c": [3, 5]})), [
            "a: questions.json says 7, the demo 8", "c: questions.json says [5, 3], the demo [3, 5]",
            "d: the demo has no such figure"])

    def test_a_wrong_quote_is_seen(self):
        page = "<!--demo-->\n```\n  5 tokens in 17 ms\n  6 tokens\n```\n"
        self.assertEqual(wrong_quotes(page, " 5 tokens  in 18.5 ms\n7 tokens\n"), ["  6 tokens"])


if __name__ == "__main__":
    unittest.main()
