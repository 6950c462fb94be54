// What knows pages against the CPU's: rotary with the write, and attention.
#include <functional>

#include "scene.hpp"

namespace radixlab {
namespace {

// Decode, prefill, chunks that begin and end inside pages, a first token alone, nothing at all: in front, between, behind.
const std::vector<Chunk> kMixed = {{0, 0}, {1, 40}, {37, 0}, {5, 24}, {0, 7}, {1, 0}, {2, 15}, {1, 95}, {0, 3}};
const std::vector<std::size_t> kPageSizes = {1, 3, 4, 16, 24, 40};
const std::vector<Heads> kHeads = {{6, 2, 10}, {2, 2, 48}, {8, 1, 64}, {4, 2, 80}, {4, 1, 128},
                                   {5, 1, 2},  {6, 1, 34}, {7, 1, 16}, {3, 3, 66}};  // groups of 1 to 8

std::string name_of(const Heads& heads, std::size_t page_size) {
  return std::to_string(heads.heads) + " / " + std::to_string(heads.kv_heads) + " heads of " +
         std::to_string(heads.head_dim) + ", pages of " + std::to_string(page_size);
}

using Maker = std::function<std::vector<float>(std::size_t, std::uint32_t)>;
const Maker kRandom = [](std::size_t n, std::uint32_t seed) { return random_floats(n, seed, 2); };
const std::vector<std::pair<std::string, Maker>> kKinds = {
    {"random", kRandom}, {"tiny", tiny_floats}, {"huge", huge_floats}};

template <class T>
class CudaPages : public ExactTest<T> {
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
    this->expect_same(attention(scene, in, rows), expected, "attention, " + what);
  }

