"""The pages of figures are what the committed figures say."""
import json
import unittest
import xml.etree.ElementTree as xml

from lab.bench import batch, cache, copies, course, engine, linear, main_job, plot, policies, prefix
from lab.services.places import LabError


class Page(unittest.TestCase):
    def test_the_page_is_made_from_the_figures(self):
        runs = json.loads(main_job.FIGURES.read_text())
        self.assertEqual(main_job.PAGE.read_text(), main_job.page(runs), "./lab bench --save makes both anew")

    def test_the_ratios_are_those_of_the_figures(self):
        for run in json.loads(main_job.FIGURES.read_text()):
            self.assertAlmostEqual(run["warm_share"], run["warm_ttft_ms"] / run["cold_ttft_ms"])


class Prefix(unittest.TestCase):
    def setUp(self):
        self.figures = json.loads(prefix.FIGURES.read_text())

    def test_page_and_picture_are_made_from_the_figures(self):
        anew = "./lab bench prefix --save makes them anew"
        self.assertEqual(prefix.PAGE.read_text(), prefix.page(self.figures), anew)
        self.assertEqual(prefix.PICTURE.read_text(), prefix.picture(self.figures), anew)

    def test_the_limits_hold_and_would_be_missed(self):
        self.assertEqual(prefix.trouble(self.figures), [])
        self.figures["compare_ns"][0]["get_match_len"] = 1.51 * self.figures["compare_ns"][0]["memcmp"]
        self.figures["matching_ns"]["find_best"] = self.figures["matching_ns"]["scalar"] / 49
        self.assertEqual(len(prefix.trouble(self.figures)), 2)

    def test_it_crosses_where_it_is_faster_from_then_on(self):
        def crossing(*scans):
            rows = [{"sequences": 2 ** i, "hash": 5, "scalar": scan} for i, scan in enumerate(scans)]
            return prefix.crossing({"crossing_ns": rows}, "scalar")
        self.assertEqual(crossing(1, 4, 6, 9), 4)
        self.assertEqual(crossing(1, 6, 5, 9), 8)
        self.assertEqual(crossing(6, 7), 1)
        self.assertIsNone(crossing(6, 1))

    def test_figures_are_medians_of_what_the_benchmark_wrote(self):
        names = ["detector/scalar", "detector/vector", "matching/find_best", "compare/get_match_len/64",
                 "compare/memcmp/64", *(f"crossing/{side}/2" for side in ("scalar", "vector", "hash"))]
        rounds = [{"run_type": "iteration", "name": f"{name}/repeats:3", "cpu_time": time, "time_unit": "us"}
                  for name in names for time in (9, 1, 2)]
        rounds.append({"run_type": "aggregate", "name": "detector/scalar_mean", "cpu_time": 100, "time_unit": "us"})
        context = {"compiler": "c", "flags": "-O", "indexed_tokens": "6", "indexed_prefixes": "5", "index_bytes": "60"}
        figures = prefix.from_benchmark({"context": context, "benchmarks": rounds})
        self.assertEqual((figures["rounds"], figures["detector_ns"]), (3, {"scalar": 2000, "vector": 2000}))
        self.assertEqual(figures["compare_ns"], [{"tokens": 64, "get_match_len": 2000, "memcmp": 2000}])


class Policies(unittest.TestCase):
    def setUp(self):
        self.figures = json.loads(policies.FIGURES.read_text())

    def test_the_page_is_made_from_the_figures(self):
        self.assertEqual(policies.PAGE.read_text(), policies.page(self.figures), "./lab bench policies --save makes both anew")

    def test_no_limit_is_broken(self):
        self.assertEqual(policies.trouble(self.figures), "")

    def test_each_limit_fails_the_command(self):
        for where, words in (("conversations", "chat at 1,000 blocks"), ("workloads", "workload f at 25 %")):
            figures = json.loads(policies.FIGURES.read_text())
            for one in figures[where]:
                for row in one["rows"]:
                    row["rates"]["return-rate"] = row["rates"]["lru"]
            self.assertIn(words, policies.trouble(figures))
        [questions] = [one for one in self.figures["workloads"] if one["trace"] == "c"]
        rates = questions["rows"][0]["rates"]
        rates["return-rate"] = rates["lru"] - .0123
        self.assertIn("workload c at 5 %: -1.23 points against lru", policies.trouble(self.figures))

    def test_half_a_point_is_no_gap(self):
        self.assertIsNone(policies.share({"lru": .5, "clairvoyant": .504, "return-rate": .4}))
        self.assertAlmostEqual(policies.share({"lru": .5, "clairvoyant": .6, "return-rate": .52}), .2)


