"""GoogleTest's words about failures, as version 1.12 writes them, and the sentences that a learner reads."""
import unittest

from lab.grade import gtest_words

FAILURES = {
    "pages(): expected { 3, 4 }, got {}":
        "s.cpp:9\nExpected equality of these values:\n  pages()\n    Which is: {}\n  (std::vector<int>{3, 4})\n"
        "    Which is: { 3, 4 }",
    "twice(3): expected 6, got 9":
        "s.cpp:9\nExpected equality of these values:\n  twice(3)\n    Which is: 9\n  6",
    "lower.use: expected an object of 2 bytes, got an object of 2 bytes":
        "s.cpp:9\nExpected equality of these values:\n  lower.use\n    Which is: 2-byte object <00-FF>\n  upper.use\n"
        "    Which is: 2-byte object <00-00>",
    "two pages are needed":
        "s.cpp:10\nExpected equality of these values:\n  pages().size()\n    Which is: 0\n  2u\n    Which is: 2\n"
        "two pages\nare needed",
    "pages().size() == 1: expected true, got false":
        "s.cpp:11\nValue of: pages().size() == 1\n  Actual: false\nExpected: true",
    "one page is enough":
        "s.cpp:12\nValue of: pages().size() == 1\n  Actual: false\nExpected: true\none page is enough",
    "expected (pages().size() + 5) < (3u), got 5 vs 3":
        "s.cpp:13\nExpected: (pages().size() + 5) < (3u), actual: 5 vs 3",
    "pages(): expected that it has 2 elements where element #0 is equal to 1, element #1 is equal to 2, got {}":
        "s.cpp:14\nValue of: pages()\nExpected: has 2 elements where\nelement #0 is equal to 1,\n"
        "element #1 is equal to 2\n  Actual: {}",
    "pages(): expected that it throws std::logic_error, it throws nothing":
        "s.cpp:15\nExpected: pages() throws an exception of type std::logic_error.\n  Actual: it throws nothing.",
    "make(): expected that it throws an exception which has what() \"no\", and it throws an exception of type Yes":
        "s.cpp:16\nValue of: make()\nExpected: throws an exception which has what() \"no\"\n"
        "  Actual: 1, throws an exception of type Yes",
    "start(1): expected no exception, it throws std::runtime_error with description \"I25: no room\"":
        "s.cpp:17\nExpected: start(1) doesn't throw an exception.\n"
        "  Actual: it throws std::runtime_error with description \"I25: no room\".",
    "I25: no room": "unknown file\nC++ exception with description \"I25: no room\" thrown in the test body.",
    "it throws: lost": "unknown file\nC++ exception with description \"lost\" thrown in the test body.",
    "memory ran out: an endless growth?":
        "unknown file\nC++ exception with description \"std::bad_alloc\" thrown in the test body.",
    "1_sums.cu:22: in kernel sums<float, 4> thread (1,0,0) of block (0,2,0) writes part[1] (shared, as elements of 4 bytes: byte 4), "
    "which thread (0,0,0) reads at 1_sums.cu:24 with no barrier between the two: a race; expected: __syncthreads() between them (or "
    "__syncwarp(), if all threads that share the array are of one warp)":
        "unknown file\nC++ exception with description \"kernel sums<float, 4>, block (0,2,0), thread (1,0,0), 1_sums.cu:22: writes "
        "part[1] (shared, as elements of 4 bytes: byte 4), which thread (0,0,0) reads at 1_sums.cu:24 with no barrier between the "
        "two: a race; expected: __syncthreads() between them (or __syncwarp(), if all threads that share the array are of one "
        "warp)\" thrown in the test body.",
    "a failure's own words": "s.cpp:20\nFailed\na failure's own words",
    "in the third round":
        "s.cpp:21\nExpected equality of these values:\n  1\n  2\nGoogle Test trace:\ns.cpp:21: in the third round",
    "lock(3): expected to be called once, it was never called":
        "s.cpp:22\nActual function call count doesn't match EXPECT_CALL(m, lock(3))...\n"
        "         Expected: to be called once\n           Actual: never called - unsatisfied and active",
    "evict(2): expected to be called once, it was called twice":
        "s.cpp:23\nMock function called more times than expected - returning default value.\n"
        "    Function call: evict(2)\n          Returns: 0\n         Expected: to be called once\n"
        "           Actual: called twice - over-saturated and active",
    "evict(3) was called, which nobody expected then":
        "unknown file\n\nUnexpected mock function call - returning default value.\n    Function call: evict(3)\n"
        "          Returns: 0\nGoogle Mock tried the following 1 expectation, but it didn't match:\n\n"
        "s.cpp:24: EXPECT_CALL(m, evict(2))...\n  Expected arg #0: is equal to 2\n           Actual: 3\n",
    "evict(2) was called before what must come first":
        "unknown file\n\nUnexpected mock function call - returning default value.\n    Function call: evict(2)\n"
        "          Returns: 0\nGoogle Mock tried the following 1 expectation, but it didn't match:\n\n"
        "s.cpp:25: EXPECT_CALL(m, evict(2))...\n         Expected: all pre-requisites are satisfied\n",
    "a shape that nobody knows": "s.cpp:1\na shape that\nnobody knows",
}


class GtestWordsTest(unittest.TestCase):
    def test_each_failure_is_one_sentence(self):
        for sentence, failure in FAILURES.items():
            with self.subTest(sentence):
                self.assertEqual(gtest_words.sentence(failure), sentence)

    def test_a_sentence_has_an_end(self):
        self.assertEqual(len(gtest_words.sentence("s.cpp:1\nFailed\n" + "word " * 1000)), gtest_words.LONGEST)
        fault = "kernel k, block (0,0,0), thread (0,0,0), 1_sums.cu:2: " + "word " * 1000
        self.assertEqual(len(gtest_words.sentence(f"s.cpp:1\nFailed\n{fault}")), gtest_words.LONGEST_OF_A_KERNEL)

    def test_how_a_program_ended(self):
        for code, output, sentence in (
                (0, "", "the program ended (exit code 0) before the test did: exit()?"),
                (-11, "", "it crashed: segmentation fault: a pointer or an index leads nowhere; "
                 "grade with --asan to see where"),
                (-6, "vector.h:9: T& at(int): Assertion 'n < size()' failed.\n",
                 "it crashed: vector.h:9: T& at(int): Assertion 'n < size()' failed.; grade with --asan to see where"),
                (-6, "terminate called after throwing an instance of 'std::logic_error'\n  what():  I18: too often\n",
                 "it ended by an exception that could not be caught there: I18: too often"),
                (1, "=1=ERROR\nSUMMARY: AddressSanitizer: heap-use-after-free a.cpp:7 in f\n",
                 "the sanitizer stopped it: heap-use-after-free a.cpp:7 in f")):
            with self.subTest(sentence):
                self.assertEqual(gtest_words.ending(code, output), sentence)
        self.assertEqual(gtest_words.ending(-6, "", no_more=True), "it crashed: abort() was called")


if __name__ == "__main__":
    unittest.main()
