"""Where a benchmark's --save puts what it measured: the figures, and what is made of them."""
import json

from lab.services.places import shown
from lab.services.terminal import say


def save(figures, file, made):
    """Writes `figures` as JSON into `file`; `made`: {path: its text}."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    names = [shown(path) for path in (file, *made)]
    say(f"{', '.join(names[:-1])} and {names[-1]} are written.")