class Cache(unittest.TestCase):
    def test_page_and_picture_are_made_from_the_figures(self):
        figures, anew = json.loads(cache.FIGURES.read_text()), "./lab bench cache --save makes them anew"
        self.assertEqual(cache.PAGE.read_text(), cache.page(figures), anew)
        self.assertEqual(cache.PICTURE.read_text(), cache.picture(figures), anew)

    def one(self, **other):
        return {"workload": "a", "requests": 2, "tokens": 9, "matched": 4, "evicted": 0, "floor_ms": 1.0, "fresh_ms": 4.0,
                "warm_ms": 2.0, "match_us": [], "bytes_per_token": 4.5, **other}

    def test_a_workload_is_the_median_of_the_fresh_and_the_best_of_the_warm(self):
        ours = [self.one(fresh_ms=f, warm_ms=w, floor_ms=o) for f, w, o in ((5, 3, 1.5), (9, 2, 1.25), (7, 4, 2))]
        row = cache.of_workload("a", ours, [])
        self.assertEqual((row["fresh_ms"], row["warm_ms"], row["floor_ms"], "peer" in row), (7, 2, 1.25, False))

    def test_a_peer_must_match_the_same_tokens(self):
        with self.assertRaisesRegex(LabError, "workload a: the peer matched 5 tokens, ours 4"):
            cache.of_workload("a", [self.one()], [self.one(matched=5)])
        self.assertIn("peer", cache.of_workload("h", [self.one(matched=531)], [self.one(matched=527)]))

    def test_what_is_wanted_is_near_the_floor_or_many_times_the_peer(self):
        row = cache.of_workload("a", [self.one()], [self.one(fresh_ms=20, warm_ms=9.9)])
        self.assertEqual([cache.reached(row, kind) for kind in ("warm_ms", "fresh_ms")], [False, True])
        self.assertTrue(cache.reached(self.one(floor_ms=1.6), "warm_ms"))
        self.assertFalse(cache.reached(self.one(floor_ms=1.5), "warm_ms"), "and no peer was measured")

    def test_a_peer_that_is_faster_is_trouble(self):
        row = cache.of_workload("a", [self.one()], [self.one(warm_ms=1.9)])
        self.assertIn("workload a, warm: 2.00 ms, the peer takes 1.90", cache.trouble({"workloads": [row]}))
        row = cache.of_workload("a", [self.one()], [self.one(warm_ms=2.1)])
        self.assertEqual(cache.trouble({"workloads": [row]}), "")
        row["peer"]["warm_ms"] = 1.9
        self.assertEqual(cache.trouble({"workloads": [row | {"floor_ms": 1.6}]}), "", "nothing but copying is left")



