"""The file of a task as it is before anybody has written in it: our solution with its bodies taken out.

A line of a solution that fits none of what is told in ./lab exercises --help is an error that names it."""
import re
import textwrap
from dataclasses import dataclass

from lab.services import course, questions
from lab.services.places import ROOT, LabError, shown

COLUMNS = 120
AGAIN = "The hint stands above."  # in a file's other functions
TODO = '#include "contract/todo.hpp"'
OPEN, CLOSE = "namespace radixlab {", "}  // namespace radixlab"
OPEN_OURS, CLOSE_OURS = "namespace {", "}  // namespace"
QUALIFIERS = {"const", "volatile", "unsigned", "signed", "long", "short", "typename", "struct", "class"}
BASIC = {"bool", "int", "char", "float", "double"}
GIVEN = re.compile(r"// given(:.*)?|template [^<].*")  # a mark before what stays, or an explicit instantiation, which always does


def generated(root=ROOT):
    """{path: text} of every task's file, of every lab whose solutions are here."""
    released = [lab for lab in course.labs(root) if lab.solutions.is_dir()]
    if not released:
        raise LabError("no lab with solutions is here: there is nothing to write exercises from", code=1)
    wanted = {}
    for lab in released:
        hints = lab.hints()
        for task in lab.tasks:
            source = lab.solutions / task.file
            if not source.is_file():
                manifest = shown(lab.chapter / "lab.json")
                raise LabError(f"{shown(source)}: not there, but {manifest} has it as task {task.id}")
            wanted[lab.exercises / task.file] = begun(lab, task, hints[task.id][0])
    return wanted


def begun(lab, task, hint):
    """What a task's file says before anybody writes in it."""
    source = lab.solutions / task.file
    text = source.read_text(encoding="utf-8")
    if task.file == questions.ANSWERS:
        text = questions.put_above(lab.chapter, text, shown(source))
    return stub(text, task.id, hint, source)


@dataclass(frozen=True)
class Function:
    comment: list
    signature: list  # lines, the last without its brace
    parameters: tuple  # names


def stub(text, task, hint, where):
    """The file to be written, from our text of it."""
    includes, parts = read(text, shown(where))
    system = sorted(line for line in includes if "<" in line)
    own = sorted({TODO, *(line for line in includes if "<" not in line)})
    blocks = ["\n".join(block) for block in (system, own) if block]
    first = next(part for part in parts if isinstance(part, Function))
    told = [written(part, task, hint if part is first else AGAIN) if isinstance(part, Function) else part for part in parts]
    return "\n\n".join([*blocks, OPEN, *told, CLOSE]) + "\n"


def read(text, where):
    """(include lines, what else goes along in its order: Functions, and the text of what is given) of a solution."""
    includes, parts, comment = [], [], []
    lines = enumerate(text.splitlines(), 1)
    inside = False
    for number, line in lines:
        if not line:
            comment = []
        elif line.startswith("#include ") and not inside:
            includes.append(line)
        elif line == OPEN and not inside:
            inside = True
        elif line == CLOSE and inside:
            inside = False
        elif line == OPEN_OURS and inside:
            skip_past(lines, CLOSE_OURS, f"{where}:{number}")
        elif line.startswith("///") and inside:
            comment.append(line)
        elif GIVEN.fullmatch(line) and inside:
            parts.append("\n".join([*comment, *given(line, lines, f"{where}:{number}")]))
            comment = []
        elif re.match(r"[\w:]", line) and inside:
            parts.append(function(line, lines, comment, f"{where}:{number}"))
            comment = []
        elif not line.startswith("//"):
            raise not_understood(f"{where}:{number}", line)
    if inside or not any(isinstance(part, Function) for part in parts):
        trouble = "its namespace is not closed" if inside else "has no function that could be a task"
        raise LabError(f"{where}: {trouble}")
    return includes, parts


def given(line, lines, where):
    """The lines from here to the empty line behind what stands here: a function, constants, a whole anonymous namespace."""
    kept, end = [line], ""
    for _, line in lines:
        if line == end == "":
            return kept
        kept.append(line)
        if line == OPEN_OURS:
            end = CLOSE_OURS
        elif line.endswith("{") and end == "":
            end = "}"
        elif line.rstrip(";") == end:
            end = ""
    raise LabError(f"{where}: behind what is given here stands no empty line")


def function(line, lines, comment, where):
    """The function that begins at this line; its body is read past. Only in a `.cu` file may it be a template or a kernel."""
    head = [line]
    while "{" not in head[-1] and ";" not in head[-1]:
        head.append(next(lines, (0, ";"))[1])
    last, brace, body = head[-1].partition(" {")
    told = " ".join(part.strip() for part in [*head[:-1], last])
    if re.search(r"[.]cu:\d+$", where):
        told = re.sub(r"^template <[^<>]*> |__launch_bounds__\([^()]*\) ", "", told)
    shape = re.fullmatch(r"[\w:<>,&* ]*[\w>&*] ?(?P<name>[\w:~]+)\((?P<parameters>.*)\)(?: const)?", told)
    if not brace or not shape or told.startswith(("using ", "template", "static ", "constexpr ", "inline ")):
        raise not_understood(where, line)
    if not body.endswith("}"):
        skip_past(lines, "}", where)
    names = tuple(name for part in split(shape["parameters"]) if (name := parameter(part, where)))
    return Function(comment, [*head[:-1], last], names)


def skip_past(lines, end, where):
    if all(line != end for _, line in lines):
        raise LabError(f"{where}: what begins here does not end in a line '{end}'")


def split(parameters):
    """At the commas that stand outside brackets."""
    parts, depth = [""], 0
    for sign in parameters:
        depth += (sign in "<([{") - (sign in ">)]}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def parameter(text, where):
    """Its name; empty where it has none."""
    if re.search(r"[()\[\]=]|\.\.\.", text):
        raise LabError(f"{where}: expected a parameter 'type name', found '{text}'")
    named = re.fullmatch(r"(?P<type>.*[\s&*>])(?P<name>[A-Za-z_]\w*)", text)
    if not named or not set(named["type"].split()) - QUALIFIERS or named["name"] in QUALIFIERS | BASIC:
        return ""
    return named["name"]


def not_understood(where, line):
    expected = "an include, a comment, a namespace, a plain function or what is given"
    return LabError(f"{where}: expected {expected}, found: {line.strip()[:80]}")


def written(function, task, hint):
    """The function with nothing done. A long hint is cut into lines that clang-format leaves as they are."""
    comment = "".join(line + "\n" for line in function.comment)
    sign = "\n".join(function.signature)
    after = "".join(f", {name}" for name in function.parameters)
    told = hint.replace("\\", r"\\").replace('"', r"\"")
    call = f'todo("{task}", "{told}"{after});'
    if len(function.signature) == 1 and len(f"{sign} {{ {call} }}") <= COLUMNS:
        return f"{comment}{sign} {{ {call} }}"
    if len(f"  {call}") > COLUMNS:
        width = min(COLUMNS - len('       " ",'), len(told) * 2 // 3)
        parts = textwrap.wrap(told, width, break_long_words=False, break_on_hyphens=False)
        literals = " \"\n       \"".join(parts)
        call = f'todo("{task}",\n       "{literals}"' + (f",\n       {after[2:]});" if after else ");")
    return f"{comment}{sign} {{\n  {call}\n}}"
