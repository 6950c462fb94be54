// Rotary with the write into pages, against the CPU's.
#include "shapes.hpp"

namespace radixlab {
namespace {

template <class T>
class CudaPages : public ExactTest<T> {};
TYPED_TEST_SUITE(CudaPages, Types, TypeName);

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
