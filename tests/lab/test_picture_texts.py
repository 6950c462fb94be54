"""./lab check pictures: what it finds in a picture, in a browser, and what it says of it."""
import contextlib
import io
import subprocess
import unittest
from unittest import mock

from lab.author import picture_texts
from lab.machine import packages
from lab.services.places import LabError

HEAD = ('<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100" viewBox="0 0 300 100" '
        'font-family="Helvetica,Arial,sans-serif" font-size="10">')
BOX = '<rect x="10" y="10" width="{width}" height="20" fill="none" stroke="black"/>'
LONG = 'textLength="{length}" lengthAdjust="spacingAndGlyphs"'
SMALL = "a request in progress needs it"
LACKING = packages.missing(packages.needed(["browser"]))


def svg(*parts):
    return HEAD + "".join(parts) + "</svg>"


def text(words, x=12, y=24, how=""):
    return f'<text x="{x}" y="{y}" {how}>{words}</text>'


PICTURES = {
    "well": svg(BOX.format(width=80), text("mmm"), text("mmm", 60), text("mmm", 100)),
    "out": svg(text("mmm", 290)),
    "turned": svg(text("mmmmmmmmmmmm", 20, 95, 'transform="rotate(-90 20 95)"')),
    "wide": svg(BOX.format(width=20), text("mmm")),
    "high": svg(BOX.format(width=80), text("mmm", y=34)),
    "into": svg(BOX.format(width=80), text("mmm", 85)),
    "rounded": svg('<path d="M12,10 L28,10 C30,10 30,30 28,30 L12,30 C10,30 10,10 12,10" fill="none"/>', text("mmm")),
    "a curve": svg('<path d="M12,10 L28,30" fill="none"/>', text("mmm")),
    "over": svg(text("mmm"), text("nn", 30)),
    "enlarged": svg(BOX.format(width=148), text(SMALL)),  # its letters are rounded to less where they are small
    "squeezed": svg(BOX.format(width=20), text("mmm", how=LONG.format(length=16))),
    "stretched": svg(BOX.format(width=20), text("m", how=LONG.format(length=40))),
    "spaces": svg(text("mmm", how=LONG.format(length=20)), text(" nn", 32, how=f'xml:space="preserve" {LONG.format(length=9)}')),
    "</script>": svg(text("&lt;/script&gt;")),
    "broken": "<svg><text>",
    "cut": svg(text("mmm"))[:-6],
}
WRONG = {
    "out": ['"mmm" leaves the picture'], "turned": ['"mmmmmmmmmmmm" leaves the picture'], **dict.fromkeys(("broken", "cut"), ["it is not an SVG"]),
    "over": ['"nn" runs into "mmm"'],
    **{name: [f'"{words}" stands across the side of a box'] for name, words in (
        ("wide", "mmm"), ("high", "mmm"), ("into", "mmm"), ("rounded", "mmm"), ("stretched", "m"), ("enlarged", SMALL))},
}


@unittest.skipIf(LACKING, f"not installed: {', '.join(LACKING)}")
class Browser(unittest.TestCase):
    def test_what_is_wrong_is_found_and_nothing_else(self):
        found = picture_texts.measure(PICTURES, "DejaVu Sans")
        self.assertEqual({name: answer["troubles"] for name, answer in found.items()},
                         {name: WRONG.get(name, []) for name in PICTURES})
        self.assertEqual((found["well"]["texts"], found["broken"]["texts"]), (3, 0))

    def test_a_font_that_is_not_there_is_told(self):
        with mock.patch.dict(picture_texts.FONTS, {"Absent Sans": 50}), \
                self.assertRaisesRegex(LabError, "another font than Absent Sans"):
            picture_texts.measure({}, "Absent Sans")


class Told(unittest.TestCase):
    def prove(self, answer):
        said = io.StringIO()
        pictures = {"a.svg": "", "b.svg": ""}
        with contextlib.redirect_stdout(said), mock.patch.object(picture_texts, "committed", return_value=pictures), \
                mock.patch.object(picture_texts, "measure", side_effect=answer):
            try:
                return picture_texts.prove(), said.getvalue()
            except LabError as error:
                return str(error), said.getvalue()

    def test_texts_are_counted(self):
        def fine(pictures, _):
            return {name: {"texts": 4, "troubles": []} for name in pictures}
        self.assertEqual(self.prove(fine), ("8 texts of 2 pictures, with 3 fonts", ""))

    def test_each_that_is_wrong_is_named_with_its_font(self):
        def wrong(pictures, family):
            return {name: {"texts": 4, "troubles": ['"x" leaves the picture'] * (family == "Noto Sans")} for name in pictures}
        told, said = self.prove(wrong)
        self.assertEqual(told, "2 of 3 x 8 texts do not stay in their places")
        self.assertIn('b.svg, with Noto Sans: "x" leaves the picture\n', said)

    def test_no_text_at_all_is_no_proof(self):
        self.assertIn("0 of 3 x 0 texts", self.prove(lambda *_: {"a.svg": {"texts": 0, "troubles": []}})[0])

    def test_a_browser_that_does_not_answer_is_told_with_its_words(self):
        done = subprocess.CompletedProcess([], 1, stdout="<html>", stderr="no display")
        with mock.patch.object(picture_texts.subprocess, "run", return_value=done), \
                self.assertRaisesRegex(LabError, r"did not measure \(exit code 1\): no display"):
            picture_texts.measure({}, "DejaVu Sans")

    def test_the_pictures_are_those_of_readme_and_docs(self):
        names = picture_texts.committed()
        self.assertIn("docs/figures/tree.svg", names)
        self.assertTrue(all("<svg" in source for source in names.values()))


if __name__ == "__main__":
    unittest.main()
