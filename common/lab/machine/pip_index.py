"""Wheels through pip, so that the package index, proxy, certificates and passwords that the reader has set for pip hold
here too. pip has no command that tells a file's address without loading the file, so its finder is asked directly; pip's
own `pip index` and `pip download` are built of the same calls."""
import importlib
import logging
import re
import sys
from contextlib import contextmanager

from lab.machine.download import Reply
from lab.services.places import LabError

CHUNK = 1 << 20


@contextmanager
def pip_index():
    """`with pip_index() as index:` gives an Index whose connections are closed at the end."""
    importlib.invalidate_caches()  # pip may have been installed a moment ago
    try:
        from pip._internal.commands import create_command
    except ImportError:
        raise LabError(f"{sys.executable} has no pip. Install it (on Debian or Ubuntu: apt-get install python3-pip), "
                       "or put another python3 first in PATH")
    command = create_command("download")
    with command.main_context():
        yield Index(command)


class Index:
    def __init__(self, command):
        self._command = command
        self._warnings = _Warnings()
        options, _ = command.parse_args([])
        self._session = command.get_default_session(options)

    def address(self, filename):
        """The address of a wheel, by its exact file name. Raises if the index does not have it."""
        from pip._internal.cli import cmdoptions
        project, _, _, _, platforms = filename.removesuffix(".whl").split("-")
        wishes = ["--no-deps", "--only-binary=:all:", "--implementation", "cp", "--python-version", "3.11"]
        for platform in platforms.split("."):
            wishes += ["--platform", platform]
        options, _ = self._command.parse_args(wishes)
        finder = self._command._build_package_finder(
            options=options, session=self._session, target_python=cmdoptions.make_target_python(options))
        with self._warnings.collected() as warnings:
            candidates = finder.find_all_candidates(project.replace("_", "-"))
        for candidate in candidates:
            if candidate.link.filename == filename:
                return candidate.link.url_without_fragment
        raise LabError(f"pip's package index does not offer {filename}" + (f": {_core(warnings[-1])}" if warnings else ""))

    def open_at(self, address, offset):
        """Asks for the bytes from `offset` on."""
        wish = {"Range": f"bytes={offset}-", "Accept-Encoding": "identity", "Cache-Control": "no-cache"}
        with self._warnings.collected():
            response = self._session.get(address, headers=wish, stream=True)
        response.raise_for_status()
        return Reply(offset if response.status_code == 206 else 0, response.iter_content(CHUNK))


def _core(warning):
    """The heart of a network error: what stands behind the last bracket, as in `... [Errno -3] No such host')': /x`."""
    return (re.findall(r"\] ([^\])']+)", warning) or [warning])[-1]


class _Warnings(logging.Handler):
    """Keeps pip's log off the screen, and remembers it for an error's message."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())

    @contextmanager
    def collected(self):
        logger = logging.getLogger("pip")
        self.texts, propagate, logger.propagate = [], logger.propagate, False
        logger.addHandler(self)
        try:
            yield self.texts
        finally:
            logger.removeHandler(self)
            logger.propagate = propagate
