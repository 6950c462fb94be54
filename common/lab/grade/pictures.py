"""The picture of a failed test: the tree that its calls say, and beside it the learner's own."""
import re
import shutil
import subprocess

GAP = 40  # [points] between the two


def can_draw():
    return shutil.which("dot") is not None


def side_by_side(story):
    """Of STORY.jsonl, beside which the test left STORY.calls.dot and STORY.yours.dot: writes STORY.svg, and returns it,
    or nothing where there is nothing to draw."""
    sides = [story.with_suffix(f".{side}.dot") for side in ("calls", "yours")]
    if not all(side.exists() for side in sides):
        return None
    drawn = [_svg(side) for side in sides]
    if not all(drawn):
        return None
    (left, left_width, left_height), (right, right_width, right_height) = drawn
    picture, start = story.with_suffix(".svg"), left_width + GAP
    width, height = start + right_width, max(left_height, right_height)
    right = right.replace("<svg ", f'<svg x="{start}" ', 1)
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    picture.write_text(f'<svg {spaces} width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}">\n'
                       f'{left}\n{right}\n</svg>\n', encoding="utf-8")
    return picture


def _svg(dot_file):
    """(the svg element, width, height) as Graphviz draws it, or nothing."""
    done = subprocess.run(["dot", "-Tsvg", dot_file], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    found = re.search(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"', done.stdout)
    if done.returncode != 0 or not found:
        return None
    width, height = float(found[1]), float(found[2])
    element = done.stdout[found.start():].strip().replace(found[0], f'<svg width="{width}" height="{height}"', 1)
    return element, width, height
