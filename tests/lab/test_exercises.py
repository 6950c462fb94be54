"""./lab exercises in a small course of its own: what a stub looks like, what is refused, what a learner's work is."""
import contextlib
import io
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from lab.author import exercises, labs
from lab.services import course, stubs
from lab.services.places import ROOT, LabError

SOLUTION = '''#include <stdexcept>

#include "07-tree/tree.hpp"
#include "storage/run.hpp"

namespace radixlab {
namespace {

int helper(int n) { return n; }

}  // namespace

/// Everyone may read this.
Tree::Node& Tree::split(Node& lower, std::size_t at) {
  if (at == 0) {
    throw std::logic_error("}");
  }
  return lower;
}

// How we do it.
std::pair<int, std::vector<int>> Tree::both(std::span<const TokenId>, const std::pair<int, int>& range,
                                            unsigned int) const { return {}; }

void Tree::clear() { nodes_.clear(); }

}  // namespace radixlab
'''
STUB = '''#include <stdexcept>

#include "07-tree/tree.hpp"
#include "contract/todo.hpp"
#include "storage/run.hpp"

namespace radixlab {

/// Everyone may read this.
Tree::Node& Tree::split(Node& lower, std::size_t at) { todo("7.1", "Say \\"who\\"?", lower, at); }

std::pair<int, std::vector<int>> Tree::both(std::span<const TokenId>, const std::pair<int, int>& range,
                                            unsigned int) const {
  todo("7.1", "The hint stands above.", range);
}

void Tree::clear() { todo("7.1", "The hint stands above."); }

}  // namespace radixlab
'''

KERNELS = """#include "07-tree/tree.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab {
namespace {

constexpr int kOurs = 3;

}  // namespace

// given: a row is a warp
constexpr int kRow = 32;
constexpr int kRows = 4;

// How we do it.
template <class T>
__global__ void __launch_bounds__(kRow* kRows) rows_kernel(const T* __restrict__ in, Pages<T> pages,
                                                           T* out) {
  __shared__ T part[kRow];
}

/// The host's side.
// given
template <class T>
void rows(const T* in, T* out) {
  if (!in) return;

  launch({1, 32}, rows_kernel<T>, in, out);
}

template void rows(const float*, float*);
template void rows(const BFloat16*,
                   BFloat16*);

// given
namespace {

int also() { return 1; }

}  // namespace

template <class T, int kHeads>
__device__ T least(T a, T b) {
  return a < b ? a : b;
}

}  // namespace radixlab
"""
KERNELS_STUB = """#include "07-tree/tree.hpp"
#include "contract/todo.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab {

// given: a row is a warp
constexpr int kRow = 32;
constexpr int kRows = 4;

template <class T>
__global__ void __launch_bounds__(kRow* kRows) rows_kernel(const T* __restrict__ in, Pages<T> pages,
                                                           T* out) {
  todo("7.1", "Say \\"who\\"?", in, pages, out);
}

/// The host's side.
// given
template <class T>
void rows(const T* in, T* out) {
  if (!in) return;

  launch({1, 32}, rows_kernel<T>, in, out);
}

template void rows(const float*, float*);
template void rows(const BFloat16*,
                   BFloat16*);

// given
namespace {

int also() { return 1; }

}  // namespace

template <class T, int kHeads>
__device__ T least(T a, T b) {
  todo("7.1", "The hint stands above.", a, b);
}

}  // namespace radixlab
"""


def body(line):
    return f"namespace radixlab {{\n\n{line}\n\n}}  // namespace radixlab\n"


