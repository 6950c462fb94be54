// Several sequences in one call: each row gets the bits, and each page the numbers, that its sequence gets alone.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

#include "kernels_fixture.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kHeads = 6, kKvHeads = 2, kDim = 20, kPrefix = 24;

struct Shape {
  std::size_t rows, start;
};

// Decode, prefill, chunks that begin and end inside pages, a first token alone, nothing at all: behind some, and of all.
const std::vector<Shape> kMixed = {{1, 40}, {37, 0}, {5, 24}, {0, 7}, {1, 31}, {1, 0}, {2, 15}, {90, 3}, {0, 0}};

/// A batch over a pool of one layer whose pages lie in random order. What stands before `start` is written; all other
/// places hold NaN. Sequences that start behind the common prefix share its whole pages.
template <typename T>
struct Scene {
  Scene(const std::vector<Shape>& shapes, std::size_t page_size, const Kernels& kernels)
      : stride(KvLayer<T>::elements_per_page(kKvHeads, kDim, page_size) + 96), tables(shapes.size()) {
    std::vector<std::uint32_t> free(kPrefix / page_size);
    for (const Shape& s : shapes) free.resize(free.size() + (s.start + s.rows) / page_size + 2);
    std::iota(free.begin(), free.end(), 0u);
    std::ranges::shuffle(free, std::mt19937(5));
    buffer = HugeBuffer<T>(free.size() * stride);
    std::ranges::copy(narrow<T>(std::vector<float>(buffer.size(), kNaN)), buffer.data());
    layer = {buffer.data(), stride, kKvHeads, kDim, page_size};
    const std::vector<std::uint32_t> prefix(free.end() - static_cast<std::ptrdiff_t>(kPrefix / page_size), free.end());
    free.resize(free.size() - prefix.size());
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const Shape& s = shapes[i];
      if (s.start >= kPrefix) tables[i] = prefix;
      while (tables[i].size() * page_size < s.start + s.rows) {
        tables[i].push_back(free.back());
        free.pop_back();
      }
      batch.push_back({s.rows, s.start, tables[i]});
      write_past(i, kernels);
    }
    std::size_t rows = 0;
    for (const Shape& s : shapes) rows += s.rows;
    q = narrow<T>(random_floats(rows * kHeads * kDim, 1, 2));
    k = narrow<T>(random_floats(rows * kKvHeads * kDim, 2));
    v = narrow<T>(random_floats(rows * kKvHeads * kDim, 3));
    out = narrow<T>(std::vector<float>(q.size(), kNaN));
  }

  void write_past(std::size_t i, const Kernels& kernels) {
    const std::size_t row = kKvHeads * kDim, start = batch[i].start;
    std::vector<float> keys = random_floats(start * row, 10 + static_cast<std::uint32_t>(i));
    if (start >= kPrefix) std::ranges::copy(random_floats(kPrefix * row, 4), keys.begin());
    const auto past = narrow<T>(keys);
    const SequenceRows written[] = {{start, 0, tables[i]}};
    kernels.write_kv(past.data(), past.data(), written, layer);
  }

  void run_together(const Kernels& kernels) {
    kernels.write_kv(k.data(), v.data(), batch, layer);
    kernels.attention(q.data(), batch, kHeads, layer, out.data());
  }
  void run_one_by_one(const Kernels& kernels) {
    std::size_t row = 0;
    for (const SequenceRows& s : batch) {
      const std::span<const SequenceRows> alone(&s, 1);
      const std::size_t kv_at = row * kKvHeads * kDim, q_at = row * kHeads * kDim;
      kernels.write_kv(k.data() + kv_at, v.data() + kv_at, alone, layer);
      kernels.attention(q.data() + q_at, alone, kHeads, layer, out.data() + q_at);
      row += s.rows;
    }
  }

  std::size_t stride;
  HugeBuffer<T> buffer;
  KvLayer<T> layer;
  std::vector<std::vector<std::uint32_t>> tables;
  std::vector<SequenceRows> batch;
  std::vector<T> q, k, v, out;
};

template <typename T>
bool same_bytes(std::span<const T> a, std::span<const T> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

template <typename Where>
class Batch : public KernelsOn<Where> {
 protected:
  using Type = typename Where::Type;

  void expect_as_alone(const std::vector<Shape>& shapes, std::size_t page_size, std::size_t threads) {
    ThreadPool pool(threads);
    const Kernels kernels(this->kIsa, pool);
    Scene<Type> together(shapes, page_size, kernels), alone(shapes, page_size, kernels);
    together.run_together(kernels);
    alone.run_one_by_one(kernels);
    const std::string where = "pages of " + std::to_string(page_size) + ", " + std::to_string(threads) + " threads: ";
    EXPECT_TRUE(same_bytes<Type>(together.buffer.span(), alone.buffer.span())) << where << "the pool differs";
    EXPECT_TRUE(same_bits(widen(together.out), widen(alone.out))) << where << "attention differs";
    EXPECT_TRUE(std::ranges::all_of(together.out, [](Type x) { return std::isfinite(widened(x)); }))
        << where << "a row was left out, or read a place that holds no token";
  }
};
TYPED_TEST_SUITE(Batch, EveryIsaAndType, NameOf);

TYPED_TEST(Batch, IsEachSequenceAlone) {
  for (const std::size_t page_size : {1, 3, 8, 16, 48})
    for (const std::size_t threads : {1, 2}) this->expect_as_alone(kMixed, page_size, threads);
}

// Keys of small pages are packed for a few sequences at a time: here for two, with two threads for four.
TYPED_TEST(Batch, OfLongSequencesIsEachAlone) {
  const std::vector<Shape> shapes = {{1, 2600}, {3, 2601}, {1, 2577}, {2, 2590}, {1, 2622}};
  for (const std::size_t page_size : sizes({3, 16}, {3}))
    for (const std::size_t threads : sizes({1, 2}, {2})) this->expect_as_alone(shapes, page_size, threads);
}

TYPED_TEST(Batch, NamesTheSequenceThatLacksPagesAndWritesNothing) {
  using T = typename TypeParam::Type;
  ThreadPool pool(1);
  const Kernels kernels(this->kIsa, pool);
  Scene<T> scene(kMixed, 3, kernels);
  const std::vector<T> before(scene.buffer.data(), scene.buffer.data() + scene.buffer.size());
  scene.batch[6].pages = scene.batch[6].pages.first(5);  // of positions 0 .. 16
  const auto refused = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "not refused";
  };
  const std::string expected = ": sequence 6 has 5 pages of 3, expected room for 17 positions";
  EXPECT_EQ(refused([&] { kernels.write_kv(scene.k.data(), scene.v.data(), scene.batch, scene.layer); }),
            "Kernels::write_kv" + expected);
  EXPECT_EQ(refused([&] { kernels.attention(scene.q.data(), scene.batch, kHeads, scene.layer, scene.out.data()); }),
            "Kernels::attention" + expected);
  EXPECT_TRUE(same_bytes<T>(scene.buffer.span(), before));
}

TYPED_TEST(Batch, OfNoSequenceIsNothingToDo) {
  using T = typename TypeParam::Type;
  ThreadPool pool(2);
  const Kernels kernels(this->kIsa, pool);
  Scene<T> scene({}, 3, kernels);
  scene.run_together(kernels);
}

}  // namespace
}  // namespace radixlab
