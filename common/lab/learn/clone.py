"""Git, as the commands for learners use it: which clone this is, where the course comes from, what a version holds."""
import os
import shutil
import subprocess

from lab.services.places import LabError

COURSE = "upstream"
"""The remote that is asked first: who works in a fork has the course under this name, and the fork as origin."""


def is_clone(root):
    """The root of a repository of its own, not a folder inside somebody's."""
    return (root / ".git").exists() and shutil.which("git") is not None


def git(root, *words, given=None, **environment):
    """What git prints, as text; its trouble as one line."""
    done = _run(root, words, given, environment)
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
    """(remote, its branch) that the course comes from, such as ("origin", "origin/main"), or two empty words."""
    branch = ask(root, "symbolic-ref", "--short", "--quiet", "HEAD")
    if COURSE in ask_lines(root, "remote"):
        head = ask(root, "symbolic-ref", "--short", "--quiet", f"refs/remotes/{COURSE}/HEAD")
        return COURSE, head or f"{COURSE}/{branch or 'main'}"
    came = ask(root, "rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}") if branch else ""
    return (ask(root, "config", f"branch.{branch}.remote"), came) if came else ("", "")


def tree(root, commit):
    """{path: (mode, blob)} of a commit."""
    lines = git(root, "ls-tree", "-r", "-z", "--full-tree", commit).split("\0")
    entries = [(head.split(), path) for head, _, path in (line.partition("\t") for line in lines if line)]
    return {path: (mode, name) for (mode, _, name), path in entries}


def ask_lines(root, *words):
    done = _run(root, words)
    return done.stdout.splitlines() if done.returncode == 0 else []


def _run(root, words, given=None, more=()):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")
                   or name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG", "GIT_SSH", "GIT_ASKPASS"))}
    return subprocess.run(["git", "-C", root, *words], env={**environment, **dict(more)}, input=given, capture_output=True,
                          encoding="utf-8", errors="surrogateescape")