class Copying(unittest.TestCase):
    def setUp(self):
        self.figures = json.loads(copies.FIGURES.read_text())

    def test_page_and_picture_are_made_from_the_figures(self):
        anew = "./lab bench copy --save makes them anew"
        self.assertEqual(copies.PAGE.read_text(), copies.page(self.figures), anew)
        self.assertEqual(copies.PICTURE.read_text(), copies.picture(self.figures), anew)

    def test_the_limit_holds_and_would_be_missed(self):
        self.assertEqual(copies.trouble(self.figures), "")
        self.figures["us"][-1]["slots"] = self.figures["us"][-1]["compute"] / 9
        self.assertIn("tokens takes", copies.trouble(self.figures))

    def test_it_pays_from_where_it_is_cheaper_from_then_on(self):
        def pays_from(*computed):
            return copies.pays_from({"us": [{"tokens": 2 ** i, "slots": 5, "compute": us}
                                                for i, us in enumerate(computed)]})
        self.assertEqual((pays_from(6, 7), pays_from(1, 6, 5, 9), pays_from(6, 1)), (1, 8, None))

    def test_figures_are_medians_of_what_the_benchmark_wrote(self):
        rounds = [{"run_type": "iteration", "name": f"{name}/repeats:3", "cpu_time": time, "time_unit": "us"}
                  for name in ("compute/1", "copy/1", "slots/1", "copy/16", "radix/16") for time in (9, 1, 2)]
        context = {"compiler": "c", "flags": "-O", "isa": "scalar", "parameters": "7", "token_bytes": "64"}
        figures = copies.from_benchmark({"context": context, "benchmarks": rounds})
        self.assertEqual(figures["us"], [{"tokens": 1, "compute": 2, "copy": 2, "slots": 2},
                                         {"tokens": 16, "copy": 2, "radix": 2}])


class Course(unittest.TestCase):
    def setUp(self):
        self.figures = json.loads(course.FIGURES.read_text())

    def test_page_picture_and_chapters_are_made_from_the_figures(self):
        anew = "./lab bench course --save makes them anew"
        self.assertEqual(course.PAGE.read_text(), course.page(self.figures), anew)
        self.assertEqual(course.PICTURE.read_text(), course.picture(self.figures), anew)
        for text in course.chapters(self.figures):
            says = text.read_text()
            self.assertEqual(says, course.quoted(says, self.figures, text.parent.name[:2]), anew)
            for mark in course.MARKS:
                self.assertEqual(says.count(f"<!--course {mark}-->"), 1, f"{text}: its {mark[:-1]}ing number")

    def test_another_figure_is_another_text(self):
        text = course.chapters(self.figures)[1]
        self.figures["rows"][1]["computed"] += 1
        self.assertNotEqual(text.read_text(), course.quoted(text.read_text(), self.figures, "02"))


class Batch(unittest.TestCase):
    def setUp(self):
        self.figures = json.loads(batch.FIGURES.read_text())

    def test_the_page_is_made_from_the_figures(self):
        self.assertEqual(batch.PAGE.read_text(), batch.page(self.figures), "./lab bench batch --save makes it anew")

    def test_the_limit_holds_and_would_be_missed(self):
        self.assertEqual(batch.trouble(self.figures), "")
        one = self.figures["runs"][0]
        for isa, limit in (("amx", 4), ("avx512_bf16", 4), ("avx512", 2), ("scalar", 2)):
            one.update(isa=isa, batched_rate=limit * one["in_turn_rate"])
            self.assertEqual(batch.trouble(self.figures), "")
            one["batched_rate"] *= 0.99
            self.assertIn(f"expected {limit} with {isa}", batch.trouble(self.figures))


class Engine(unittest.TestCase):
    def setUp(self):
        self.figures = json.loads(engine.FIGURES.read_text())

    def test_the_page_is_made_from_the_figures(self):
        self.assertEqual(engine.PAGE.read_text(), engine.page(self.figures), "./lab bench engine --save makes it anew")

    def test_all_sides_generate_the_same_number_of_tokens(self):
        for workload in engine.WORKLOADS:
            rows = engine.rows_of(self.figures, workload)
            self.assertEqual([row["batch"] for row in rows], [1, 2, 4, 8, 16, 32])
            self.assertEqual(len({row[side]["generated"] for row in rows for side in ("on", "off")}), 1)
            for row in rows:
                self.assertLess(row["on"]["computed"], row["off"]["computed"])

    def test_the_limits_hold_and_would_be_missed(self):
        self.assertEqual(engine.trouble(self.figures), "")
        chat = engine.rows_of(self.figures, "chat")
        chat[-1]["off"]["bookkeeping"] = .02
        self.assertIn("chat at batch 32, caching off: bookkeeping is 2.00% of a step", engine.trouble(self.figures))
        chat[-1]["off"]["bookkeeping"] = .001
        chat[2]["on"]["rate"] = chat[2]["off"]["rate"] / 2
        self.assertIn("chat at batch 4: slower with prefix caching", engine.trouble(self.figures))

    def test_a_larger_model_gains_more(self):
        def gain(figures, batch):
            rates = {row["batch"]: row["on"]["rate"] for row in engine.rows_of(figures, "chat")}
            return rates[batch] / rates[1]
        self.assertGreater(gain(self.figures["larger"], 8), gain(self.figures, 8))


