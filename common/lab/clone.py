"""Git, as the commands for learners use it: which clone this is, where the course comes from, what a version holds."""
import os
import shutil
import subprocess

from lab.places import LabError

COURSE = "upstream"
"""The remote that is asked first: who works in a fork has the course under this name, and the fork as origin."""


def is_clone(root):
    """The root of a repository of its own, not a folder inside somebody's."""
    return (root / ".git").exists() and shutil.which("git") is not None


def git(root, *words, index=None, given=None):
    """What git prints, as text; its trouble as one line."""
    done = _run(root, words, index, given)
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise LabError(f"git {words[0]}: {said[-1] if said else f'ended with {done.returncode}'}")
    return done.stdout


def ask(root, *words):
    """The first line that git prints, or nothing where it has no answer."""
    done = _run(root, words)
    return done.stdout.split("\n")[0] if done.returncode == 0 else ""


def blob(root, name):
    """The bytes of "COMMIT:PATH", as they would stand in the working tree."""
    return subprocess.run(["git", "-C", root, "cat-file", "--filters", name], check=True, capture_output=True).stdout


def upstream(root):
    """The remote branch that the course comes from, such as "origin/main", or nothing where there is none."""
    branch = ask(root, "symbolic-ref", "--short", "--quiet", "HEAD")
    if COURSE in ask_lines(root, "remote"):
        head = ask(root, "symbolic-ref", "--short", "--quiet", f"refs/remotes/{COURSE}/HEAD")
        return head or f"{COURSE}/{branch or 'main'}"
    return ask(root, "rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}") if branch else ""


def ask_lines(root, *words):
    done = _run(root, words)
    return done.stdout.splitlines() if done.returncode == 0 else []


def _run(root, words, index=None, given=None):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")
                   or name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG", "GIT_SSH", "GIT_ASKPASS"))}
    environment |= {"GIT_INDEX_FILE": str(index)} if index else {}
    return subprocess.run(["git", "-C", root, *words], env=environment, input=given, capture_output=True,
                          encoding="utf-8", errors="surrogateescape")
