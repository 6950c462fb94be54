"""The pack: one folder with all that ./lab gpu needs on a machine that has a compiler, and neither our packages nor a network.

It is a copy of the course's files, without what nothing there reads, and the folder pack/, whose parts stand in
common/cmake/RadixLabPack.cmake. Programs go in where nvcc is, but where the pack is unpacked they are used only if no nvcc is there:
what is built on a machine fits its C library and its GPU."""
import os
import re
import shlex
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from lab.machine.build import build, configure
from lab.machine.setup import set_up
from lab.services.places import ROOT, LabError, build_folder, shown, tracked
from lab.services.terminal import size

PRESET = "cuda"
LIMIT = 16 << 20  # bytes of a pack
LEFT_OUT = (".ci/", "docs/figures/", "docs/performance", "exercises/", "tests/author/", "tests/bare/", "tests/fuzz/", "tests/wrong/")
"""How the names begin of what no build on a GPU machine reads."""
KEPT_PAGES = ("README.md", "docs/gpu.md", "docs/numerics.md")
WHOLE = ("nlohmann", "CLI", "fmt")
"""Packages of headers that go in as they are; of Boost, which is a hundred times as large, only what a compiler asks for."""
GOOGLETEST = Path("/usr/src/googletest")
GOOGLETEST_PARTS = tuple(f"{part}/{folder}" for part in ("googletest", "googlemock") for folder in ("include", "src"))
PROGRAMS = ("test_*-gpu", "bench_cuda", "wrong_on_gpu")
OF_EVERY_SYSTEM = re.compile(r"^(linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so)")
"""Libraries that are where a program of C++ can run at all."""


def make(folder, with_programs=True):
    """Makes the pack anew and returns its bytes and the names of its programs. Nothing stays in `folder` if it cannot be made whole."""
    check_place(folder)
    if (ROOT / "pack").exists():
        raise LabError("this folder is a pack already; carry it on as it is")
    set_up(PRESET)
    configure(PRESET)
    programs = built_programs() if with_programs else []
    work = folder.with_name(folder.name + ".making")
    shutil.rmtree(work, ignore_errors=True)
    try:
        copy_sources(work)
        fill(work / "pack", programs)
        count = check_size(work, folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    work.replace(folder)
    return count, [path.name for path in programs]


def check_place(folder):
    """A folder that is no pack is not deleted."""
    if folder.exists() and not (folder / "pack/MADE").exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LabError(f"{shown(folder)} is there and is no pack; name another with --out")


def check_size(work, folder):
    count = bytes_of(work)
    if count > LIMIT:
        raise LabError(f"the pack would have {size(count)}, expected at most {size(LIMIT)}. Its largest files: "
                       f"{', '.join(largest(work))}; {shown(folder)} is as it was", code=1)
    return count


def bytes_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def largest(folder, count=3):
    files = sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: -path.stat().st_size)
    return [f"{path.relative_to(folder)} ({size(path.stat().st_size)})" for path in files[:count]]


def goes_in(name):
    """Whether a file of the course is read on a GPU machine."""
    if name.endswith((".md", ".svg", ".png", ".dot")) and name not in KEPT_PAGES:
        return name.startswith("tests/lab/")
    return not name.startswith(LEFT_OUT)


def copy_sources(work):
    for name in filter(goes_in, tracked()):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, work / name)


def fill(pack, programs):
    libraries = pack / "lib" / os.uname().machine
    libraries.mkdir(parents=True)
    shutil.copy2(boost_context(), libraries / "libboost_context.a")
    shutil.copy2(sentencepiece(), libraries / "libsentencepiece.so.0")  # the name by which a program asks for it
    for path in headers():
        copy_header(*path, pack / "include")
    for part in GOOGLETEST_PARTS:
        if not (GOOGLETEST / part).is_dir():
            raise LabError(f"GoogleTest's sources are not in {GOOGLETEST}; on Debian and Ubuntu package googletest has them")
        shutil.copytree(GOOGLETEST / part, pack / "googletest" / part)
    if programs:
        archive(programs, pack / "programs.tar.xz")
    (pack / "MADE").write_text(f"{commit()}\n")