class Linear(unittest.TestCase):
    def setUp(self):
        self.figures = json.loads(linear.FIGURES.read_text())

    def test_the_page_is_made_from_the_figures(self):
        self.assertEqual(linear.PAGE.read_text(), linear.page(self.figures), "./lab bench linear --save makes it anew")

    def test_the_limits_hold(self):
        self.assertEqual(linear.trouble(self.figures), "")

    def measured(self, isa, *ratios):
        """Two runs; the second has these ratios to the prepacked operator."""
        shape = {"preset": "110m", "k": 768, "n": 2048, "ours_ms": 2.0, "stock_ms": 8.0}
        def run(threads, all_of_it):
            return {"threads": threads, "isa": isa, "rounds": 7, "compiler": "c", "peer": "p", "megabytes": 200,
                    "shapes": [shape | {"rows": i + 1, "prepacked_ms": 2 * r} for i, r in enumerate(all_of_it)]}
        return {"processor": "x", "processors": 2, "load": [1.5], "runs": [run(1, [1]), run(2, ratios)]}

    def test_a_limit_that_is_missed_is_told(self):
        self.assertEqual(linear.trouble(self.measured("amx", 0.86, 1.17)), "")
        self.assertIn("2 threads: LibTorch's prepacked linear takes 0.99 times as long as ours in the mean, expected 1.00 with amx",
                      linear.trouble(self.measured("amx", 1.1, 0.9)))
        self.assertIn("2 threads, 768 to 2,048, 2 rows: LibTorch's prepacked linear takes 0.84 times",
                      linear.trouble(self.measured("amx", 4, 0.84)))

    def test_without_amx_there_is_no_limit_and_the_page_says_so(self):
        self.assertEqual(linear.trouble(self.measured("avx512_bf16", 0.5)), "")
        self.assertIn("Not measured with AMX", linear.page(self.measured("avx512_bf16", 0.5)))
        self.assertNotIn("ot measured", linear.page(self.measured("amx", 1)))

    def test_the_mean_is_geometric(self):
        self.assertAlmostEqual(linear.mean(self.measured("amx", 0.5, 8)["runs"][1]), 2)
        self.assertAlmostEqual(linear.mean(self.measured("amx", 1)["runs"][1], "stock"), 4)


class Plot(unittest.TestCase):
    def test_bars_have_names_and_values(self):
        drawn = plot.bars("title", ["a", "b"], {"one": [0, 8120], "two": [2.5, 1]})
        texts = [text.text for text in xml.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
        self.assertEqual(texts, ["title", "a", "b", "one", "0", "8,120", "two", "2.5", "1.0"])

    def test_equal_figures_are_equal_pictures_and_each_curve_has_its_name(self):
        series = {"a & b": [(1, 1), (10, 100)], "c": [(1, 5), (10, 5)]}
        drawn = plot.curves("title", "x", "y", series, [(3, "here")])
        self.assertEqual(drawn, plot.curves("title", "x", "y", series, [(3, "here")]))
        texts = [text.text for text in xml.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
        self.assertLessEqual({"title", "x", "y", "a & b", "c", "here", "1", "10", "100"}, set(texts))


if __name__ == "__main__":
    unittest.main()
