"""The page of figures is what the committed figures say."""
import json
import unittest

from lab import bench


class Page(unittest.TestCase):
    def test_the_page_is_made_from_the_figures(self):
        runs = json.loads(bench.FIGURES.read_text())
        self.assertEqual(bench.PAGE.read_text(), bench.page(runs), "./lab bench --save makes both anew")

    def test_the_ratios_are_those_of_the_figures(self):
        for run in json.loads(bench.FIGURES.read_text()):
            self.assertAlmostEqual(run["warm_share"], run["warm_ttft_ms"] / run["cold_ttft_ms"])


if __name__ == "__main__":
    unittest.main()