class StubTest(unittest.TestCase):
    def stub(self, text, hint='Say "who"?', file="1_split.cpp"):
        return stubs.stub(text, "7.1", hint, file)

    def test_a_body_becomes_the_task_its_hint_and_its_parameters(self):
        self.assertEqual(self.stub(SOLUTION), STUB)

    def test_a_stub_of_a_stub_is_the_stub(self):
        self.assertEqual(self.stub(STUB), STUB)
        self.assertEqual(self.stub(KERNELS_STUB, file="1_rows.cu"), KERNELS_STUB)

    def test_of_a_kernel_file_kernels_are_the_task_and_what_is_given_stays(self):
        self.assertEqual(self.stub(KERNELS, file="1_rows.cu"), KERNELS_STUB)

    def test_what_is_given_ends_and_is_not_all(self):
        for text, words in ((body("// given\nint f() {\n\n  return 0;"), ":3: behind what is given here stands no empty line"),
                            (body("// given\nint f() { return 0; }"), ": has no function that could be a task"),
                            (body("// given away\nconstexpr int kRow = 3;"), ":4: expected ")):
            with self.subTest(words), self.assertRaises(LabError) as raised:
                self.stub(text)
            self.assertIn(f"1_split.cpp{words}", str(raised.exception))

    def test_a_long_hint_is_cut_into_lines_that_hold_all_of_it(self):
        for words in range(10, 60):
            hint = " ".join(["word"] * words)
            text = self.stub(body("int f(int argument) { return argument; }"), hint)
            self.assertLessEqual(max(map(len, text.splitlines())), 120)
            self.assertEqual("".join(re.findall(r'"(word[^"]*)"', text)), hint)

    @unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed (./lab check style)")
    def test_a_stub_is_as_clang_format_would_write_it(self):
        with tempfile.TemporaryDirectory() as folder:
            for words in range(1, 60):
                text = self.stub(SOLUTION, " ".join(["some words"] * words))
                Path(folder, f"{words}.cpp").write_text(text)
                kernel = body("template <class T>\n__global__ void split(const T* in, T* out) {\n  out[0] = in[0];\n}")
                Path(folder, f"{words}.cu").write_text(self.stub(kernel, " ".join(["some words"] * words), "1_split.cu"))
            files = [str(path) for path in Path(folder).iterdir()]
            style = f"--style=file:{ROOT / '.clang-format'}"
            done = subprocess.run(["clang-format", style, "--dry-run", "-Werror", *files], capture_output=True,
                                  text=True)
        self.assertEqual((len(files), done.stderr), (2 * 59, ""))

    def test_what_is_not_understood_is_named_with_its_line(self):
        for line in ("constexpr int kTable[] = {1, 2};", "int counter = 0;", "template <class T>\nT f(T) { return 0; }",
                     "static int f() { return 0; }", "Tree::Tree(int n) : n_(n) {}", "void f(int) noexcept {}",
                     "#define X", "struct A {", "using A = int;", "  int f();"):
            with self.subTest(line), self.assertRaisesRegex(LabError, r"^1_split.cpp:3: expected "):
                self.stub(body(line))

    def test_a_parameter_that_is_no_plain_one_is_named(self):
        with self.assertRaises(LabError) as raised:
            self.stub(body("int f(void (*g)(int)) { return 0; }"))
        words = "1_split.cpp:3: expected a parameter 'type name', found 'void (*g)(int)'"
        self.assertEqual(str(raised.exception), words)

    def test_what_does_not_end_or_holds_nothing_is_named(self):
        for text, words in ((body("int f() {\n  return 0;"), ":3: what begins here does not end in a line '}'"),
                            ("namespace radixlab {\nint f() { return 0; }\n", ": its namespace is not closed"),
                            (body("namespace {\nint f() { return 0; }"), ":3: what begins here does not end"),
                            (body("// nothing"), ": has no function that could be a task")):
            with self.subTest(words), self.assertRaises(LabError) as raised:
                self.stub(text)
            self.assertIn(f"1_split.cpp{words}", str(raised.exception))


