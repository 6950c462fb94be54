"""./lab submit: packs exactly the files that a chapter's learner writes into build/submissions/NN-slug.zip. The same
files give the same bytes."""
import os
import zipfile

from lab.learn.learner import add_chapter, is_edited_since, item_of, lab_of, last_record, points, sources
from lab.services.places import ROOT, LabError, shown
from lab.services.terminal import coloured, say, size

SUMMARY = "pack a chapter's files for handing in"
EXAMPLE = "./lab submit 01"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip file can say


def add_arguments(parser):
    add_chapter(parser)


def run(arguments, root=ROOT):
    lab = lab_of(arguments, root)
    files = sources(lab)
    if missing := [path for path in files if not path.is_file()]:
        raise LabError(f"{shown(missing[0])}: is missing, so there is nothing whole to hand in")
    target = root / "build/submissions" / f"{lab.slug}.zip"
    pack(files, lab.exercises, target)
    found = last_record(lab)
    items = {lab.exercises / task.file: item_of(found, task) for task in lab.tasks}
    wide = max(len(str(path.relative_to(lab.exercises))) for path in files)
    say(f"{shown(target)}: {len(files)} files, {size(target.stat().st_size)}")
    for path in files:
        item = items.get(path)
        state = f"{item.state}, {item.points}/{item.most}" if item else ""
        say(f"  {path.relative_to(lab.exercises)!s:{wide}}  {state}".rstrip())
    say(f"The last grade: {found.score} of {points(found.most)}" if found else "Not graded yet.")
    if not found or is_edited_since(found, lab):
        say(coloured("What is packed was not graded since the last edit: "
                     f"./lab grade {lab.number} says what it is worth.", "yellow"))
    return 0


def pack(files, folder, target):
    """Written beside the target and renamed: no half of a submission is ever there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    work = target.with_name(target.name + ".making")
    with zipfile.ZipFile(work, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), EARLIEST)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    os.replace(work, target)