  std::vector<T> attention(const Scene<T>& scene, const std::vector<T>& q, const RowsOnDevice& rows) const {
    const int heads = static_cast<int>(scene.heads.heads);
    const int max_length = scene.length.empty() ? 0 : *std::ranges::max_element(scene.length);
    const DeviceArray<std::uint32_t> table("table", scene.table());
    const DeviceArray<T> pool("pages", scene.pages_for_device()), in("q", q), out("out", q.size());
    const DeviceArray<float> scratch("scratch", exact::attention_scratch(rows.view().count, heads, max_length));
    exact::attention(in.data(), rows.view(), heads, max_length, scene.pages(pool.data(), table.data()), scratch.data(),
                     out.data());
    return out.values();
  }
};
TYPED_TEST_SUITE(CudaPages, Types, TypeName);

TYPED_TEST(CudaPages, AttentionOfAnyShape) {
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
TYPED_TEST(CudaPages, AttentionWithSpecialNumbersInEachPlace) {
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
TYPED_TEST(CudaPages, AMixOfMinusZero) {
  const Heads heads{1, 1, 2};
  const Scene<TypeParam> scene({{70, 0}}, heads, 16);
  std::vector<float> v(140, 0.0f);
  v[0] = 0x1.8p-126f, v[2 * 32] = -0x1.cp-126f;
  this->write(scene, std::vector<float>(140, 0.0f), v);
  this->check_attention(scene, std::vector<float>(140, 0.0f), "-0");
}

// A call's rows may be padded: such a row sees nothing, gives +0 and changes no other one.
TYPED_TEST(CudaPages, PaddingGivesZeros) {
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

/// What a call of rotary_and_write takes and what becomes of it.
template <class T>
struct Rotated {
  std::vector<T> q, k, v;
  std::vector<float> cos, sin;  // [positions, head_dim / 2]
  std::vector<T> pages = {};

  static Rotated make(std::size_t rows, const Heads& heads, const Maker& number, const Maker& angle) {
    constexpr std::size_t kPositions = 96;  // of the longest sequence of kMixed
    const std::size_t kv = rows * heads.kv_heads * heads.head_dim, angles = kPositions * (heads.head_dim / 2);
    return {narrow<T>(number(rows * heads.heads * heads.head_dim, 1)), narrow<T>(number(kv, 2)),
            narrow<T>(number(kv, 3)), angle(angles, 4), angle(angles, 5)};
  }

  void on_device(const Scene<T>& scene, const std::vector<int>& sequence, const std::vector<int>& length) {
    const DeviceArray<std::uint32_t> table("table", scene.table());
    const DeviceArray<T> pool("pages", scene.pages_for_device()), device_q("q", q), device_k("k", k), device_v("v", v);
    const DeviceArray<float> device_cos("cos", cos), device_sin("sin", sin);
    const RowsOnDevice rows(sequence, length);
    exact::rotary_and_write(device_q.data(), device_k.data(), device_v.data(), rows.view(),
                            static_cast<int>(scene.heads.heads), device_cos.data(), device_sin.data(),
                            scene.pages(pool.data(), table.data()));
    q = device_q.values();
    pages = pool.values();
  }

  void on_cpu(const Scene<T>& scene, const Kernels& cpu) {
    const auto [heads, kv_heads, dim] = scene.heads;
    for (std::size_t r = 0; r < scene.length.size(); ++r) {
      const std::size_t angle = (scene.length[r] - 1) * (dim / 2);
      cpu.rotary(q.data() + r * heads * dim, 1, heads, dim, &cos[angle], &sin[angle]);
      cpu.rotary(k.data() + r * kv_heads * dim, 1, kv_heads, dim, &cos[angle], &sin[angle]);
    }
    cpu.write_kv(k.data(), v.data(), scene.batch(), scene.layer);
    pages = scene.pages_for_device();
  }
};

// All of the pages is compared: nothing else is written.
TYPED_TEST(CudaPages, RotaryAndWrite) {
  for (std::size_t i = 0; i < kHeads.size(); ++i) {
    const std::size_t page_size = kPageSizes[(i + 1) % 6];
    for (const auto& [kind, make] : kKinds) {
      const Scene<TypeParam> scene(kMixed, kHeads[i], page_size);
      auto got = Rotated<TypeParam>::make(scene.length.size(), kHeads[i], make, kind == "tiny" ? make : kRandom);
      auto expected = got;
      got.on_device(scene, scene.sequence, scene.length);
      expected.on_cpu(scene, this->cpu());
      const std::string what = kind + ", " + name_of(kHeads[i], page_size);
      this->expect_same(got.q, expected.q, "rotated queries, " + what);
      this->expect_same(got.pages, expected.pages, "pages, " + what);
    }
  }
}

TYPED_TEST(CudaPages, RotaryAndWriteOfPaddingDoesNothing) {
  const Heads heads{3, 1, 10};
  const Scene<TypeParam> scene({{1, 7}, {0, 0}, {2, 0}}, heads, 4);
  auto all = Rotated<TypeParam>::make(5, heads, kRandom, kRandom), rest = all;
  for (auto [values, row] : {std::pair(&rest.q, 30), {&rest.k, 10}, {&rest.v, 10}}) {  // rows 0 and 3 of 5 are padding
    values->erase(values->begin() + 3 * row, values->begin() + 4 * row);
    values->erase(values->begin(), values->begin() + row);
  }
  const std::vector<TypeParam> before = all.q;
  all.on_device(scene, {0, scene.sequence[0], scene.sequence[1], 1, scene.sequence[2]},
                {0, scene.length[0], scene.length[1], 0, scene.length[2]});
  rest.on_device(scene, scene.sequence, scene.length);
  this->expect_same(all.pages, rest.pages, "pages");
  this->template expect_same<TypeParam>({all.q.begin() + 30, all.q.begin() + 90}, {rest.q.begin(), rest.q.begin() + 60},
                                        "queries");
  this->template expect_same<TypeParam>({all.q.begin(), all.q.begin() + 30}, {before.begin(), before.begin() + 30},
                                        "the first padding");
  this->template expect_same<TypeParam>({all.q.begin() + 90, all.q.begin() + 120},
                                        {before.begin() + 90, before.begin() + 120}, "the other");
}

}  // namespace
}  // namespace radixlab
