// The shelf: single numbers, copies and poison in both types, whatever order they lie in.
#include "llm/kv_pool.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace radixlab {
namespace {

constexpr std::size_t kPageSize = 5, kPages = 3;

ModelConfig small() {
  ModelConfig config;
  config.num_hidden_layers = 2;
  config.num_key_value_heads = 3;
  config.head_dim = 6;
  return config;
}

class KvPoolTest : public testing::TestWithParam<DType> {
 protected:
  template <class Visit>
  void each_place(PageId page, Visit visit) {
    KvPlace at{.page = page};
    for (at.layer = 0; at.layer < 2; ++at.layer)
      for (at.kv_head = 0; at.kv_head < 3; ++at.kv_head)
        for (at.place = 0; at.place < kPageSize; ++at.place)
          for (at.d = 0; at.d < 6; ++at.d) visit(at);
  }
  // A whole number below 256 for each place of a page and kind: exact in bfloat16 too.
  static float number(const KvPlace& at, bool value) {
    return static_cast<float>((at.layer * 97 + at.kv_head * 41 + at.place * 13 + at.d * 2 + at.page * 5 + value) % 251);
  }
  void fill(PageId page) {
    each_place(page, [&](const KvPlace& at) {
      pool_.set_key(at, number(at, false));
      pool_.set_value(at, number(at, true));
    });
  }

  KvPool pool_{small(), kPages, kPageSize, GetParam()};
};

TEST_P(KvPoolTest, EveryPlaceKeepsItsOwnNumber) {
  for (PageId page = 0; page < kPages; ++page) fill(page);
  for (PageId page = 0; page < kPages; ++page) {
    each_place(page, [&](const KvPlace& at) {
      EXPECT_EQ(pool_.key(at), number(at, false));
      EXPECT_EQ(pool_.value(at), number(at, true));
    });
  }
}

TEST_P(KvPoolTest, CopiesTheFirstPlacesOfAPageAndNothingElse) {
  for (PageId page = 0; page < kPages; ++page) fill(page);
  pool_.copy_kv(0, 2, 3);
  each_place(2, [&](const KvPlace& at) {
    KvPlace from = at;
    from.page = at.place < 3 ? 0 : 2;
    EXPECT_EQ(pool_.key(at), number(from, false));
    EXPECT_EQ(pool_.value(at), number(from, true));
  });
  EXPECT_EQ(pool_.tokens_copied(), 3u);
  EXPECT_THROW(pool_.copy_kv(0, kPages, 1), std::invalid_argument);
}

TEST_P(KvPoolTest, PagesChangePlaces) {
  for (PageId page = 0; page < kPages; ++page) fill(page);
  pool_.copy_pages(std::vector<PageCopy>{{0, 1, kPageSize}, {1, 2, kPageSize}, {2, 0, 3}});
  for (PageId page = 0; page < kPages; ++page) {
    each_place(page, [&](const KvPlace& at) {
      KvPlace from = at;
      from.page = page == 0 ? (at.place < 3 ? 2 : 0) : page - 1;
      EXPECT_EQ(pool_.key(at), number(from, false));
      EXPECT_EQ(pool_.value(at), number(from, true));
    });
  }
  EXPECT_THROW(pool_.copy_pages(std::vector<PageCopy>{{0, 1, 1}, {2, 1, 1}}), std::invalid_argument);
  EXPECT_EQ(pool_.tokens_copied(), 2 * kPageSize + 3);
}

TEST_P(KvPoolTest, PoisonIsNanInEveryPlaceOfThatPageAlone) {
  for (PageId page = 0; page < kPages; ++page) fill(page);
  pool_.poison(1);
  each_place(1, [&](const KvPlace& at) { EXPECT_TRUE(std::isnan(pool_.key(at)) && std::isnan(pool_.value(at))); });
  for (const PageId page : {0u, 2u}) {
    each_place(page, [&](const KvPlace& at) { EXPECT_EQ(pool_.key(at), number(at, false)); });
  }
}

TEST_P(KvPoolTest, TakesTheBytesOfItsType) {
  const std::size_t keys = 3 * 6 * kPageSize, values = 3 * 16 * kPageSize;  // a head's values on 16 numbers
  const std::size_t bytes = dtype_size(GetParam());
  EXPECT_GE(pool_.page_bytes(), 2 * (keys + values) * bytes);
  EXPECT_LE(pool_.page_bytes(), 2 * ((keys + values) * bytes + 2 * 64));
  EXPECT_EQ(KvPool::page_bytes(small(), kPageSize, GetParam()), pool_.page_bytes());
}

TEST_P(KvPoolTest, RefusesPlacesAndTypesThatAreNotThere) {
  EXPECT_THROW(pool_.key({.place = kPageSize}), std::out_of_range);
  EXPECT_THROW(pool_.set_value({.page = kPages}, 1.0f), std::out_of_range);
  EXPECT_THROW(KvPool(small(), 1, 1, DType::f16), std::invalid_argument);
  EXPECT_THROW(KvPool(small(), 0, 1, GetParam()), std::invalid_argument);
  if (GetParam() == DType::f32) {
    EXPECT_THROW(pool_.layer<BFloat16>(0), std::logic_error);
  } else {
    EXPECT_THROW(pool_.layer<float>(0), std::logic_error);
  }
}

INSTANTIATE_TEST_SUITE_P(Types, KvPoolTest, testing::Values(DType::f32, DType::bf16),
                         [](const auto& type) { return std::string(weight_dtype_name(type.param)); });

}  // namespace
}  // namespace radixlab