class CourseTest(unittest.TestCase):
    """A course of one lab, in a git repository."""

    def setUp(self):
        self.root = Path(self.enter(tempfile.TemporaryDirectory()))
        self.lab = {"title": "a tree", "minutes": 30, "gpu": False, "together": {"points": 1},
                    "tasks": [{"id": "7.1", "file": "1_split.cpp", "title": "split", "points": 3, "minutes": 30}]}
        self.write("chapters/07-tree/lab.json", json.dumps(self.lab))
        self.write("chapters/07-tree/hints.md", '# Hints\n\n## 7.1\n\n1. Say "who"?\n2. two\n3. three\n')
        self.write("chapters/07-tree/README.md", "Task 7.1 splits.\n")
        self.write("solutions/07-tree/1_split.cpp", SOLUTION)
        self.write("tests/07-tree/tree_test.cpp", "TEST_F(Lab07, T1_Splits) {}\nTEST(Lab07, GivenThat) {}\n")
        self.write("tests/07-tree/CMakeLists.txt", "radixlab_lab_tests(07-tree tree_test.cpp)\n")
        self.stub = self.root / "exercises/07-tree/1_split.cpp"
        for module in (exercises, stubs, labs):
            self.enter(mock.patch.object(module, "ROOT", self.root))
        for function in (stubs.generated, exercises.out_of_step, labs.edited, labs.tasks,
                         labs.known_wrong):
            self.enter(mock.patch.object(function, "__defaults__", (self.root,)))
        self.enter(mock.patch.dict("os.environ", RADIXLAB_BUILD=str(self.root / "build")))

    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_command(self, check=False):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(exercises.run(SimpleNamespace(check=check)), 0)
        return said.getvalue()

    def check(self, *words):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            return labs.main(words), said.getvalue()

    def git(self, *words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=self.root, check=True,
                       capture_output=True)

    def commit(self, *names):
        self.git("add", *names)
        self.git("commit", "-m", "a commit")


class CommandTest(CourseTest):
    def test_it_writes_what_differs_and_removes_what_no_task_has(self):
        self.write("exercises/07-tree/8_gone.cu", "")
        self.write("exercises/07-tree/9_gone.cpp", "")
        self.write("exercises/07-tree/notes.txt", "")
        self.write("exercises/07-tree/open/mine.cpp", "")
        self.assertEqual(self.run_command(), "exercises/: 1 files, 1 of them written, 2 removed\n")
        self.assertTrue((self.root / "exercises/07-tree/notes.txt").exists())
        self.assertEqual(self.stub.read_text(), STUB)
        self.assertTrue((self.root / "exercises/07-tree/open/mine.cpp").exists())
        self.assertEqual(self.run_command(check=True), "exercises/: 1 files in step\n")

    def test_check_writes_nothing_and_is_red(self):
        with contextlib.redirect_stdout(io.StringIO()), \
                self.assertRaisesRegex(LabError, "1 files out of step") as raised:
            exercises.run(SimpleNamespace(check=True))
        self.assertEqual((raised.exception.code, self.stub.exists()), (1, False))

    def test_a_lab_without_solutions_is_left_be(self):
        self.write("chapters/08-late/lab.json", json.dumps(self.lab))
        self.write("exercises/08-late/1_split.cpp", "a learner's")
        self.run_command()
        self.assertEqual((self.root / "exercises/08-late/1_split.cpp").read_text(), "a learner's")

    def test_a_solution_that_is_missing_is_named(self):
        (self.root / "solutions/07-tree/1_split.cpp").unlink()
        words = "solutions/07-tree/1_split.cpp: not there, but .*07-tree/lab.json has it as task 7.1"
        with self.assertRaisesRegex(LabError, words):
            stubs.generated()

    def test_no_lab_at_all_is_red(self):
        (self.root / "chapters/07-tree/lab.json").unlink()
        for check in ("in-step", "stubs", "tasks"):
            with mock.patch.object(labs, "edited", lambda: ""):
                code, said = self.check(check, *["g++"][:check == "stubs"])
            self.assertEqual((code, len(said.splitlines())), (1, 1), said)


