"""./lab package: packs an edition of the course with CPack, as .tar.gz and .zip, or a chapter's autograder, into
build/packages.

student: without known-wrong solutions, with the solutions of the chapters that --released names.
instructor: everything.
gradescope: one chapter with our solution, so that each task is graded alone. Upload gradescope-01.zip as the autograder
of a programming assignment, with an image of Ubuntu 24.04; learners hand in their task files, or what ./lab submit
packs.
Only files of the repository go in; what is in which edition stands in common/lab/author/editions.py."""
import shutil

from lab.author import editions, gradescope
from lab.machine.setup import set_up
from lab.services import course
from lab.services.logged import WorkFailed, run_logged, show_log
from lab.services.places import BUILD, ROOT, LabError, shown
from lab.services.terminal import say, size

SUMMARY = "pack the student's or the instructor's edition, or an autograder for Gradescope"
EXAMPLE = "./lab package student --released 01,02     (or: ./lab package gradescope 01)"
GRADESCOPE = "gradescope"
PACKAGES = BUILD / "packages"
ENDINGS = (".tar.gz", ".zip")


def _student(arguments):
    return editions.student(tuple(number.zfill(2) for number in arguments.released.split(",") if number))


def _instructor(arguments):
    if arguments.released:
        raise LabError("--released is for the student's edition; the instructor's has every solution")
    return editions.instructor()


def _autograder(lab):
    path = gradescope.pack(lab)
    say(f"{shown(path)}: {size(path.stat().st_size)}. It holds our solution: for instructors only.")
    return 0


KINDS = {"student": _student, "instructor": _instructor}


def add_arguments(parser):
    parser.add_argument("edition", nargs="?", choices=[*KINDS, GRADESCOPE], help="whose edition, or for which service")
    parser.add_argument("chapter", nargs="?", help="of the autograder, as in 01")
    parser.add_argument("--released", default="", metavar="01,02", help="chapters whose solutions a student may read")


def run(arguments):
    if not arguments.edition:
        raise LabError(f"whose edition? There are: {', '.join(KINDS)}, and {GRADESCOPE}; as in {EXAMPLE}")
    if (arguments.edition == GRADESCOPE) != bool(arguments.chapter):
        raise LabError("name a chapter for Gradescope, and for nothing else: an autograder is of one chapter")
    if arguments.edition == GRADESCOPE:
        return _autograder(course.lab(arguments.chapter))
    set_up("labs")
    edition = KINDS[arguments.edition](arguments)
    for path in pack(edition):
        say(f"{shown(path)}: {size(path.stat().st_size)}")
    say(f"{len(edition.files)} files. " + edition.files[editions.EDITION].decode().replace("\n", ". ").strip())
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
