"""./lab gpu: what goes into a pack, what a run makes of its parts, the page and the exit codes. No GPU, no compiler of CUDA."""
import contextlib
import io
import json
import os
import re
import select
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from lab.gpu import device, gpu, pack, parts, wrong
from lab.gpu.page import page
from lab.gpu.parts import FAILED, LATE, OK, SKIPPED, Run, Skipped
from lab.services.logged import TookTooLong, WorkFailed, run_logged
from lab.services.places import ROOT, LabError, tracked
from lab.services.report import Result, counts

H = {"device": "NVIDIA H", "driver": "580.1", "compute_capability": "9.0", "memory": "80000 MiB", "power_limit": "700.00 W",
     "most_clock": "1980 MHz"}
AROUND = {"nvcc": "13.0.88, /usr/local/cuda/bin/nvcc", "torch": "not found"}


def words_of(work, *arguments):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        return work(*arguments), said.getvalue()


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def patch(self, *arguments, **more):
        change = mock.patch.object(*arguments, **more)
        self.addCleanup(change.stop)
        return change.start()


class PackTest(InFolder):
    def test_what_a_build_reads_goes_in_and_pictures_and_proofs_stay(self):
        for name in ("lab", "CMakePresets.json", "kernels/cuda/exact/linear.cu", "chapters/09-cuda-paged-attention/paged_attention.hpp",
                     "solutions/09-cuda-paged-attention/4_shared_heads.cu", "tests/09-cuda-paged-attention/split_test.cpp", "common/llm/checkpoint/model.safetensors",
                     "docs/CMakeLists.txt", "docs/numerics.md", "tests/golden/old-float32-gqa/model.safetensors",
                     "tests/lab/test_gpu.py"):
            self.assertTrue(pack.goes_in(name), name)
        for name in ("docs/figures/desk.svg", "docs/performance-cache.md", "tests/wrong/01-naive-manager/x.wrong",
                     "tests/fuzz/CMakeLists.txt", "chapters/05-radix-tree/README.md", ".ci/run",
                     "exercises/09-cuda-paged-attention/4_shared_heads.cu"):
            self.assertFalse(pack.goes_in(name), name)

    def test_every_folder_that_cmake_enters_is_whole(self):
        names = set(tracked())
        for name in names:
            if name.endswith(("CMakeLists.txt", ".cmake", ".cpp", ".hpp", ".cu", ".cuh")) and not name.startswith(pack.LEFT_OUT):
                self.assertTrue(pack.goes_in(name), name)

    def test_a_pack_that_is_too_large_is_refused_with_its_size_and_its_largest_files(self):
        (self.folder / "work").mkdir()
        for name, count in (("small", 10), ("model", 700), ("program", 400)):
            (self.folder / "work" / name).write_bytes(b"x" * count)
        self.patch(pack, "LIMIT", 1110)
        self.assertEqual(pack.check_size(self.folder / "work", self.folder / "pack"), 1110)
        self.patch(pack, "LIMIT", 1109)
        with self.assertRaisesRegex(LabError, r"would have 1 kB, expected at most 1 kB.*: model \(700 B\), program \(400 B\)") as raised:
            pack.check_size(self.folder / "work", self.folder / "pack")
        self.assertEqual(raised.exception.code, 1)

    def test_a_failure_leaves_the_last_pack_and_nothing_else(self):
        last = self.folder / "pack"
        (last / "pack").mkdir(parents=True)
        (last / "pack/MADE").write_text("before")
        for name in ("set_up", "configure", "copy_sources"):
            self.patch(pack, name)
        self.patch(pack, "fill", side_effect=lambda pack, programs: pack.mkdir(parents=True) or self.fail_with("no GoogleTest"))
        with self.assertRaisesRegex(LabError, "no GoogleTest"):
            pack.make(last, with_programs=False)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["pack"])
        self.assertEqual((last / "pack/MADE").read_text(), "before")

    def fail_with(self, words):
        raise LabError(words)

    def test_a_folder_that_is_no_pack_is_not_deleted(self):
        pack.check_place(self.folder / "new")
        pack.check_place(self.folder)  # an empty one
        (self.folder / "thesis.tex").write_text("")
        with self.assertRaisesRegex(LabError, "is there and is no pack"):
            pack.make(self.folder)
        self.assertTrue((self.folder / "thesis.tex").exists())

    def test_headers_are_those_that_our_files_include_and_what_these_include(self):
        (self.folder / "a.cpp").write_text('#include <fmt/ranges.h>\n#include <vector>\n  # include <boost/context/fiber.hpp>\n'
                                           '#include "CLI/own.hpp"\n#include <sentencepiece_processor.h>\n')
        self.assertEqual(list(pack.includes([self.folder / "a.cpp"])),
                         ["fmt/ranges.h", "boost/context/fiber.hpp", "sentencepiece_processor.h"])
        told = ("-: /usr/include/stdc-predef.h /usr/include/fmt/ranges.h \\\n /usr/include/fmt/core.h /usr/include/c++/12/vector \\\n"
                " /opt/b/include/boost/config.hpp /usr/include/sentencepiece_processor.h\n")
        self.assertEqual(set(pack.of_packages(told)), {("/usr/include", "fmt"), ("/opt/b/include", "boost/config.hpp"),
                                                       ("/usr/include", "sentencepiece_processor.h")})

    def test_libraries_of_every_system_stay_there(self):
        for name in ("linux-vdso.so.1", "libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2"):
            self.assertTrue(pack.OF_EVERY_SYSTEM.match(name), name)
        for name in ("libfmt.so.9", "libsentencepiece.so.0", "libcudart.so.13", "libmvec2.so.1"):
            self.assertFalse(pack.OF_EVERY_SYSTEM.match(name), name)

    def test_a_pack_says_what_it_was_made_from_and_a_folder_without_git_nothing(self):
        self.patch(pack, "ROOT", self.folder)
        with mock.patch.object(pack.subprocess, "run", side_effect=FileNotFoundError("git")):
            self.assertEqual(pack.commit(), "")
        (self.folder / "pack").mkdir()
        (self.folder / "pack/MADE").write_text("abc1234\n")
        self.assertEqual(pack.commit(), "abc1234")

    def test_nothing_names_a_host(self):
        files = [*(ROOT / "common/lab/gpu").glob("*.py"), ROOT / "common/cmake/RadixLabPack.cmake",
                 ROOT / "common/cmake/RadixLabGpuSuite.cmake"]
        self.assertGreater(len(files), 5)
        for file in files:
            self.assertIsNone(re.search(r"://|\bwww\.|\.(com|org|net|io)\b|\burllib\b|\bsocket\b|\bpip\b", file.read_text()), file)


