"""What the reader sees: sizes, durations, colours and progress. A bar is drawn on a terminal only; elsewhere (a log of
continuous integration, a pipe) the same work prints one line when it starts and one when it ends."""
import os
import shutil
import sys
import time


def size(count):
    """Bytes for people, in the decimal units that package managers use: 530604548 is '531 MB'."""
    for limit, unit, digits in ((1e3, "B", 0), (1e6, "kB", 0), (1e9, "MB", 0), (float("inf"), "GB", 2)):
        if count < limit * 0.9995:
            return f"{count / (limit / 1e3 if unit != 'GB' else 1e9):.{digits}f} {unit}"


def duration(seconds):
    """Seconds for people: '0.4 s', '42 s', '3 min 05 s'."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def say(text="", stream=None):
    print(text, file=stream or sys.stdout, flush=True)


def is_terminal(stream):
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def coloured(text, colour, stream=None):
    """Colour on a terminal only, and never where NO_COLOR asks for none."""
    if not is_terminal(stream or sys.stdout) or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{ {'red': 31, 'green': 32, 'yellow': 33}[colour] }m{text}\033[0m"


def table(rows):
    """Lines of the rows, each column as wide as its widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths)).rstrip() for row in rows]


class Progress:
    """Work that takes a while: `with Progress("Building") as bar: bar.update(done, total)`.

    `unit` turns an amount into text, such as size; without it a share of the whole is shown. An error inside leaves the
    line as it stood, so that the reader sees how far the work came."""

    REDRAW_SECONDS = 0.1

    def __init__(self, label, unit=None, stream=None):
        self.label, self.unit, self.stream = label, unit, stream or sys.stdout
        self.live = is_terminal(self.stream)
        self.drawn = 0.0

    def __enter__(self):
        self.started = time.monotonic()
        self.stream.write(self.label + ("" if self.live else " ...\n"))
        self.stream.flush()
        return self

    def update(self, done, total):
        now = time.monotonic()
        if self.live and now - self.drawn >= self.REDRAW_SECONDS:
            self.drawn = now
            self._draw(self._bar(done, total))

    def __exit__(self, kind, error, trace):
        if kind is None:
            line = f"{self.label}: {duration(time.monotonic() - self.started)}"
            self._draw(line) if self.live else self.stream.write(line)
        if kind is None or self.live:
            self.stream.write("\n")
        self.stream.flush()
        return False

    def _bar(self, done, total):
        share = min(1.0, done / total) if total else 0.0
        full = round(24 * share)
        amount = f"{self.unit(done)} of {self.unit(total)}" if self.unit else f"{100 * share:.0f} %"
        return f"{self.label} [{'#' * full}{'.' * (24 - full)}] {amount}"

    def _draw(self, line):
        width = shutil.get_terminal_size().columns - 1
        self.stream.write("\r\033[K" + line[:width])
        self.stream.flush()
