"""The test of the lives: on a manager with a known bug they must end red, in a story of at most a screen that breaks the same
rule when it is replayed. (The suite's own proof is lab.author.kill_matrix.)

Usage: seen_red.py FILE.wrong LIVES    exit 0: it was caught, and the rule was named
"""
import pathlib
import subprocess
import sys
import tempfile

from lab.author import make_wrong

SCREEN_ROWS, SCREEN_COLUMNS = 24, 100


def main() -> int:
    spec, lives = sys.argv[1:]
    wrong = make_wrong.read(pathlib.Path(spec))
    if not wrong.lives_say:
        sys.exit(f"{spec}: its head lacks lives_say, the rule that the lives must name")
    with tempfile.TemporaryDirectory() as folder:
        story = pathlib.Path(folder, "story.jsonl")
        found = run([lives, "--steps", "60000", "--manager", "radix", "--page-size", "1", "--story", str(story)])
        problems = judge(f"{wrong.lives_say}:", found, "the random lives")
        if not problems:
            again = run([lives, "--manager", "radix", "--page-size", "1", "--replay", str(story)])
            problems += judge(f": {wrong.lives_say}:", again, "the replayed story")
            problems += beyond_a_screen(story.read_text(encoding="utf-8"))
    print("\n".join(problems) or f"caught: {wrong.story}")
    return 1 if problems else 0


def run(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)


def beyond_a_screen(story):
    rows = sum(-(-len(line) // SCREEN_COLUMNS) for line in story.splitlines())
    return [f"the story fills {rows} rows of a screen, expected at most {SCREEN_ROWS}\n{story}"] if rows > SCREEN_ROWS else []


def judge(words, found, who):
    if found.returncode != 1:
        return [f"{who}: exit code {found.returncode}, expected 1 (red)\n{found.stdout}"]
    if words not in found.stdout:
        return [f"{who}: expected to read {words!r} in\n{found.stdout}"]
    return []


if __name__ == "__main__":
    sys.exit(main())
