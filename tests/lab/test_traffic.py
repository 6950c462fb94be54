"""Points for what a kernel moves: which tests decide them, and what is left of them."""
import unittest
from types import SimpleNamespace
from unittest import mock

from lab.grade import run_task
from lab.grade.record import FAILED, NOT_RUN, NOT_WRITTEN, OK, PASSED, SKIPPED, TOGETHER, Item, Test
from lab.grade.results import is_traffic

RIGHT, MOVES = "Sums.T4_Rows", "Sums.T4_TrafficOfRows"


class TrafficTest(unittest.TestCase):
    def judged(self, traffic=1, says="", **states):
        """(points, state, says) of a task of 5 points whose tests end so."""
        tests = [Test(name, state, says=says or f"{name} says") for name, state in states.items()]
        item = Item("9.4", "sums", "no such file", 0, 5, FAILED, tests=tests)
        with mock.patch.object(run_task, "_wait_for_others"):
            run_task.judge(item, traffic)
        return item.points, item.state, item.says

    def test_its_tests_are_known_by_their_names(self):
        names = (RIGHT, MOVES, "Traffic.T4_Rows", "Sums.T12_Traffic", "Sums.T4_NoTraffic", "Sums.GivenTraffic")
        self.assertEqual([is_traffic(name) for name in names], [False, True, False, True, False, False])

    def test_what_is_right_and_moves_too_much_keeps_the_rest(self):
        self.assertEqual(self.judged(**{RIGHT: PASSED, MOVES: FAILED}), (4, FAILED, f"{MOVES} says"))
        self.assertEqual(self.judged(**{RIGHT: PASSED, MOVES: PASSED}), (5, OK, ""))

    def test_what_is_wrong_or_not_known_to_be_right_has_none(self):
        for right, moves in ((FAILED, PASSED), (FAILED, FAILED), (SKIPPED, FAILED), (NOT_RUN, FAILED)):
            with self.subTest(right):
                self.assertEqual(self.judged(**{RIGHT: right, MOVES: moves})[:2], (0, FAILED))

    def test_without_points_of_its_own_it_is_a_test_like_others(self):
        self.assertEqual(self.judged(traffic=0, **{RIGHT: PASSED, MOVES: FAILED})[:2], (0, FAILED))

    def test_what_is_not_written_moves_nothing(self):
        said = self.judged(says="task 9.4 is yours to write.", **{RIGHT: FAILED, MOVES: FAILED})
        self.assertEqual(said, (0, NOT_WRITTEN, "9.4 not written yet"))

    def test_together_tasks_are_right_or_not(self):
        lab = SimpleNamespace(number="09", together=2, solutions=run_task.ROOT, has_kernels=True)
        ran = []
        runner = SimpleNamespace(run_all=lambda tests: ran.extend(tests) or [Test(name, PASSED) for name, _ in tests])
        with mock.patch.object(run_task, "Runner", return_value=runner), mock.patch.object(run_task, "results") as folder, \
                mock.patch.object(run_task, "expected_tests", return_value=[(RIGHT, False), (MOVES, False)]):
            folder.return_value.__truediv__.return_value.read_text.return_value = "{}"
            item = run_task.run_item(lab, TOGETHER, "labs")
        self.assertEqual((item.points, item.state, ran), (2, OK, [(RIGHT, False)]))


if __name__ == "__main__":
    unittest.main()
