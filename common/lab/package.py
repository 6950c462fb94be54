"""./lab package: packs an edition of the course with CPack, as .tar.gz and .zip, or a chapter's autograder for Gradescope; all
into build/packages.

student: without known-wrong solutions, and with the solutions of the chapters that --released names. instructor: everything.
Only files of the repository go in; what is in which edition stands in common/lab/editions.py.
gradescope CHAPTER: our solution is inside, so that each task is graded alone; for instructors only."""
import shutil

from lab import course, editions, gradescope
from lab.logged import WorkFailed, run_logged, show_log
from lab.places import BUILD, ROOT, LabError, shown
from lab.setup import set_up
from lab.terminal import say, size

SUMMARY = "pack the student's or the instructor's edition, or a chapter's autograder"
EXAMPLE = "./lab package student --released 01,02     ./lab package gradescope 01"
PACKAGES = BUILD / "packages"
ENDINGS = (".tar.gz", ".zip")


WHAT = ("student", "instructor", "gradescope")


def add_arguments(parser):
    parser.add_argument("what", nargs="?", choices=WHAT, help="whose edition, or which grading service")
    parser.add_argument("chapter", nargs="?", help="whose autograder, as in 01")
    parser.add_argument("--released", default="", metavar="01,02", help="chapters whose solutions a student may read")


def run(arguments):
    what, chapter = arguments.what, arguments.chapter
    if not what:
        raise LabError(f"pack what? There are: {', '.join(WHAT)}; as in {EXAMPLE}")
    if (what == "gradescope") != bool(chapter):
        raise LabError(f"an autograder is of a chapter, an edition of none; as in {EXAMPLE}")
    if arguments.released and what != "student":
        raise LabError("--released is for the student's edition; elsewhere every solution is inside")
    if what == "gradescope":
        return told([gradescope.pack(course.lab(chapter))], "It holds our solution: for instructors only.")
    set_up("labs")
    released = tuple(number.zfill(2) for number in arguments.released.split(",") if number)
    edition = editions.student(released) if what == "student" else editions.instructor()
    said = edition.files[editions.EDITION].decode().replace("\n", ". ").strip()
    return told(pack(edition), f"{len(edition.files)} files. {said}")


def told(paths, more):
    for path in paths:
        say(f"{shown(path)}: {size(path.stat().st_size)}")
    say(more)
    return 0


def pack(edition):
    """The archives' paths."""
    stage, log = PACKAGES / edition.name, PACKAGES / f"{edition.name}.log"
    shutil.rmtree(stage, ignore_errors=True)
    for name, text in edition.files.items():
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        if (ROOT / name).is_file():
            shutil.copymode(ROOT / name, path)
    words = {"CPACK_INSTALLED_DIRECTORIES": f"{stage};.", "CPACK_PACKAGE_FILE_NAME": edition.package,
             "CPACK_PACKAGE_VERSION": edition.package.split("-")[1]}
    command = ["cpack", "--config", str(ROOT / "common/cmake/RadixLabPackage.cmake"), "-B", str(PACKAGES)]
    try:
        run_logged(f"Packing the {edition.name}'s edition",
                   command + [word for name, value in words.items() for word in ("-D", f"{name}={value}")], log)
    except WorkFailed:
        show_log(log, "CPack Error")
        raise
    shutil.rmtree(PACKAGES / "_CPack_Packages")
    return [PACKAGES / f"{edition.package}{ending}" for ending in ENDINGS]
