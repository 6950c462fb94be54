"""Kernels with a fault under compute-sanitizer: which of them NVIDIA's own checker finds, beside the emulator, which finds all.

Such a kernel may end CUDA's context or never end itself, so each has a process of its own, which is ended when its time is up."""
import os
import re
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from lab.gpu import device
from lab.services.places import LabError

TOOLS = {"out of bounds": "memcheck", "freed": "memcheck", "host memory": "memcheck", "misaligned": "memcheck",
         "race": "racecheck", "unfinished copy": "racecheck", "uninitialised": "initcheck",
         "divergent barrier": "synccheck", "divergent warp": "synccheck", "block conflict": ""}
"""Kinds of tests/emulator/wrong_on_gpu.cpp and the tool that suits each; none looks at blocks that meddle with each other."""
FOUND, MISSED, HUNG, SILENT, NO_TOOL, NO_TIME = "found", "not found", "hung", "no answer", "no tool", "no time was left"
EACH, AT_ONCE = 20, 4  # [s] for a kernel; processes


def judge(program, sanitizer, folder, limit):
    """[{kernel, kind, tool, verdict, told}] of all kernels of `program`, wrong_on_gpu. `limit`: seconds for all together."""
    end = time.monotonic() + limit
    kernels = listed(subprocess.run([program, "--list"], capture_output=True, text=True))
    folder.mkdir(parents=True, exist_ok=True)

    def one(kernel):
        tool = TOOLS[kernel["kind"]]
        if not tool:
            return {**kernel, "tool": "", "verdict": NO_TOOL, "told": ""}
        log, seconds = folder / f"{kernel['kernel']}.log", min(EACH, end - time.monotonic())
        if seconds < 1:
            return {**kernel, "tool": tool, "verdict": NO_TIME, "told": ""}
        command = [str(sanitizer), "--tool", tool, "--report-api-errors", "no", str(program), kernel["kernel"]]
        ended = ended_within(command, log, seconds)
        words = log.read_text(errors="replace")
        verdict, told = (verdict_of(words) if ended else (HUNG, f"ended after {seconds:.0f} s"))
        return {**kernel, "tool": tool, "verdict": verdict, "told": told}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            return list(pool.map(one, kernels))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def listed(told):
    if told.returncode != 0:
        raise LabError(f"wrong_on_gpu --list ended with {told.returncode}: {(told.stdout + told.stderr).strip()}", code=1)
    kernels = [dict(zip(("kernel", "kind"), line.split(": "))) for line in told.stdout.splitlines()]
    unknown = sorted({kernel["kind"] for kernel in kernels} - set(TOOLS))
    if not kernels or unknown:
        raise LabError(f"wrong_on_gpu --list names {', '.join(unknown) or 'no kernel'}; expected kinds: {', '.join(TOOLS)}", code=1)
    return kernels


def ended_within(command, log, seconds):
    """Whether it ended by itself. A process that even a kill does not end, since it waits for its GPU, is left alone."""
    with open(log, "w") as file:
        work = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
                                env={**os.environ, "RADIXLAB_UNWRITTEN": "1"})  # for initcheck; see kernels/cuda/device_array.hpp
    try:
        work.wait(timeout=seconds)
        return True
    except subprocess.TimeoutExpired:
        os.killpg(work.pid, signal.SIGKILL)
    try:
        work.wait(timeout=5)
    except subprocess.TimeoutExpired:
        pass
    return False


def verdict_of(words):
    """What a tool said of one kernel: the verdict, and its first words on the fault, or the last line if it judged nothing."""
    if device.NO_GPU_WORDS in words:
        raise LabError(f"nvidia-smi names a GPU, and a program says: {device.NO_GPU_WORDS}; the driver may be older than the toolkit",
                       code=1)
    counted = re.findall(r"^=+ (?:ERROR SUMMARY: (\d+) error|RACECHECK SUMMARY: (\d+) hazard)", words, re.MULTILINE)
    if not counted:
        return SILENT, (words.strip().splitlines() or ["it said nothing"])[-1]
    if not any(int(errors or hazards) for errors, hazards in counted):
        return MISSED, ""
    said = re.search(r"^=+ ((?:Error: |Warning: |Invalid |Uninitialized |Barrier |Divergent ).*)$", words, re.MULTILINE)
    return FOUND, said[1] if said else ""


def summary(kernels):
    """One line. Raises if nothing was judged at all."""
    count = Counter(kernel["verdict"] for kernel in kernels)
    told = f"{count[FOUND]} of {len(kernels)} faults found"
    told += "".join(f"; {verdict}: {count[verdict]}" for verdict in (MISSED, HUNG, SILENT, NO_TOOL, NO_TIME) if count[verdict])
    if not count[FOUND] + count[MISSED]:
        raise LabError("\n".join([told, *(f"{kernel['kernel']}: {kernel['told']}" for kernel in kernels if kernel["told"])]), code=1)
    return told
