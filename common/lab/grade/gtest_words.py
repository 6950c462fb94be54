"""From GoogleTest's words about a failure to one sentence: what was expected, what came instead.

A test that has its own words for the reader (what stands behind `<<`) is quoted with them and nothing else."""
import re

LONGEST, LONGEST_OF_A_KERNEL = 300, 600  # [characters] of a sentence
WORDS = 200  # [characters] of the first words
RULE = re.compile(r"I\d+: ")
FAULT = re.compile(r"kernel (.+?), block (\(\d+,\d+,\d+\)), thread (\(\d+,\d+,\d+\)), (\S+:\d+): ")  # as KernelFault begins
TODO = re.compile(r"task (\d+\.\w+) is yours to write")
SIGNALS = {4: "undefined behaviour, or __builtin_trap()", 6: "abort() was called", 8: "a division by zero",
           9: "it was killed (memory?)", 11: "segmentation fault: a pointer or an index leads nowhere"}


def plain(text):
    """One line, not too long. Of a kernel's fault the place comes first."""
    line = re.sub(r"(\d+)-byte object <[0-9A-F -]+>", r"an object of \1 bytes", " ".join(text.split()))
    line = FAULT.sub(r"\4: in kernel \1 thread \3 of block \2 ", line, count=1)
    most = LONGEST_OF_A_KERNEL if ": in kernel " in line else LONGEST  # its end says what was expected
    return line if len(line) <= most else line[:most - 4].rstrip() + " ..."


def first_words(text):
    """How what a failed test printed begins, without GoogleTest's own lines: two mistakes are compared by it."""
    lines = [line for line in text.splitlines() if not re.search(r":\d+: Failure$|^\[", line)]
    return " ".join(" ".join(lines).split())[:WORDS]


def sentence(failure):
    """Of one failure in GoogleTest's JSON: the words behind `<<`, else expected and got."""
    values, own = parts(failure)
    return plain(own or values)


def parts(failure):
    """(expected and got, the test's own words)."""
    text = re.sub(r"\A(?:\S+:\d+|unknown file)\n+", "", failure)
    text, _, trace = text.partition("\nGoogle Test trace:\n")
    for pattern, tell in _SHAPES:
        if found := pattern.match(text):
            own = text[found.end():].strip()
            return plain(tell(found)), own or _traced(trace)
    return plain(text), _traced(trace)


def _traced(trace):
    return re.sub(r"\A\S+:\d+: ", "", trace.splitlines()[0]) if trace.strip() else ""


def _equality(found):
    """Our tests put what came first, and what was expected second."""
    sides = re.findall(r"^  (?! )(.*)(?:\n    Which is: (.*))?$", found[1], re.MULTILINE)
    if len(sides) < 2:
        return found[0]
    (expression, got), (expected, value) = sides[:2]
    return f"{expression}: expected {value or expected}, got {got or expression}"


def _came(value):
    """What a matcher says it got. Of a call that throws GoogleTest prints the lambda first, which tells nothing."""
    thrown = re.search(r", (throws an exception .*|(?:which )?does not throw .*)", value)
    return f"and it {thrown[1].removeprefix('which ')}" if thrown else f"got {value}"


def _thrown(found):
    if "bad_alloc" in found[1]:
        return "memory ran out: an endless growth?"
    own = TODO.search(found[1]) or RULE.match(found[1]) or FAULT.match(found[1])
    return found[1] if own else f"it throws: {found[1]}"


_SHAPES = [(re.compile(pattern), tell) for pattern, tell in (
    (r"Expected equality of these values:\n((?:  .*(?:\n|\Z))+)", _equality),
    (r"Value of: (.*)\n  Actual: (.*)\nExpected: (.*)(?:\n|\Z)", lambda f: f"{f[1]}: expected {f[3]}, got {f[2]}"),
    (r"Value of: (.*)\nExpected: ((?s:.*?))\n  Actual: (.*)(?:\n|\Z)",
     lambda f: f"{f[1]}: expected that it {f[2]}, " + _came(f[3])),
    (r"Expected: (.*) throws an exception of type (.*)\.\n  Actual: it (.*)(?:\n|\Z)",
     lambda f: f"{f[1]}: expected that it throws {f[2]}, it {f[3].rstrip('.')}"),
    (r"Expected: (.*) doesn't throw an exception\.\n  Actual: it (.*)(?:\n|\Z)",
     lambda f: f"{f[1]}: expected no exception, it {f[2].rstrip('.')}"),
    (r"Expected: (.*), actual: (.*)(?:\n|\Z)", lambda f: f"expected {f[1]}, got {f[2]}"),
    (r"Actual function call count doesn't match EXPECT_CALL\(\w+, (.*)\)\.\.\.\n\s*Expected: (.*)\n"
     r"\s*Actual: (.*)(?:\n|\Z)", lambda f: f"{f[1]}: expected {f[2]}, it was {f[3].split(' - ')[0]}"),
    (r"Mock function called more times than expected.*\n\s*Function call: (.*)\n(?:\s*Returns: .*\n)?"
     r"\s*Expected: (.*)\n\s*Actual: (.*)(?:\n|\Z)",
     lambda f: f"{f[1]}: expected {f[2]}, it was {f[3].split(' - ')[0]}"),
    (r"Unexpected mock function call.*\n\s*Function call: (.*)\n(?s:.*)",
     lambda f: f"{f[1]} was called, which nobody expected then" if "pre-requisites" not in f[0] else
     f"{f[1]} was called before what must come first"),
    (r"C\+\+ exception with description \"((?s:.*))\" thrown in .*(?:\n|\Z)", _thrown),
    (r"Failed\n()", lambda f: ""),
)]


def ending(code, output, no_more=False):
    """Why a program ended before its test did: by its exit code, negative for a signal, and its last words."""
    if summary := re.search(r"^SUMMARY: \w+: (.*)$", output, re.MULTILINE):
        return plain(f"the sanitizer stopped it: {summary[1]}")
    if error := re.search(r"^\S+:\d+:\d+: (runtime error: .*)$", output, re.MULTILINE):
        return plain(f"the sanitizer stopped it: {error[1]}")
    if thrown := re.search(r"terminate called after throwing an instance of '(.*)'(?:\n  what\(\):  (.*))?", output):
        if "bad_alloc" in thrown[1]:
            return "memory ran out: an endless growth?"
        return plain(f"it ended by an exception that could not be caught there: {thrown[2] or thrown[1]}")
    if code >= 0:
        return f"the program ended (exit code {code}) before the test did: exit()?"
    asserted = re.search(r"^.*[Aa]ssertion.*failed.*$", output, re.MULTILINE)
    why = asserted[0] if asserted else SIGNALS.get(-code, f"signal {-code}")
    return plain(f"it crashed: {why}" + ("" if no_more else "; grade with --asan to see where"))
