"""A chapter's task 0, its predictions: chapters/NN-slug/questions.json has the questions, their answers and why these are so.

It is a list of {"name": "predicted_pages", "test": "PagesOfOneRequest", "truth": 127, "asks": "...", "why": "..."}. A truth is a
number or a list of pages; beside a number that is a name, "names" says of what. A "scene" may stand before a question, for it and
those that follow. Of it are made: predict.hpp, which declares what the learner defines; predict_test.cpp, which judges it; the
comments in the learner's file. That each truth is what a run says, tests/apps/texts_test.py holds against the chapter's demo.

As a program: python3 -m lab.services.questions CHAPTER OUT writes the first two into the folder OUT; one that is the same already
is left as it is, so that nothing is compiled again."""
import json
import re
import sys
import textwrap
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path

from lab.services.places import LabError, shown

FILE = "questions.json"
ANSWERS = "0_predict.cpp"  # where the learner answers them
WIDTH = 120
SHAPES = {"name": (r"predicted_\w+", 'a name that begins with "predicted_"'), "test": (r"[A-Z]\w*", "a name such as PagesFreed"),
          "asks": (r"[^\n\\]+", "a line of words"), "why": (r".+", "a line of words"), "scene": (r"[^\n\\]+", "a line of words"),
          "names": (r"[a-z]+", "a word")}
OPTIONAL = ("scene", "names")


@dataclass(frozen=True)
class Question:
    name: str  # of the function that answers it
    test: str
    truth: object  # a number, or a list of pages
    asks: str
    why: str
    scene: str = ""
    names: str = ""  # what the truth is a name of: a name has no side

    @property
    def declared(self):
        return f"{'std::vector<PageId>' if isinstance(self.truth, list) else 'std::size_t'} {self.name}()"


FIELDS = [field.name for field in fields(Question)]


def read(chapter):
    """The Questions of a chapter's folder; none where it asks none."""
    path = Path(chapter, FILE)
    if not path.is_file():
        return []
    where = shown(path)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LabError(f"{where}: {error}") from error
    if not isinstance(told, list) or not told:
        raise LabError(f"{where}: expected a list of questions, found {_short(told)}")
    questions = [_question(each, f"{where}: question {number}") for number, each in enumerate(told, 1)]
    for field in ("name", "test"):
        for value, count in Counter(getattr(each, field) for each in questions).items():
            if count > 1:
                raise LabError(f'{where}: {count} questions have the {field} "{value}", expected one')
    return questions


def _question(told, where):
    if not isinstance(told, dict):
        raise LabError(f"{where}: expected an object with {', '.join(FIELDS)}, found {_short(told)}")
    for name in told:
        if name not in FIELDS:
            raise LabError(f'{where}: expected {", ".join(FIELDS)}, found "{name}"')
    for name, (shape, expected) in SHAPES.items():
        if name in OPTIONAL and name not in told:
            continue
        if not isinstance(told.get(name), str) or not re.fullmatch(shape, told[name]):
            raise LabError(f'{where}: "{name}" is {_short(told.get(name))}, expected {expected}')
    truth = told.get("truth")
    if any(type(number) is not int or number < 0 for number in (truth if isinstance(truth, list) else [truth])):
        raise LabError(f'{where}: "truth" is {_short(truth)}, expected a number from 0 or a list of such')
    if "names" in told and isinstance(truth, list):
        raise LabError(f'{where}: "truth" is {_short(truth)}, expected one number where "names" stands')
    return Question(**told)


def _short(value):
    return textwrap.shorten(json.dumps(value), 60, placeholder="...")


def tests(lab):
    """The judge's tests, in their order, as GoogleTest names them."""
    return [f"Lab{lab.number}Predict.T0_{each.test}" for each in read(lab.chapter)]


def header(slug, questions):
    declared = "\n\n".join(f"{_comment(each.scene, each.asks)}\n{each.declared};" for each in questions)
    return f"""/// \\file
{_comment(_begin(slug))}
#pragma once
#include <vector>

#include "contract/cache_manager.hpp"

namespace radixlab {{

{declared}

}}  // namespace radixlab
"""


def judge(slug, questions):
    tests = "\n\n".join(f"TEST(Lab{slug[:2]}Predict, T0_{each.test}) {{\n  {_judgement(each)};\n}}" for each in questions)
    return f"""// Made from chapters/{slug}/{FILE}: the predictions, held against what a run has said.
#include "{slug}/predict.hpp"

#include "testing/prediction.hpp"

namespace radixlab {{
namespace {{

{tests}

}}  // namespace
}}  // namespace radixlab
"""


def _judgement(each):
    call, what = ("judge_name", f"{json.dumps(each.names)}, ") if each.names else ("judge", "")
    return f"{call}({each.name}(), {_cpp(each.truth)}, {what}{json.dumps(each.why, ensure_ascii=False)})"


def put_above(chapter, text, where):
    """The text of our answers, with the question of each as a comment above it."""
    begin = _begin(chapter.name)
    for each in read(chapter):
        head = f"\n{each.declared} {{"
        if text.count(head) != 1:
            raise LabError(f"{where}: has '{each.declared}' {text.count(head)} times, expected once: {FILE} asks for it")
        text = text.replace(head, f"\n{_comment(begin, each.scene, each.asks)}{head}")
        begin = ""
    return text


def _begin(slug):
    return (f"Chapter {slug[:2]}, task {int(slug[:2])}.0: say what will happen before you read on. "
            "The tests hold each answer against a run.")


def _comment(*paragraphs):
    return "\n///\n".join(textwrap.fill(words, WIDTH, initial_indent="/// ", subsequent_indent="/// ", break_long_words=False,
                                        break_on_hyphens=False) for words in paragraphs if words)


def _cpp(truth):
    return f"{{{', '.join(map(str, truth))}}}" if isinstance(truth, list) else str(truth)


def main(words):
    if len(words) != 2:
        sys.exit(__doc__)
    chapter, folder = map(Path, words)
    try:
        questions = read(chapter)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("predict.hpp", header(chapter.name, questions)), ("predict_test.cpp", judge(chapter.name, questions))):
            out = folder / name
            if not out.is_file() or out.read_text(encoding="utf-8") != text:
                out.write_text(text, encoding="utf-8")
    except (LabError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