def archive(programs, path):
    """Programs without symbols, and beside them the libraries that a bare machine lacks."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(path, "w:xz") as tar:
        for program in programs:
            subprocess.run(["strip", "-o", Path(folder, program.name), program], check=True)
            tar.add(Path(folder, program.name), program.name)
        for library in sorted({library for program in programs for library in linked(program)}):
            tar.add(library.resolve(), library.name)


def commit():
    """Of these files, in a pack as where it was made; empty where nobody can tell."""
    if (made := ROOT / "pack/MADE").exists():
        return made.read_text().strip()
    try:
        return subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        return ""


def built_programs():
    """Suites for a GPU, where nvcc is."""
    if not setting("RADIXLAB_NVCC"):
        return []
    build(PRESET, ["cuda_compiles"], "Building the suites for a GPU")
    folder = build_folder(PRESET) / "bin"
    return sorted(path for pattern in PROGRAMS for path in folder.glob(pattern))


def linked(program):
    """The libraries of a program that a bare machine lacks."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return [Path(path) for name, path in re.findall(r"^\s*(\S+) => (/\S+)", told, re.MULTILINE)
            if not OF_EVERY_SYSTEM.match(name)]


def setting(name):
    """What CMake has found out here; empty if it has found nothing."""
    cache = (build_folder(PRESET) / "CMakeCache.txt").read_text()
    found = re.search(rf"^{name}:\w+=(.*)$", cache, re.MULTILINE)
    return "" if not found or found[1].endswith("NOTFOUND") else found[1]


def sentencepiece():
    return there(Path(setting("RADIXLAB_SENTENCEPIECE")), "SentencePiece")


def boost_context():
    return there(Path(setting("boost_context_DIR")).parents[1] / "libboost_context.a", "Boost.Context's static library")


def there(path, what):
    if not path.is_file():
        raise LabError(f"{what} was not found, so that there is nothing to pack: {path}")
    return path


def headers():
    """(include folder, name in it) of all that our files include of other packages, and of what that includes in its turn."""
    asked = sorted(set(includes(ROOT / name for name in tracked() if name.endswith((".cpp", ".hpp", ".cu", ".cuh")))))
    command = [*shlex.split(os.environ.get("CXX", "g++")), "-std=c++20", "-DFMT_HEADER_ONLY", "-M", "-x", "c++", "-"]
    told = subprocess.run(command, input="".join(f"#include <{name}>\n" for name in asked), capture_output=True, text=True)
    if told.returncode != 0:
        raise LabError(f"headers to pack were not found: {told.stderr.strip().splitlines()[0]}")
    return sorted(set(of_packages(told.stdout)))


def includes(files):
    """Names of other packages' headers, as in fmt/format.h."""
    pattern = re.compile(rf"^\s*#\s*include <((?:{'|'.join(WHOLE)}|boost)/[^>]+|sentencepiece_processor\.h)>", re.MULTILINE)
    for file in files:
        yield from pattern.findall(file.read_text(encoding="utf-8"))


def of_packages(dependencies):
    """The same of a compiler's list of dependencies; a package that goes in whole is named as its folder."""
    for path in dependencies.replace("\\\n", " ").split():
        if found := re.match(rf"(/.*?)/((?:{'|'.join(WHOLE)})(?=/)|boost/.*|sentencepiece_processor\.h)", path):
            yield found[1], found[2]


def copy_header(place, name, to):
    source, target = Path(place, name), to / name
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def read_from_system(build):
    """Headers of packages that a pack brings, which a compiler has yet read from elsewhere. `build`: a build folder of a pack."""
    told = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    paths = set(re.findall(rf"^\s+(/\S*/(?:{'|'.join(WHOLE)}|boost|gtest|gmock|benchmark)/\S+|/\S*/sentencepiece_processor\.h)$", told,
                           re.MULTILINE))
    return sorted(path for path in paths if not path.startswith(str(build.parents[1])))
