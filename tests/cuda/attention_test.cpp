// Attention as --numerics exact runs it, rung 3 or rung 4 by the shape, against the CPU's.
#include "09-cuda-paged-attention/paged_attention.hpp"
#include "shapes.hpp"

namespace radixlab {
namespace {

template <class T>
class CudaAttention : public ExactTest<T> {
 protected:
  /// Fills the whole sequences on the CPU with k, v [positions of all, kv_heads, head_dim].
  void write(const Scene<T>& scene, const std::vector<float>& k, const std::vector<float>& v) const {
    this->cpu().write_kv(narrow<T>(k).data(), narrow<T>(v).data(), scene.whole(), scene.layer);
  }

  /// q [rows, heads, head_dim].
  void check_attention(const Scene<T>& scene, const std::vector<float>& q, const std::string& what) {
    const std::vector<T> in = narrow<T>(q);
    std::vector<T> expected(in.size());
    this->cpu().attention(in.data(), scene.batch(), scene.heads.heads, scene.layer, expected.data());
    const RowsOnDevice rows(scene.sequence, scene.length);
    this->expect_same(attention(scene, in, rows), expected, what);
  }

  std::vector<T> attention(const Scene<T>& scene, const std::vector<T>& q, const RowsOnDevice& rows) const {
    const int heads = static_cast<int>(scene.heads.heads);
    const int max_length = scene.length.empty() ? 0 : *std::ranges::max_element(scene.length);
    const DeviceArray<std::uint32_t> table("table", scene.table());
    const DeviceArray<T> pool("pages", scene.pages_for_device()), in("q", q), out("out", q.size());
    const DeviceArray<float> scratch("scratch", attention_scratch(rows.view().count, heads, max_length));
    radixlab::attention<T>({.q = in.data(),
                            .rows = rows.view(),
                            .heads = heads,
                            .max_length = max_length,
                            .pages = scene.pages(pool.data(), table.data()),
                            .scores = nullptr,
                            .inverse_sums = nullptr,
                            .out = out.data()},
                           scratch.data());
    return out.values();
  }
};
TYPED_TEST_SUITE(CudaAttention, Types, TypeName);

TYPED_TEST(CudaAttention, OfAnyShape) {
  for (std::size_t i = 0; i < kHeads.size(); ++i) {
    const Heads& heads = kHeads[i];
    for (const std::size_t offset : {0, 3}) {
      const std::size_t page_size = kPageSizes[(i + offset) % 6];
      const Scene<TypeParam> scene(kMixed, heads, page_size);
      const std::size_t size = scene.count(scene.whole()) * heads.kv_heads * heads.head_dim;
      for (const auto& [kind, make] : kKinds) {
        if (offset != 0 && kind != "random") continue;               // for the time
        const Maker& make_scores = kind == "huge" ? kRandom : make;  // huge ones would all be NaN
        this->write(scene, make_scores(size, 1), make(size, 2));
        this->check_attention(scene, make_scores(scene.length.size() * heads.heads * heads.head_dim, 3),
                              kind + ", " + name_of(heads, page_size));
      }
    }
  }
}

// Sequence i holds it at position i, in all coordinates or in one; 35 positions are more than a block of a tile sum.
TYPED_TEST(CudaAttention, WithSpecialNumbersInEachPlace) {
  const Heads heads{2, 1, 10};
  constexpr std::size_t kLength = 35;
  const Scene<TypeParam> scene(std::vector<Chunk>(kLength, {3, kLength - 3}), heads, 4);
  const std::size_t row = heads.head_dim, all = kLength * kLength * row;
  const std::vector<float> q = random_floats(kLength * 3 * heads.heads * heads.head_dim, 3);
  for (const float special : kSpecial) {
    std::vector<float> usual = random_floats(all, 1), broken = usual;
    for (std::size_t i = 0; i < kLength; ++i) broken[(i * kLength + i) * row + i % row] = special;
    this->write(scene, broken, usual);
    this->check_attention(scene, q, std::to_string(special) + " in a key");
    this->write(scene, usual, broken);
    this->check_attention(scene, q, std::to_string(special) + " in a value");
    std::vector<float> asked = q;
    for (std::size_t i = 0; i < asked.size(); i += 2 * row) asked[i + i / (2 * row) % row] = special;
    this->write(scene, usual, usual);
    this->check_attention(scene, asked, std::to_string(special) + " in a query");
  }
}

// All weights are 1. Two values leave a negative denormal, which is flushed to -0: the end of a mix in bfloat16 makes +0 of it.
TYPED_TEST(CudaAttention, AMixOfMinusZero) {
  const Heads heads{1, 1, 2};
  const Scene<TypeParam> scene({{70, 0}}, heads, 16);
  std::vector<float> v(140, 0.0f);
  v[0] = 0x1.8p-126f, v[2 * 32] = -0x1.cp-126f;
  this->write(scene, std::vector<float>(140, 0.0f), v);
  this->check_attention(scene, std::vector<float>(140, 0.0f), "-0");
}

// A call's rows may be padded: such a row sees nothing, gives +0 and changes no other one.
TYPED_TEST(CudaAttention, PaddingGivesZeros) {
  using T = TypeParam;
  const Heads heads{4, 2, 10};
  const Scene<T> scene({{3, 30}, {2, 0}}, heads, 16);
  const std::size_t kv = scene.count(scene.whole()) * heads.kv_heads * heads.head_dim,
                    row = heads.heads * heads.head_dim;
  this->write(scene, random_floats(kv, 1), random_floats(kv, 2));
  const std::vector<T> q = narrow<T>(random_floats(5 * row, 3));
  const std::vector<T> alone = this->attention(scene, q, {scene.sequence, scene.length});
  std::vector<int> sequence, length;
  std::vector<T> padded, expected;
  for (std::size_t r = 0; r < 5; ++r) {
    sequence.insert(sequence.end(), {0, scene.sequence[r]});
    length.insert(length.end(), {0, scene.length[r]});
    padded.insert(padded.end(), row, narrow<T>({kNaN})[0]);
    expected.insert(expected.end(), row, T{});
    padded.insert(padded.end(), q.begin() + r * row, q.begin() + (r + 1) * row);
    expected.insert(expected.end(), alone.begin() + r * row, alone.begin() + (r + 1) * row);
  }
  this->expect_same(this->attention(scene, padded, {sequence, length}), expected, "padded rows");
  EXPECT_TRUE(this->attention(scene, {}, {{}, {}}).empty());
}

}  // namespace
}  // namespace radixlab
