"""./lab grade where a task is a CUDA file: what the emulator says of a kernel reaches the board, and traffic has points of its own."""
import unittest

from tiny_course import HERE, GradedCourse

from lab.services import stubs

EMULATOR = ("kernels/emulator", "kernels/cuda/language.cuh", "kernels/cpu/flush_to_zero.hpp", "kernels/cpu/force_inline.hpp")
SUMS = "exercises/01-kernels/1_sums.cu"


class GradeKernelsTest(GradedCourse):
    made = ("tiny_kernels", EMULATOR)

    def grade(self, *words):
        """Exit code, and the board; points and states by item."""
        code, board = super().grade(*words)
        self.found = {name: (item["points"], item["state"]) for name, item in self.items.items()}
        return code, board

    def spoil(self, ours, theirs):
        file = self.course.path(SUMS)
        text = file.read_text()
        self.assertEqual(text.count(ours), 1)
        file.write_text(text.replace(ours, theirs))

    def check_spoilt(self, points, state, together=(0, "failed")):
        """The first task alone is wrong. What the board says of it."""
        code, board = self.grade()
        self.assertEqual((code, self.found), (1, {"1.1": (points, state), "1.2": (3, "ok"), "together": together}), board)
        return board

    def test_the_starter_is_generated_and_not_written(self):
        generated = {path.name: text for path, text in stubs.generated(HERE / "tiny_kernels").items()}
        self.assertEqual(generated, {path.name: path.read_text() for path in (HERE / "tiny_kernels/exercises").rglob("*.c*")})
        self.course.start_over()
        code, board = self.grade()
        self.assertEqual((code, set(self.found.values())), (1, {(0, "not written")}), board)
        self.assertRegex(board, r"all tasks together +0/2  1\.1, 1\.2 not written yet\n")

    def test_the_solution_has_all_points(self):
        code, board = self.grade()
        self.assertEqual((code, self.found), (0, {"1.1": (5, "ok"), "1.2": (3, "ok"), "together": (2, "ok")}), board)

    def test_a_race_is_told_with_both_places_and_what_was_expected(self):
        self.spoil("    __syncthreads();\n", "")
        board = self.check_spoilt(0, "failed")
        self.assertRegex(board, r"1\.1  sums of rows +0/5  1_sums\.cu:10: in kernel row_sums_kernel<float> thread ")
        told = " ".join(board.partition("  But ")[2].partition("  Hint")[0].split())
        self.assertRegex(told, r"^1_sums\.cu:10: in kernel row_sums_kernel<float> thread \(1,0,0\) of block \(0,0,0\) writes part\[1\] "
                         r".* reads at 1_sums\.cu:12 with no barrier between the two: a race; expected: __syncthreads\(\) between them "
                         r"\(or __syncwarp\(\), if all threads that share the array are of one warp\)$")

    def test_what_does_not_compile_is_named_with_its_line(self):
        self.spoil("= part[0];", "= pert[0];")
        self.check_spoilt(0, "does not compile", together=(0, "does not compile"))
        self.assertIn(f"{SUMS}:15: 'pert' was not declared in this scope", self.items["1.1"]["says"])

    def test_dynamic_shared_memory_as_in_cuda_is_told_how_it_is_written_here(self):
        self.spoil("  __shared__ T part", "  extern __shared__ T part")
        self.check_spoilt(0, "does not compile", together=(0, "does not compile"))
        self.assertTrue(self.items["1.1"]["says"].endswith("RADIXLAB_DYNAMIC_SHARED(float, part);"), self.items["1.1"]["says"])

    def test_a_warning_is_no_error(self):
        self.spoil("  __shared__ T part", "  int unused;\n  __shared__ T part")
        code, board = self.grade()
        self.assertEqual(code, 0, board)

    def test_a_kernel_that_is_right_and_moves_too_much_loses_its_traffic_points(self):
        self.spoil("  part[threadIdx.x] =", "  out[blockIdx.x] = T(0) * in[blockIdx.x * kRow];\n  part[threadIdx.x] =")
        self.spoil("  if (threadIdx.x == 0) out", "  __syncthreads();\n  if (threadIdx.x == 0) out")
        self.spoil("  out[blockIdx.x] = T(0)", "  if (threadIdx.x == 0) out[blockIdx.x] = T(0)")
        board = self.check_spoilt(3, "failed", together=(2, "ok"))
        self.assertRegex(board, r"8/10 points\n  --    1\.1  sums of rows +3/5  two rows of 64 numbers are 16 transactions, and 2 for")
        self.assertEqual(board.splitlines()[-1], f"Next: edit {SUMS}, then ./lab grade 01")

    def test_a_wrong_sum_with_little_traffic_has_no_points(self):
        self.spoil("in[blockIdx.x * kRow + threadIdx.x]", "in[threadIdx.x]")
        self.check_spoilt(0, "failed")
        self.assertEqual({test["name"]: test["state"] for test in self.items["1.1"]["tests"]},
                         {"Sums.T1_OfTwoRows": "failed", "Sums.T1_TrafficOfTwoRows": "passed"})

    def test_a_header_that_changed_is_compiled_in(self):
        header = self.course.path("chapters/01-kernels/kernels.hpp")
        header.write_text(header.read_text().replace("kRow = 64", "kRow = 32"))
        self.grade("--as-is")
        self.assertEqual(self.found["1.1"], (0, "failed"))

    def test_sanitizers_are_refused(self):
        code, _, errors = self.course.lab("grade", "01", "--asan")
        self.assertEqual(code, 2)
        self.assertIn("chapter 01 is not graded under sanitizers: its kernels run on the CUDA emulator", errors)


if __name__ == "__main__":
    unittest.main()