class DeviceTest(InFolder):
    def test_a_gpu_is_what_nvidia_smi_says(self):
        line = "NVIDIA H, 580.1, 9.0, 80000 MiB, 700.00 W, 1980 MHz\n"
        self.assertEqual(device.of_nvidia_smi(0, line * 2), H)

    def test_none_is_told_with_the_reason_and_code_77(self):
        for code, said in ((9, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"),
                           (0, "No devices were found\n"), (0, "")):
            with self.assertRaisesRegex(LabError, r"^this machine has no GPU \(nvidia-smi: ") as raised:
                device.of_nvidia_smi(code, said)
            self.assertEqual(raised.exception.code, 77)
        self.patch(device.shutil, "which", return_value=None)
        with self.assertRaisesRegex(LabError, r"^this machine has no GPU \(nvidia-smi was not found\)$"):
            device.gpu()


class RunTest(InFolder):
    def setUp(self):
        super().setUp()
        self.run_ = Run(H, quick=True)
        self.patch(parts, "say")

    def verdicts(self, *works):
        for number, work in enumerate(works):
            self.run_.part(str(number), 100, work)
        return [part.verdict for part in self.run_.parts]

    def failing(self, error):
        def work(limit):
            raise error
        return work

    def test_a_part_that_fails_does_not_stop_the_next(self):
        log = self.folder / "log"
        log.write_text("".join(f"line {i}\n" for i in range(100)))
        self.assertEqual(self.verdicts(self.failing(LabError("2 failed\nFailed: x\n  y", code=1)),
                                       self.failing(TookTooLong("Running suites", log, 40)), self.failing(Skipped("no nvcc")),
                                       self.failing(FileNotFoundError("ctest")), lambda limit: "3 passed"),
                         [FAILED, LATE, SKIPPED, FAILED, OK])
        self.assertEqual([part.name for part in self.run_.failed()], ["0", "1", "3"])
        self.assertEqual(self.run_.parts[0].tail, ["Failed: x", "  y"])
        self.assertEqual(self.run_.parts[1].tail[-1], "line 99")
        self.assertLessEqual(len(self.run_.parts[1].tail), parts.TAIL)
        self.assertEqual(self.run_.parts[4].told, "3 passed")

    def test_limits_end_with_the_time_of_all_parts(self):
        limits = []
        self.run_.part("first", 60, lambda limit: limits.append(limit) or "")
        self.run_.end -= parts.QUICK - 30
        self.run_.part("second", 60, lambda limit: limits.append(limit) or "")
        self.run_.end -= 30
        self.run_.part("third", 60, lambda limit: limits.append(limit) or "")
        self.assertEqual(limits[0], 60)
        self.assertTrue(25 < limits[1] <= 30, limits)
        self.assertEqual((len(limits), self.run_.parts[2].verdict), (2, SKIPPED))

    def test_the_limits_are_those_that_the_command_promises(self):
        self.assertLess(parts.QUICK, 3 * 60)
        self.assertLess(parts.ALL, 8 * 60)

    def test_what_ctest_says_is_judged(self):
        def judged(*states, reason="", with_gpu=True):
            results = [Result(f"t{i}", state, reason=reason) for i, state in enumerate(states)]
            return parts.judged(results, counts(results), with_gpu)
        no_gpu = "this machine has no GPU"
        self.assertEqual(judged("passed", "skipped"), "1 passed, 0 failed, 1 skipped")
        self.assertRaisesRegex(LabError, "0 passed, 1 failed", judged, "failed")
        self.assertRaisesRegex(LabError, "no test ran", judged)
        self.assertRaisesRegex(Skipped, f"2 skipped: {no_gpu}", judged, "skipped", "skipped", reason=no_gpu, with_gpu=False)
        self.assertRaisesRegex(LabError, "older than the toolkit", judged, "skipped", reason=no_gpu)
        self.assertRaisesRegex(Skipped, "1 skipped: compute-sanitizer was not", judged, "skipped",
                               reason="skipped: compute-sanitizer was not found")

    def test_a_sanitizers_summary_is_its_last_words(self):
        said = "values compared\n========= ERROR SUMMARY: 2 errors\n========= ERROR SUMMARY: 0 errors\n"
        self.assertEqual(parts.test_of(Result("x.memcheck", "passed"), said)["summary"], "ERROR SUMMARY: 0 errors")
        said = "========= RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)\n"
        self.assertIn("0 hazards", parts.test_of(Result("x.racecheck", "passed"), said)["summary"])
        self.assertEqual(parts.test_of(Result("x.racecheck", "skipped", reason="not found"), "")["summary"], "not found")

    def test_work_is_ended_with_all_that_it_started_when_its_time_is_up(self):
        os.mkfifo(self.folder / "held")
        held = os.open(self.folder / "held", os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, held)
        command = ["sh", "-c", f"sleep 100 >{self.folder}/held 2>&1 & echo begun; wait"]
        with contextlib.redirect_stdout(io.StringIO()), self.assertRaisesRegex(TookTooLong, "was ended after 1 s"):
            run_logged("Waiting", command, self.folder / "log", limit=1)
        self.assertEqual((self.folder / "log").read_text(), "begun\n")
        self.assertTrue(select.select([held], [], [], 20)[0], "what the work started still holds its file")

    def test_suites_count_the_values_that_their_cases_compared(self):
        junit = self.folder / "cuda/lab-gpu-suites.xml"
        self.patch(parts, "build_folder", side_effect=lambda preset: self.folder / preset)

        def ctest(*_, **__):
            junit.parent.mkdir()
            junit.write_text('<testsuite><testcase name="a" time="2" status="run"><system-out>12 values compared with the CPU\'s, 0 of '
                             'them NaN\n7 values compared with</system-out></testcase></testsuite>')
        self.patch(parts, "run_logged", side_effect=ctest)
        self.assertEqual(self.run_.suites(10), "1 passed, 0 failed, 0 skipped; 19 values compared with the CPU's")
        self.assertEqual(self.run_.figures["suites"]["values_compared"], 19)

    def test_a_case_that_was_not_timed_fails_the_part_and_the_others_times_are_kept(self):
        self.patch(parts, "build_folder", return_value=self.folder)
        self.patch(parts, "program", return_value=self.folder / "bench_cuda")
        self.assertRaisesRegex(Skipped, "bench_cuda was not built", self.run_.benchmark, 10)
        (self.folder / "bench_cuda").write_text("")
        cases = [{"name": "linear", "us": 3}, {"name": "attention", "error": "out of memory"}]

        def ends_with_1(*_, **__):
            (self.folder / "bench_cuda.json").write_text(json.dumps({"cases": cases}))
            raise WorkFailed("Timing kernels", self.folder / "log")
        self.patch(parts, "run_logged", side_effect=ends_with_1)
        with self.assertRaisesRegex(LabError, "^1 cases were not timed\nattention: out of memory$"):
            self.run_.benchmark(10)
        self.assertEqual(self.run_.figures["benchmark"]["cases"], cases)
        self.patch(parts, "run_logged", side_effect=WorkFailed("Timing kernels", self.folder / "log"))
        self.assertRaises(WorkFailed, self.run_.benchmark, 10)


class WrongKernelsTest(InFolder):
    """compute-sanitizer is a script here, which says what is in a file of the kernel's name, or waits."""

    def judge(self, limit=60, **said):
        """{kernel: (verdict, told)}; said: {kernel: (kind, the tool's words, None to wait)}."""
        folder, program, sanitizer = self.folder / "said", self.folder / "wrong_on_gpu", self.folder / "compute-sanitizer"
        folder.mkdir(exist_ok=True)
        for kernel, (_, words) in said.items():
            if words is not None:
                (folder / kernel).write_text(words)
        lines = "".join(f"{kernel}: {kind}\n" for kernel, (kind, _) in said.items())
        program.write_text(f"#!/bin/sh\nprintf '{lines}'\n")
        sanitizer.write_text(f'#!/bin/sh\ntest -f {folder}/$6 || sleep 100\ncat {folder}/$6\necho "$2 $RADIXLAB_UNWRITTEN" >{folder}/$6.ran\n')
        for path in (program, sanitizer):
            path.chmod(0o755)
        self.kernels = wrong.judge(program, sanitizer, self.folder / "logs", limit)
        return {kernel["kernel"]: (kernel["verdict"], kernel["told"]) for kernel in self.kernels}

    def test_each_runs_under_its_tool_and_a_hang_does_not_stop_the_others(self):
        self.patch(wrong, "EACH", 1)
        invalid = "========= Invalid __global__ read of size 4 bytes\n=========     at x\n========= ERROR SUMMARY: 3 errors\n"
        raced = "========= Error: Race reported between A and B\n========= RACECHECK SUMMARY: 1 hazard displayed (1 error, 0 warnings)\n"
        got = self.judge(behind=("out of bounds", invalid), raced=("race", raced), stuck=("divergent barrier", None),
                         blocks=("block conflict", ""), wide=("divergent warp", "========= ERROR SUMMARY: 0 errors\n"),
                         old=("uninitialised", "begins\nDevice not supported\n"),
                         quiet=("race", "========= RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)\n"))
        self.assertEqual(got, {"behind": (wrong.FOUND, "Invalid __global__ read of size 4 bytes"),
                               "raced": (wrong.FOUND, "Error: Race reported between A and B"), "stuck": (wrong.HUNG, "ended after 1 s"),
                               "blocks": (wrong.NO_TOOL, ""), "wide": (wrong.MISSED, ""),
                               "old": (wrong.SILENT, "Device not supported"), "quiet": (wrong.MISSED, "")})
        ran = {kernel: (self.folder / f"said/{kernel}.ran").read_text() for kernel in ("behind", "raced", "wide", "old")}
        self.assertEqual(ran, {"behind": "memcheck 1\n", "raced": "racecheck 1\n", "wide": "synccheck 1\n", "old": "initcheck 1\n"})
        self.assertFalse((self.folder / "said/blocks.ran").exists())
        self.assertEqual(wrong.summary(self.kernels), "2 of 7 faults found; not found: 2; hung: 1; no answer: 1; no tool: 1")

    def test_nothing_begins_when_the_time_is_up_and_no_verdict_at_all_is_a_failure(self):
        got = self.judge(limit=0, behind=("out of bounds", ""), blocks=("block conflict", ""))
        self.assertEqual(got, {"behind": (wrong.NO_TIME, ""), "blocks": (wrong.NO_TOOL, "")})
        self.assertRaisesRegex(LabError, "^0 of 2 faults found; no tool: 1; no time was left: 1$", wrong.summary, self.kernels)
        self.judge(old=("race", "Device not supported\n"))
        self.assertRaisesRegex(LabError, "no answer: 1\nold: Device not supported$", wrong.summary, self.kernels)
        self.assertRaisesRegex(LabError, "older than the toolkit", self.judge, x=("race", "skipped: this machine has no GPU\n"))

    def test_every_kind_of_fault_has_a_tool_or_is_known_to_have_none(self):
        source = (ROOT / "tests/emulator/wrong_on_gpu.cpp").read_text()
        self.assertEqual(set(re.findall(r'^      return "(.+)";', source, re.MULTILINE)), set(wrong.TOOLS))
        self.assertRaisesRegex(LabError, "names a new kind; expected kinds: out of", self.judge, x=("a new kind", ""))
        self.assertRaisesRegex(LabError, "names no kernel", self.judge)
        broken = SimpleNamespace(returncode=127, stdout="", stderr="libx.so: not found\n")
        self.assertRaisesRegex(LabError, "ended with 127: libx.so: not found", wrong.listed, broken)

    def test_the_part_is_skipped_without_the_tool_or_the_program_and_left_out_when_it_must_be_quick(self):
        self.patch(parts, "setting", return_value="")
        self.assertRaisesRegex(Skipped, "compute-sanitizer was not found", Run(H, quick=False).wrong_kernels, 120)
        self.patch(parts, "setting", return_value="/cuda/bin/compute-sanitizer")
        self.patch(parts, "build_folder", return_value=self.folder)
        self.patch(parts, "program", return_value=self.folder / "wrong_on_gpu")
        self.assertRaisesRegex(Skipped, "wrong_on_gpu was not built", Run(H, quick=False).wrong_kernels, 120)
        for found, quick, there in ((H, False, True), (H, True, False), (None, False, False)):
            run = mock.Mock(gpu=found)
            gpu.run_parts(run, quick)
            self.assertEqual("wrong kernels" in [call.args[0] for call in run.part.call_args_list], there)


FIGURES = {
    "device": "NVIDIA H", "gpu": H, "machine": AROUND, "commit": "abc1234", "quick": True, "seconds": 100.4,
    "parts": [{"name": "suites", "verdict": OK, "seconds": 3.21, "told": "3 passed", "tail": []},
              {"name": "benchmark", "verdict": FAILED, "seconds": 1, "told": "1 cases were not timed", "tail": ["a|b: out of memory"]},
              {"name": "compute-sanitizer", "verdict": LATE, "seconds": 60, "told": "ended after 60 s", "tail": ["Start 3: x"]},
              {"name": "LibTorch", "verdict": SKIPPED, "seconds": 0, "told": "no LibTorch", "tail": []}],
    "compute-sanitizer": {"tests": [{"name": "x.memcheck", "verdict": "passed", "seconds": 2, "summary": "ERROR SUMMARY: 0 errors"}]},
    "wrong": [{"kernel": "stuck", "kind": "divergent barrier", "tool": "synccheck", "verdict": wrong.HUNG, "told": "ended after 20 s"}],
    "benchmark": {"copy_bytes_per_s": 4.0e12, "fma_per_s": 3.0e13, "cases": [
        {"name": "exact::linear", "type": "bfloat16", "us": 1234.56, "least_us": 1200, "share_of_copy": 0.123, "share_of_fma": 0.5},
        {"name": "a|b", "type": "bfloat16", "error": "out of memory"}]},
}


class PageTest(unittest.TestCase):
    def test_it_has_the_devices_name_the_verdicts_and_the_times(self):
        text = page(FIGURES)
        self.assertEqual(text.splitlines()[0], "# NVIDIA H")
        for line in ("Made by `./lab gpu --quick` in 100 s, from abc1234.", "| compute capability | 9.0 |",
                     "| suites | ok | 3.2 | 3 passed |", "| LibTorch | skipped | 0.0 | no LibTorch |",
                     "| x.memcheck | passed | 2.0 | ERROR SUMMARY: 0 errors |",
                     "| stuck | divergent barrier | synccheck | hung | ended after 20 s |",
                     "| exact::linear | bfloat16 | 1,234.6 | 1,200.0 | 12.3 % | 50.0 % |",
                     "| a\\|b | bfloat16 | out of memory |  |  |  |"):
            self.assertIn(line, text.splitlines())
        self.assertIn("moves 4,000 GB/s", text)
        self.assertIn("30.00 T fused", text)
        self.assertIn("The emulator finds all 1 (", text)

    def test_it_ends_with_the_tail_of_what_failed_and_of_nothing_else(self):
        text = page(FIGURES)
        self.assertTrue(text.endswith("## benchmark: FAILED\n\n```text\n1 cases were not timed\na|b: out of memory\n```\n\n"
                                      "## compute-sanitizer: TIME UP\n\n```text\nended after 60 s\nStart 3: x\n```\n"), text)
        self.assertNotIn("## suites", text)

    def test_a_run_without_a_gpu_has_a_page_too(self):
        text = page({**FIGURES, "device": "no GPU", "gpu": None, "benchmark": None, "quick": False, "commit": "",
                     "compute-sanitizer": None, "wrong": None, "parts": FIGURES["parts"][:1]})
        self.assertIn("# no GPU\n\nMade by `./lab gpu` in 100 s.\n", text)
        self.assertNotIn("## Kernels", text)


class CommandTest(InFolder):
    def command(self, **words):
        given = {"pack": False, "out": self.folder / "out", "quick": False, "build_only": False, **words}
        return words_of(gpu.run, SimpleNamespace(**given))

    def run_with(self, *verdicts, **words):
        def fake(run, quick):
            self.quick = quick
            run.parts = [parts.Part(f"p{i}", verdict, 1, "") for i, verdict in enumerate(verdicts)]
        self.patch(gpu, "run_parts", side_effect=fake)
        self.patch(gpu, "check_machine", return_value=None)
        self.patch(gpu.device, "machine", return_value=AROUND)
        return self.command(**words)

    def test_without_a_gpu_it_ends_with_77_before_anything_is_built(self):
        self.patch(gpu.device, "gpu", side_effect=device.NoGpu("nvidia-smi was not found"))
        with self.assertRaisesRegex(LabError, "no GPU") as raised:
            self.run_with(OK)
        self.assertEqual(raised.exception.code, 77)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_only_building_goes_on_without_one(self):
        self.patch(gpu.device, "gpu", side_effect=device.NoGpu("nvidia-smi was not found"))
        code, said = self.run_with(OK, SKIPPED, build_only=True)
        self.assertEqual(code, 0)
        self.assertIn("this machine has no GPU (nvidia-smi was not found): what needs one is skipped", said)
        self.assertEqual(json.loads((self.folder / "out/gpu.json").read_text())["gpu"], None)

    def test_it_is_green_only_if_all_that_ran_is_and_writes_both_files_in_any_case(self):
        self.patch(gpu.device, "gpu", return_value=H)
        for verdicts, code in (((OK, SKIPPED), 0), ((OK, FAILED, OK), 1), ((LATE, OK), 1)):
            self.assertEqual(self.run_with(*verdicts, quick=True)[0], code, verdicts)
            self.assertTrue(self.quick)
            written = json.loads((self.folder / "out/gpu.json").read_text())
            self.assertEqual((written["device"], [part["verdict"] for part in written["parts"]]), ("NVIDIA H", list(verdicts)))
            self.assertTrue((self.folder / "out/gpu.md").read_text().startswith("# NVIDIA H\n"))

    def test_a_bare_machine_outside_a_pack_is_told_how_to_get_one(self):
        self.patch(gpu, "PACK", self.folder / "gpu-pack")
        self.patch(gpu, "ROOT", self.folder)
        self.patch(gpu.packages, "missing", return_value=["libgtest-dev"])
        with self.assertRaisesRegex(LabError, "missing here: libgtest-dev. ./lab gpu --pack, on a machine that"):
            gpu.check_machine()
        (self.folder / "gpu-pack/pack").mkdir(parents=True)  # made elsewhere and carried to its place here
        self.assertEqual(gpu.check_machine(), self.folder / "gpu-pack/pack")
        self.patch(gpu.shutil, "which", return_value=None)
        with self.assertRaisesRegex(LabError, "cmake, ninja, g\\+\\+ is not here"):
            gpu.check_machine()

    def test_packing_runs_nothing(self):
        made = self.patch(gpu.pack, "make", return_value=(12_000_000, ["test_x-gpu"]))
        code, said = self.command(pack=True)
        self.assertEqual((code, made.call_args.args), (0, (self.folder / "out",)))
        self.assertIn("11.4 MiB, at most 16. Programs in it: test_x-gpu", said)
        self.assertRaisesRegex(LabError, "--pack runs nothing", self.command, pack=True, quick=True)


if __name__ == "__main__":
    unittest.main()
