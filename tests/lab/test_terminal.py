"""Sizes and durations for people; bars on terminals only."""
import io
import unittest
from unittest import mock

from lab.services.terminal import Progress, coloured, duration, size


class Screen(io.StringIO):
    def isatty(self):
        return True


class TerminalTest(unittest.TestCase):
    def test_sizes(self):
        cases = {0: "0 B", 999: "999 B", 1000: "1 kB", 999_499: "999 kB", 999_999: "1 MB", 530_604_548: "531 MB",
                 999_600_000: "1.00 GB", 1_300_000_000: "1.30 GB", 4_700_000_000_000: "4700.00 GB"}
        for count, text in cases.items():
            self.assertEqual(size(count), text, count)

    def test_durations(self):
        cases = {0.04: "0.0 s", 9.94: "9.9 s", 9.96: "10 s", 59.4: "59 s", 59.6: "1 min 00 s", 185: "3 min 05 s"}
        for seconds, text in cases.items():
            self.assertEqual(duration(seconds), text, seconds)

    def test_a_log_gets_one_line_at_the_start_and_one_at_the_end(self):
        log = io.StringIO()
        with Progress("Loading", unit=size, stream=log) as bar:
            for done in range(0, 5001, 10):
                bar.update(done, 5000)
        lines = log.getvalue().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[0], "Loading ...")
        self.assertRegex(lines[1], r"^Loading: \d\.\d s$")

    def test_a_terminal_gets_a_bar(self):
        screen = Screen()
        with mock.patch.dict("os.environ", {"TERM": "xterm"}), Progress("Loading", unit=size, stream=screen) as bar:
            bar.update(2500, 5000)
        self.assertIn("Loading [############............] 2 kB of 5 kB", screen.getvalue())

    def test_without_a_unit_the_bar_shows_a_share(self):
        screen = Screen()
        with mock.patch.dict("os.environ", {"TERM": "xterm"}), Progress("Installing", stream=screen) as bar:
            bar.update(25, 50)
        self.assertIn("] 50 %", screen.getvalue())
        self.assertRegex(screen.getvalue(), r"Installing: \d\.\d s\n$")

    def test_colour_only_on_a_terminal_that_wants_it(self):
        with mock.patch.dict("os.environ", {"TERM": "xterm"}, clear=True):
            self.assertEqual(coloured("x", "red", Screen()), "\033[31mx\033[0m")
            self.assertEqual(coloured("x", "red", io.StringIO()), "x")
        with mock.patch.dict("os.environ", {"TERM": "xterm", "NO_COLOR": "1"}, clear=True):
            self.assertEqual(coloured("x", "red", Screen()), "x")


if __name__ == "__main__":
    unittest.main()
