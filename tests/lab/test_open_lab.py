"""What ./lab grade NN --open says of what the open lab's program told."""
import unittest

from lab.grade import open_lab


def case(name, *failures, result="COMPLETED"):
    told = {"classname": "Suite", "name": name, "result": result}
    return {**told, "failures": [{"failure": f"s.cpp:1\nFailed\n{words}"} for words in failures]} if failures else told


class VerdictTest(unittest.TestCase):
    def test_all_right(self):
        self.assertEqual(open_lab.verdict([case("A"), case("B")], 0, ""), ([], 2))

    def test_the_first_that_failed_is_told_and_a_skip_is_no_pass(self):
        cases = [case("A"), case("B", "I28: followed", "more"), case("C", "other"), case("D", result="SKIPPED")]
        self.assertEqual(open_lab.verdict(cases, 1, ""), (["  Test  Suite.B", "  But   I28: followed"], 1))

    def test_what_is_not_written_is_no_failure(self):
        cases = [case("A"), case("B", "task 1.x is yours to write. Which pages may go?")]
        self.assertEqual(open_lab.verdict(cases, 1, ""), (["  not written yet"], 1))

    def test_a_crash_and_a_loop_are_told(self):
        self.assertIn("it crashed: segmentation fault", open_lab.verdict([], -11, "")[0][0])
        self.assertIn("an endless loop?", open_lab.verdict([], None, "")[0][0])


if __name__ == "__main__":
    unittest.main()
