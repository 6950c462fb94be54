"""Doxygen's filter: prints a file of the repository as the site shows it. No line is added or lost.

In a page, links to what the site does not have (folders, solutions, data) become plain words, links to sources lead
to their place in the site, and pictures are named as from the root, where Doxygen finds them; marks behind numbers,
which cost it the blank that follows, are left out. In a comment of a header, indented lines after an empty one are a
picture or a table, to be shown as they stand."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = ("README.md", "docs/", "chapters/", "common/", "kernels/", "visualize/")
SOURCES = (".hpp", "reference.cpp")


def page_for_the_site(text, folder):
    def link(found):
        words, target = found.groups()
        if re.match(r"\w+:|#", target):
            return found.group()
        path = (folder / target.split("#")[0]).resolve()
        if not path.exists():  # Doxygen's warning names the page
            return found.group()
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(SITE) or not name.endswith((".md", *SOURCES)):
            return f"`{words}`"
        return f"[{words}](@ref {name})" if name.endswith(SOURCES) else f"[{words}]({name})"

    def picture(found):
        words, target = found.groups()
        return f"![{words}]({(folder / target).resolve().relative_to(ROOT).as_posix()})"

    text = re.sub(r"<!--.*?-->", "", text)
    text = re.sub(r"!\[([^\]]*)\]\(((?!\w+:)[^)\s]+)\)", picture, text)
    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)", link, text)


def source_for_the_site(text):
    """Indents pictures to what Markdown takes for code."""
    lines = text.split("\n")
    inside = False
    for i, line in enumerate(lines):
        indented = re.match(r"\s*///   +(?![\s-])", line)
        inside = bool(indented) and (inside or lines[i - 1].strip() == "///")
        if inside:
            lines[i] = line.replace("///", "///    ", 1)
    return "\n".join(lines)


if __name__ == "__main__":
    file = Path(sys.argv[1]).resolve()
    text = file.read_text()
    sys.stdout.write(page_for_the_site(text, file.parent) if file.suffix == ".md" else source_for_the_site(text))
