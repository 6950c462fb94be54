"""./lab fuzz: how a run of libFuzzer is read and told, without libFuzzer."""
import contextlib
import io
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from lab.author import fuzz
from lab.services.places import LabError

RUN = """#200\tNEW    cov: 70 ft: 310 corp: 9/80b
#1000\tDONE   cov: 81 ft: 345 corp: 12/99b
stat::passed_the_first_check: 250 of 1000
stat::average_exec_per_sec:     1250
"""


class FuzzTest(unittest.TestCase):
    def test_a_run_without_a_find(self):
        result = fuzz.read_result("config", RUN, 0, [])
        self.assertEqual(result, fuzz.Result("config", inputs=1000, passed=250, seconds_rate=1250, features=345))
        self.assertRegex(fuzz.table([result])[1], r"^config +config.json +1,000 +1,250 +25.0 % +345 +none$")

    def test_a_find_is_told_with_its_reason_and_its_file(self):
        for said, reason in (("FIND: I28: a stale handle", "FIND: I28: a stale handle"),
                             ("==7== ERROR: AddressSanitizer: heap-use-after-free", "ERROR: AddressSanitizer: heap-use-after-free"),
                             ("nothing", "ended with 77")):
            result = fuzz.read_result("config", RUN + said, 77, [Path("crash-1")])
            self.assertEqual((result.find, result.kept), (reason, (Path("crash-1"),)))
            self.assertRegex(fuzz.table([result])[1], " 1$")

    def test_the_exit_code_and_the_step_of_check_say_whether_there_was_a_find(self):
        fine, bad = fuzz.Result("config", inputs=9), fuzz.Result("story", inputs=3, find="FIND: x", kept=(Path("crash-1"),))
        arguments = SimpleNamespace(targets=[], runs=9, jobs=1, seed=1)
        for results, code in (([fine, fine], 0), ([fine, bad], 1)):
            out = io.StringIO()
            asked = {}

            def fuzzed(names, runs=0, *_):
                asked[tuple(names)] = runs
                return [] if names == ["manager"] else results

            with contextlib.redirect_stdout(out), mock.patch.object(fuzz, "fuzz", side_effect=fuzzed), \
                    mock.patch.object(fuzz, "shown", str):
                self.assertEqual(fuzz.run(arguments), code)
                self.assertEqual("story: FIND: x" in out.getvalue(), bool(code))
                if code:
                    with self.assertRaisesRegex(LabError, r"story: FIND: x \(crash-1\)"):
                        fuzz.prove()
                else:
                    self.assertEqual(fuzz.prove(runs=400), "2 targets, 18 inputs")
                    self.assertEqual(asked["manager",], 100)

    def test_an_unknown_target_is_refused_with_the_list(self):
        with self.assertRaisesRegex(LabError, "unknown target 'nothing'; there are: safetensors, config"):
            fuzz.fuzz(["nothing"])

    def test_a_number_of_inputs_is_checked(self):
        for word in ("0", "-1", "x"):
            with self.assertRaisesRegex(LabError, "no whole number above 0"):
                fuzz.positive(word)


if __name__ == "__main__":
    unittest.main()