class InStepTest(CourseTest):
    """Where exercises/ holds a learner's work, nobody asks whether it is in step."""

    def setUp(self):
        super().setUp()
        self.run_command()

    def start(self):
        self.git("init", "-b", "main")
        self.commit(".")

    def test_out_of_step_is_red_in_an_authors_clone(self):
        self.start()
        self.assertEqual(self.check("in-step"), (0, "author.in-step: 1 files in exercises/ in step\n"))
        self.write("chapters/07-tree/hints.md", "## 7.1\n1. Other.\n2. two\n3. three\n")
        self.commit(".")
        code, said = self.check("in-step")
        self.assertEqual(code, 1)
        self.assertIn("exercises/07-tree/1_split.cpp: differs from what is generated", said)

    def test_a_learners_edit_is_a_skip_that_says_so(self):
        self.start()
        self.stub.write_text("mine")
        code, said = self.check("in-step")
        self.assertEqual(code, labs.SKIPPED)
        self.assertIn("skipped: exercises/ is edited here: 1 files are not as git has them", said)

    def test_so_is_a_learners_commit(self):
        self.start()
        self.git("checkout", "-b", "own", "--track", "main")
        self.stub.write_text("mine")
        self.commit(".")
        code, said = self.check("in-step")
        self.assertEqual(code, labs.SKIPPED)
        self.assertRegex(said, "edited here: commit [0-9a-f]{7} changes nothing else")

    def test_an_authors_commit_of_both_is_not(self):
        self.start()
        self.git("checkout", "-b", "own", "--track", "main")
        self.stub.write_text("stale")
        self.write("solutions/07-tree/1_split.cpp", SOLUTION + "\n")
        self.commit(".")
        self.assertEqual(self.check("in-step")[0], 1)

    def test_outside_git_it_is_a_skip(self):
        self.assertEqual(self.check("in-step")[0], labs.SKIPPED)


class TasksTest(CourseTest):
    def troubles(self):
        code, said = self.check("tasks")
        self.assertEqual(code, 1)
        return said

    def test_what_is_right_is_counted(self):
        counted = "1 labs, 1 tasks, 4 points, 2 tests, 3 hints"
        self.assertEqual(self.check("tasks"), (0, f"author.tasks: {counted}\n"))
        self.assertEqual((self.root / "build/author/author.tasks.txt").read_text(), f"author.tasks: {counted}\n")

    def test_a_task_that_is_somewhere_missing_is_named(self):
        self.write("chapters/07-tree/README.md", "Chapter 17.1 and 7.12 and 7.1.3.\n")
        self.assertIn("task 7.1 is not named in", self.troubles())
        self.write("tests/07-tree/tree_test.cpp", "TEST(Lab07, T2_Splits) {}\n")
        self.assertIn("task 7.1 has no test T1_... in tests/07-tree/", self.troubles())
        self.assertIn("a test is called T2_..., but there is no such task", self.troubles())
        self.write("solutions/07-tree/2_more.cpp", SOLUTION)
        self.write("solutions/07-tree/3_more.cu", SOLUTION)
        self.assertIn("solutions/ and lab.json differ in 2_more.cpp, 3_more.cu", self.troubles())

    def test_figures_that_do_not_add_up_are_named(self):
        self.lab["tasks"] *= 2
        self.lab["tasks"][0] = {**self.lab["tasks"][0], "points": 0}
        self.write("chapters/07-tree/lab.json", json.dumps(self.lab))
        said = self.troubles()
        for words in ("lab.json has task 7.1 2 times", "task 7.1 has 0 points, 30 minutes",
                      "tasks take 60 minutes, lab.json says 30"):
            self.assertIn(words, said)

    def test_points_for_traffic_have_their_tests_and_are_a_fifth(self):
        task = self.lab["tasks"][0]
        self.lab["together"]["points"], task["points"], task["traffic_points"] = 2, 8, 2
        self.write("chapters/07-tree/lab.json", json.dumps(self.lab))
        self.assertIn("task 7.1 has 2 traffic_points of 8, and no test T1_Traffic...", self.troubles())
        self.write("tests/07-tree/tree_test.cpp", "TEST(Lab07, T1_Splits) {}\nTEST(Lab07, T1_TrafficOfASplit) {}\n")
        self.assertEqual(self.check("tasks")[0], 0)
        task["traffic_points"] = 3
        self.write("chapters/07-tree/lab.json", json.dumps(self.lab))
        self.assertIn("its traffic_points are 3 of 10 points, expected one fifth", self.troubles())
        del task["traffic_points"]
        self.write("chapters/07-tree/lab.json", json.dumps(self.lab))
        self.assertIn("task 7.1 has 0 traffic_points of 8, and a test T1_Traffic...", self.troubles())

    def test_the_board_and_the_lab_add_up_alike(self):
        with mock.patch.object(course.Lab, "points", 5):
            self.assertIn("a full board says 4 points, lab.json adds up to 5", self.troubles())

    def test_hints_are_complete_and_belong_to_a_task(self):
        self.write("chapters/07-tree/hints.md", "## 7.1\n1. one\n2. two\n3. three\n## 7.2\n1. one\n")
        self.assertIn("hints.md has hints for 7.2, which is no task", self.troubles())
        self.write("chapters/07-tree/hints.md", "## 7.1\n1. one\n2. two\n")
        self.assertIn(f"task 7.1 has 2 hints, expected {course.LEVELS}", self.troubles())

    def test_a_name_that_is_not_the_tasks_is_named(self):
        self.lab["tasks"][0]["file"] = "2_split.cpp"
        self.write("chapters/07-tree/lab.json", json.dumps(self.lab))
        self.assertIn("task 7.1 in 2_split.cpp: expected 7.K in K_name.cpp or K_name.cu", self.troubles())


