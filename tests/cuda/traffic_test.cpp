// What the exact kernels move, counted on the emulator: which kernel a shape gets, and that the fast ones move what they need.
#include "kernels/emulator/traffic.hpp"

#include <functional>

#include "exact_fixture.hpp"

namespace radixlab {
namespace {

template <class T>
class CudaTraffic : public testing::Test {
 protected:
  /// The transactions of a linear layer, and the file that most of them come from.
  struct Moved {
    double transactions;
    std::uint64_t blocks;
    std::string file;
  };
  static Moved linear(std::size_t rows, std::size_t k, std::size_t n) {
    const BothMatrices<T> w(random_floats(n * k, 1), n, k);
    const DeviceArray<T> x("x", narrow<T>(random_floats(rows * k, 2))), y("y", rows * n);
    const emulator::Recorder recorder;
    exact::linear(x.data(), static_cast<int>(rows), w.device(), y.data());
    const emulator::Report report = recorder.report();
    const auto most =
        std::ranges::max_element(report.lines, {}, [](const auto& line) { return line.traffic.transactions; });
    return {double(report.total.transactions), report.blocks, most->place.substr(0, most->place.find(':'))};
  }
  static double transactions_of(std::size_t numbers) { return double(numbers * sizeof(T)) / 32; }
};
TYPED_TEST_SUITE(CudaTraffic, Types, TypeName);

TYPED_TEST(CudaTraffic, AKernelForEachShape) {
  const auto file = [](std::size_t rows, std::size_t k, std::size_t n) {
    const std::string place = TestFixture::linear(rows, k, n).file;
    return place.substr(place.rfind('/') + 1);
  };
  EXPECT_EQ(file(1, 32, 5), "linear_few_rows.cu");
  EXPECT_EQ(file(32, 96, 40), "linear_few_rows.cu");
  EXPECT_EQ(file(33, 96, 40), "linear_many_rows.cu");
  EXPECT_EQ(file(1, 40, 5), "linear.cu");
  EXPECT_EQ(file(50, 48, 5), "linear.cu");
}

// From 128 of them on tiles have 128 rows, else 64: ManyRowsMoveWhatTheyNeed. In one type alone, for the time.
using CudaTrafficBFloat16 = CudaTraffic<BFloat16>;
TEST_F(CudaTrafficBFloat16, LargeTilesWhereThereAreEnough) { EXPECT_EQ(linear(128 * 128, 32, 1).blocks, 128u); }

// A block reads the weights of 32 outputs and up to 8 rows of x once, and writes their sums.
TYPED_TEST(CudaTraffic, FewRowsMoveWhatTheyNeed) {
  constexpr std::size_t k = 256, n = 96;
  for (const std::size_t rows : {1, 8, 9}) {
    const double needed = TestFixture::transactions_of((rows + 7) / 8 * n * k + n / 32 * rows * k + rows * n);
    const double moved = TestFixture::linear(rows, k, n).transactions;
    std::printf("%zu rows: %.0f transactions, %.0f needed\n", rows, moved, needed);
    EXPECT_LE(moved, 1.1 * needed);
    EXPECT_GE(moved, needed);
  }
}

// A block reads 64 rows of x and the weights of 32 outputs.
TYPED_TEST(CudaTraffic, ManyRowsMoveWhatTheyNeed) {
  constexpr std::size_t k = 128, n = 64, rows = 128;
  const double needed = TestFixture::transactions_of(rows / 64 * n * k + n / 32 * rows * k + rows * n);
  const double moved = TestFixture::linear(rows, k, n).transactions;
  std::printf("%.0f transactions, %.0f needed\n", moved, needed);
  EXPECT_LE(moved, 1.1 * needed);
  EXPECT_GE(moved, needed);
}

}  // namespace
}  // namespace radixlab
