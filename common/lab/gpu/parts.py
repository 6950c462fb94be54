"""What ./lab gpu runs, part by part. A part that fails, or whose time is up, does not stop the next."""
import json
import re
import time
import xml.etree.ElementTree as xml
from dataclasses import asdict, dataclass, field

from lab.gpu import device, wrong
from lab.gpu.pack import PRESET, setting
from lab.machine.build import build, configure, jobs
from lab.services import report
from lab.services.logged import CTEST, NINJA, TookTooLong, WorkFailed, run_logged
from lab.services.places import LabError, build_folder, program
from lab.services.terminal import coloured, duration, say

OK, FAILED, LATE, SKIPPED = "ok", "FAILED", "TIME UP", "skipped"
QUICK, ALL, UNLIMITED = 170, 470, 7200  # [s] of all parts together; the page takes a moment more
TAIL = 25  # lines of what failed
EMULATED = ("test_emulator", "test_emulator_constructor", "test_emulator_beside_tsan", "test_cuda-exact")


class Skipped(Exception):
    """Why there is nothing to run."""


@dataclass
class Part:
    name: str
    verdict: str
    seconds: float
    told: str  # what it counted, or why it did not
    tail: list = field(default_factory=list)  # of what failed


class Run:
    """The parts that ran and their figures."""

    def __init__(self, gpu, quick, pack=None):
        """`gpu`: what device.gpu() found, None without one. `pack`: the folder pack/ if it is not where the preset looks. Limits are
        those of a GPU machine; where there is none, nobody pays by the minute."""
        self.gpu, self.pack = gpu, pack
        self.end = time.monotonic() + ((QUICK if quick else ALL) if gpu else UNLIMITED)
        self.parts, self.figures = [], {}

    def part(self, name, seconds, work):
        """Runs work(limit), which returns what it counted. `limit` is `seconds`, or less where less is left for all parts."""
        start = time.monotonic()
        limit = min(seconds if self.gpu else UNLIMITED, self.end - start)
        verdict, told, tail = OK, "", []
        try:
            if limit < 1:
                raise Skipped("the time of all parts was spent")
            told = work(limit)
        except Skipped as reason:
            verdict, told = SKIPPED, str(reason)
        except TookTooLong as failure:
            verdict, told, tail = LATE, str(failure), tail_of(failure.log)
        except WorkFailed as failure:
            verdict, told, tail = FAILED, str(failure), tail_of(failure.log)
        except (LabError, OSError, ValueError) as failure:
            verdict, (told, *tail) = FAILED, str(failure).splitlines() or [repr(failure)]
        self.parts.append(Part(name, verdict, time.monotonic() - start, told, tail))
        say(coloured(f"{name}: {verdict}, {duration(self.parts[-1].seconds)}. {told}",
                     {OK: "green", SKIPPED: "yellow"}.get(verdict, "red")))
        return verdict == OK

    def failed(self):
        return [part for part in self.parts if part.verdict not in (OK, SKIPPED)]

    def as_json(self):
        return {"parts": [asdict(part) for part in self.parts], **self.figures}

    # The parts.

    def configure(self, limit):
        options = [f"-DRADIXLAB_PACK={self.pack}"] if self.pack else []
        if self.gpu:  # this GPU alone: a third of the compiler's time
            options.append(f"-DRADIXLAB_CUDA_ARCHITECTURES={self.gpu['compute_capability'].replace('.', '')}")
        configure(PRESET, *options, limit=limit)
        return "; ".join(left_out((build_folder(PRESET) / "lab-configure.log").read_text(errors="replace"))) or "all was found"

    def build(self, limit):
        if not setting("RADIXLAB_NVCC"):
            raise Skipped("nvcc was not found; programs are the pack's, where it has them")
        build(PRESET, ["cuda_compiles"], limit=limit)
        return f"{len(list(build_folder(PRESET).rglob('*.ptx')))} files of kernels"

    def suites(self, limit):
        told = self.tests("suites", limit, ["--label-regex", "^gpu$"])
        compared = sum(int(count) for output in self.outputs for count in re.findall(r"^(\d+) values compared", output, re.M))
        self.figures["suites"]["values_compared"] = compared
        return told + (f"; {compared:,} values compared with the CPU's" if compared else "")

    def sanitizers(self, limit):
        return self.tests("compute-sanitizer", limit, ["--label-regex", "^sanitizer$"])

    def emulator(self, limit):
        build(PRESET, EMULATED, "Building the emulator's suites", limit=limit * 0.7)
        return self.tests("emulator", limit * 0.3, ["--label-regex", "^(emulator|cuda-exact)$"])

    def libtorch(self, limit):
        if not setting("RADIXLAB_TORCH_CPU"):
            raise Skipped("no LibTorch: neither ./lab's nor Python's torch")
        build(PRESET, ["test_stock"], "Building the suite of LibTorch", limit=limit * 0.7)
        return self.tests("LibTorch", limit * 0.3, ["--tests-regex", r"^stock\."])

    def benchmark(self, limit):
        path = built("bench_cuda")
        out = build_folder(PRESET) / "bench_cuda.json"
        out.unlink(missing_ok=True)
        run_unless_told("Timing kernels", [str(path), "--json", str(out)], out, limit)
        self.figures["benchmark"] = json.loads(out.read_text())
        failed = [f"{case['name']}: {case['error']}" for case in self.figures["benchmark"]["cases"] if "error" in case]
        if failed:
            raise LabError("\n".join([f"{len(failed)} cases were not timed", *failed]), code=1)
        return f"{len(self.figures['benchmark']['cases'])} cases"

    def wrong_kernels(self, limit):
        if not (sanitizer := setting("RADIXLAB_COMPUTE_SANITIZER")):
            raise Skipped("compute-sanitizer was not found")
        self.figures["wrong"] = wrong.judge(built("wrong_on_gpu"), sanitizer, build_folder(PRESET) / "wrong", limit)
        return wrong.summary(self.figures["wrong"])

    def tests(self, name, limit, which):
        """Runs tests of ctest: at least one must pass where there is a GPU, unless all say why not."""
        junit = build_folder(PRESET) / f"lab-gpu-{name}.xml"
        junit.unlink(missing_ok=True)
        command = ["ctest", "--test-dir", str(build_folder(PRESET)), "--parallel", str(jobs()), "--output-on-failure",
                   "--no-tests=error", "--test-output-size-passed", "100000", "--output-junit", str(junit), *which]
        run_unless_told(f"Running {name}", command, junit, limit, CTEST)
        results, self.outputs = report.read_junit(junit), outputs_of(junit)
        counts = report.counts(results)
        self.figures[name] = {**counts, "tests": [test_of(*pair) for pair in zip(results, self.outputs)]}
        return judged(results, counts, bool(self.gpu))


