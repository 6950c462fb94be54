"""check-hf: what it draws, how it judges, and its environment, all without torch."""
import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab.author import check_hf
from lab.machine import hf_environment
from lab.services.places import LabError


def option(directory, name):
    return directory.options[directory.options.index(name) + 1]


class PlanTest(unittest.TestCase):
    def test_the_seed_decides(self):
        self.assertEqual(check_hf.plan(3, 20), check_hf.plan(3, 20))
        self.assertEqual(check_hf.plan(3, 20)[:5], check_hf.plan(3, 5))
        self.assertNotEqual(check_hf.plan(3, 5), check_hf.plan(4, 5))

    def test_eighteen_directories_hold_every_combination(self):
        drawn = {(option(d, "--config-style"), option(d, "--dtype"),
                  option(d, "--rope-scaling").split(":")[0] if "--rope-scaling" in d.options else "none")
                 for d in check_hf.plan(1, 18)}
        self.assertEqual(len(drawn), 2 * 3 * 3)

    def test_shapes_are_odd(self):
        drawn = check_hf.plan(1, 200)
        for directory in drawn:
            names = ("--vocab-size", "--hidden-size", "--heads", "--kv-heads", "--head-dim", "--intermediate-size")
            sizes = {name: int(option(directory, name)) for name in names}
            self.assertNotEqual(sizes["--hidden-size"] % 16, 0)
            self.assertEqual(sizes["--hidden-size"] % sizes["--heads"], 0, "transformers insists")
            self.assertEqual((sizes["--vocab-size"] % 2, sizes["--head-dim"] % 2), (1, 0))
            self.assertEqual([len(request) for request in directory.requests], list(check_hf.LENGTHS))
            self.assertLess(max(map(max, directory.requests)), sizes["--vocab-size"])
        self.assertEqual({int(option(d, "--heads")) // int(option(d, "--kv-heads")) for d in drawn}, {1, 2, 5, 8})
        for name in ("--tie", "--no-tie", "--generation-config"):
            self.assertTrue(40 < sum(name in d.options for d in drawn) < 160, name)
        apart = sum(int(option(d, "--hidden-size")) != int(option(d, "--heads")) * int(option(d, "--head-dim"))
                    for d in drawn)
        self.assertTrue(60 < apart < 180, apart)
        self.assertTrue(60 < sum(option(d, "--shards") != "1" for d in drawn) < 180)
        self.assertTrue(all(any("," in option(d, "--eos") for d in drawn[i::18]) for i in range(18)))


def good():
    return {"float32": {"error": 3e-5, "compared": 240, "close": 9, "wrong": 0},
            "bfloat16": {"error": 0.05, "compared": 100, "close": 149, "wrong": 0, "ratio": 0.7, "their_error": 0.1,
                         "share": 0.02},
            "greedy": {"same": 40, "wrong": 0}}


class VerdictTest(unittest.TestCase):
    def test_nothing_to_say_where_all_is_well(self):
        self.assertEqual(check_hf.verdicts(good()), [])

    def test_each_figure_can_fail(self):
        for where, key, value, says in (
                ("float32", "error", 3e-4, "float32: an error of 3.0e-04"),
                ("float32", "error", float("nan"), "nan"), ("float32", "error", float("inf"), "inf"),
                ("float32", "wrong", 1, "another best token in 1 of 240 rows"),
                ("bfloat16", "error", 0.21, "bfloat16: an error of 2.1e-01, at most 2.0e-01"),
                ("bfloat16", "share", 0.2, "off by 20.0% of the logits"),
                ("bfloat16", "ratio", 1.7, "1.70 times the error"),
                ("bfloat16", "ratio", float("nan"), "nan times"), ("bfloat16", "wrong", 2, "in 2 of 100 rows"),
                ("greedy", "wrong", 3, "other greedy tokens in 3 of 5 requests")):
            result = good()
            result[where][key] = value
            told = check_hf.verdicts(result)
            self.assertEqual(len(told), 1, (where, key, told))
            self.assertIn(says, told[0])
        self.assertEqual(check_hf.verdicts({"trouble": "ValueError: no"}), ["ValueError: no"])

    def test_the_exit_code_is_that_of_the_worst_directory(self):
        directories = check_hf.plan(1, 2)
        bad = good()
        bad["float32"]["error"] = 1.0
        for results, code in (([good(), good()], 0), ([good(), bad], 1), ([{"trouble": "x"}, good()], 1)):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                self.assertEqual(check_hf.report(directories, results, 1), code)
            self.assertIn(f"{2 - code} directories equal, {code} differ", out.getvalue())

    def test_every_line_of_the_table_has_the_same_cells(self):
        directory, results = check_hf.plan(1, 1)[0], (good(), {"trouble": "x"})
        lines = [*check_hf.HEAD.splitlines(), *(check_hf.row(directory, result) for result in results)]
        self.assertEqual({line.count("|") for line in lines}, {11})


class WorkerTest(unittest.TestCase):
    def test_a_worker_that_ends_is_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(LabError, "transformers could not run"):
                with check_hf.Worker("false", Path(folder) / "log") as worker:
                    worker.ask({})  # whether it ended before or after the question came


class EnvironmentTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "deps/check-hf"
        for change in (mock.patch.object(hf_environment, "_check_disk"), mock.patch.object(hf_environment, "Progress")):
            change.start()
            self.addCleanup(change.stop)

    def ensure(self, run):
        out = io.StringIO()
        with mock.patch.object(hf_environment, "_run", run), contextlib.redirect_stdout(out):
            hf_environment.ensure(self.folder)
        return out.getvalue()

    def install(self, command, *_):
        (self.folder / "bin").mkdir(parents=True, exist_ok=True)
        (self.folder / "bin/python").touch()
        self.commands += 1

    def test_installed_once_and_its_size_said_before(self):
        self.commands = 0
        self.assertIn("2.28 GB to download, 3.80 GB on disk", self.ensure(self.install))
        self.assertEqual(self.commands, 1 + len(hf_environment.steps()))
        self.assertEqual(self.ensure(self.install), "")
        self.assertEqual(self.commands, 1 + len(hf_environment.steps()))

    def test_other_versions_are_installed_anew(self):
        self.commands = 0
        self.ensure(self.install)
        with mock.patch.object(hf_environment, "TORCH", "torch==9.9"):
            self.assertIn("to download", self.ensure(self.install))

    def test_a_failure_is_one_line_and_not_taken_for_whole(self):
        log = self.folder.with_name("check-hf.log")
        log.parent.mkdir(parents=True)
        script = "print('Collecting torch'); print('ERROR: No matching distribution'); raise SystemExit(1)"
        with self.assertRaisesRegex(LabError, "ERROR: No matching distribution .*check-hf.log") as told:
            hf_environment._run([sys.executable, "-c", script], log, mock.Mock())
        self.assertEqual((told.exception.code, len(str(told.exception).splitlines())), (2, 1))
        with self.assertRaises(LabError):
            self.ensure(mock.Mock(side_effect=LabError("pip failed")))
        self.assertFalse((self.folder / "installed.txt").exists())

    def test_progress_counts_what_was_loaded(self):
        log, bar = self.folder.with_name("check-hf.log"), mock.Mock()
        script = r"print('Downloading a.whl (1.5 MB)\n  Downloading b.whl (20 kB)\n Downloading c (1 B)')"
        hf_environment._run([sys.executable, "-c", script], log, bar)
        self.assertEqual([call.args[0] for call in bar.update.call_args_list], [0, 1.5e6, 1.52e6])


if __name__ == "__main__":
    unittest.main()