class StubsTest(CourseTest):
    def setUp(self):
        super().setUp()
        file = self.root / "solutions/07-tree/1_split.cpp"
        (self.root / "build").mkdir()
        (self.root / "build/compile_commands.json").write_text(json.dumps(
            [{"file": str(file), "command": f"/usr/bin/c++ -Wall -std=c++20 -o x.cpp.o -c {file}"}]))
        self.enter(mock.patch.object(labs, "shown", lambda path: str(Path(path).relative_to(self.root))))

    def test_a_warning_is_red(self):
        self.write("solutions/07-tree/1_split.cpp", "#include <vector>\n" + body("int f() { return 0; }"))
        with mock.patch.object(stubs, "TODO", ""):
            code, said = self.check("stubs", "g++")
        self.assertEqual(code, 1)
        self.assertIn("exercises/07-tree/1_split.cpp as generated:", said)
        self.assertIn("todo", said)

    def test_a_kernel_file_is_compiled_as_the_build_does(self):
        self.lab["tasks"][0]["file"] = "1_split.cu"
        self.write("chapters/07-tree/lab.json", json.dumps(self.lab))
        file = self.root / "solutions/07-tree/1_split.cu"
        file.write_text(body("template <class T>\n__global__ void f(const T* in) {}"))
        command = f"/usr/bin/c++ -Wall -o x.cu.o -c {file}"
        self.write("build/compile_commands.json", json.dumps([{"file": str(file), "command": command}]))
        self.write("build/emulated.sh", 'echo "$*" >&2; exit 1')
        code, said = self.check("stubs", "clang++" if shutil.which("clang++") else "g++")
        self.assertEqual(code, 1)
        self.assertRegex(said, r"as generated:\n-- \S+ -Wall -fsyntax-only -Werror -o \S+/1_split.cu.o -c \S+/07-tree/1_split.cu\n")

    def test_a_compiler_that_is_not_here_is_a_skip(self):
        code, said = self.check("stubs", "no-such-compiler")
        self.assertEqual((code, said), (labs.SKIPPED,
                                        "author.stubs.no-such-compiler: skipped: no-such-compiler is not installed\n"))

    def test_a_solution_that_is_not_built_is_named(self):
        (self.root / "build/compile_commands.json").write_text("[]")
        code, said = self.check("stubs", "g++")
        words = "solutions/07-tree/1_split.cpp: not compiled; chapters/CMakeLists.txt must list it\n"
        self.assertEqual((code, said), (1, words))


if __name__ == "__main__":
    unittest.main()
