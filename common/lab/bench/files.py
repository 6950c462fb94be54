"""What becomes of a benchmark's figures: a limit that does not hold, or files by --save."""
import json

from lab.services.places import LabError, shown
from lab.services.terminal import say


def finish(arguments, figures, broken, file, made):
    """`broken`: the limit that does not hold, which fails the command and saves nothing, or "". Else --save saves, with what
    `made` answers."""
    if broken:
        raise LabError(broken, code=1)
    if arguments.save:
        save(figures, file, made())
    return 0


def save(figures, file, made):
    """Writes `figures` as JSON into `file`; `made`: {path: its text}."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    names = [shown(path) for path in (file, *made)]
    say(f"{', '.join(names[:-1])} and {names[-1]} are written.")