def built(name):
    """A program for a GPU: this machine's, or the pack's."""
    places = (program(name, PRESET), build_folder(PRESET) / "programs" / name)
    if not (path := next((path for path in places if path.exists()), None)):
        raise Skipped(f"{name} was not built, and no pack has brought it")
    return path


def run_unless_told(label, command, out, limit, progress=NINJA):
    """Runs what writes `out`. If it fails and has written it yet, that tells more than the exit code, and is asked instead."""
    try:
        run_logged(label, command, out.with_suffix(".log"), progress, limit=limit)
    except TookTooLong:
        raise
    except WorkFailed:
        if not out.exists():
            raise


def judged(results, counts, with_gpu):
    if not results:
        raise LabError("no test ran: their program was not built", code=1)
    told = f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped"
    if counts["failed"]:
        raise LabError("\n".join([told, *report.failure_lines(results, most=3, lines_each=12)]), code=1)
    if counts["passed"]:
        return told
    reasons = sorted({result.reason.removeprefix("skipped: ") for result in results})
    if with_gpu and any(device.NO_GPU_WORDS in reason for reason in reasons):
        raise LabError(f"{told}: nvidia-smi names a GPU, and CUDA's runtime finds none; the driver may be older than the toolkit",
                       code=1)
    raise Skipped(f"{told}: {'; '.join(reasons)}")


def test_of(result, output):
    """A test's line of the JSON; what a sanitizer counted stands in its last words."""
    summary = re.findall(r"^=+ ((?:ERROR|RACECHECK) SUMMARY: .*)$", output, re.MULTILINE)
    return {"name": result.name, "verdict": result.state, "seconds": result.seconds,
            "summary": summary[-1] if summary else result.reason}


def outputs_of(junit):
    return [case.findtext("system-out") or "" for case in xml.parse(junit).getroot().iter("testcase")]


def left_out(words):
    return re.findall(r"^-- (left out: .*)$", words, re.MULTILINE)


def tail_of(log):
    return log.read_text(errors="replace").splitlines()[-TAIL:]
