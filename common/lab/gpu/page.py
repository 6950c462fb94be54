"""The page of one run of ./lab gpu, from its JSON."""
from lab.gpu.parts import FAILED, LATE

OF_THE_GPU = {"driver": "driver", "compute_capability": "compute capability", "memory": "memory", "power_limit": "power limit",
              "most_clock": "highest clock"}


def page(figures):
    """Markdown."""
    return "\n".join([f"# {figures['device']}", "",
                      f"Made by `./lab gpu{' --quick' * figures['quick']}` in {figures['seconds']:.0f} s"
                      + (f", from {figures['commit']}." if figures["commit"] else "."), "",
                      *machine(figures), *parts(figures["parts"]), *sanitizers(figures.get("compute-sanitizer")),
                      *faults(figures.get("wrong")), *times(figures.get("benchmark")), *tails(figures["parts"])])


def rows(head, lines):
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(cell(each) for each in line)} |" for line in lines), ""]


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def machine(figures):
    gpu = [[told, figures["gpu"][key]] for key, told in OF_THE_GPU.items()] if figures["gpu"] else []
    return rows(("what", "found"), [*gpu, *figures["machine"].items()])


def parts(ran):
    return ["## Parts", "", *rows(("part", "verdict", "seconds", "what it counted, or why not"),
                                  [[part["name"], part["verdict"], f"{part['seconds']:.1f}", part["told"]] for part in ran])]


def sanitizers(figures):
    if not figures:
        return []
    return ["## compute-sanitizer", "", *rows(("test", "verdict", "seconds", "its summary"), [
        [test["name"], test["verdict"], f"{test['seconds']:.1f}", test["summary"]] for test in figures["tests"]])]


def faults(kernels):
    if not kernels:
        return []
    return ["## Kernels with a fault", "",
            f"Each is run alone under the tool that suits its fault. The emulator finds all {len(kernels)} (tests/emulator/cases.hpp).", "",
            *rows(("kernel", "fault", "tool", "verdict", "in its words"), [
                [kernel["kernel"], kernel["kind"], kernel["tool"], kernel["verdict"], kernel["told"]] for kernel in kernels])]


def times(figures):
    """Kernels beside what the GPU could do at most, which was measured in the same run."""
    if not figures:
        return []
    lines = [[case["name"], case["type"], case["error"], "", "", ""] if "error" in case else
             [case["name"], case["type"], f"{case['us']:,.1f}", f"{case['least_us']:,.1f}", share(case["share_of_copy"]),
              share(case["share_of_fma"])] for case in figures["cases"]]
    return ["## Kernels", "",
            f"Copying device memory moves {figures['copy_bytes_per_s'] / 1e9:,.0f} GB/s, read and written bytes counted; the GPU does "
            f"{figures['fma_per_s'] / 1e12:,.2f} T fused", "multiply-adds a second in float32. Times are medians, with cold caches. "
            "The shares count the bytes that must move once, and",
            "the multiply-adds of the formula.", "",
            *rows(("kernel", "type", "time [us]", "shortest", "of copy bandwidth", "of FMA rate"), lines)]


def share(value):
    return f"{100 * value:.1f} %"


def tails(ran):
    lines = []
    for part in ran:
        if part["verdict"] in (FAILED, LATE):
            lines += [f"## {part['name']}: {part['verdict']}", "", "```text", part["told"], *part["tail"], "```", ""]
    return lines
