// Chapter 09, task 9.3: scores by way of shared memory, and softmax by half warps.
#include "passes.hpp"

namespace radixlab::lab09 {
namespace {

const Pass shared_scores{"scores_shared", [](const auto& call) { scores_shared(call); }, {10, 2, 32, 34, 64, 66, 130}};

TEST(Lab09SharedMemory, T3_ScoresOfAnyPageSize) { of_any_page_size(shared_scores, kScores); }
TEST(Lab09SharedMemory, T3_ScoresOfAnyLength) { of_any_length(shared_scores, kScores); }
TEST(Lab09SharedMemory, T3_ScoresOfAnyGroup) { of_any_group(shared_scores, kScores); }
TEST(Lab09SharedMemory, T3_ScoresOfAnyHeadDim) { of_any_head_dim(shared_scores, kScores); }
TEST(Lab09SharedMemory, T3_ScoresOfNaNAndInfinity) { of_special_numbers(shared_scores, kScores); }
TEST(Lab09SharedMemory, T3_ScoresOfWhatIsSeen) { of_what_is_seen(shared_scores, kScores); }
TEST(Lab09SharedMemory, T3_ScoresBesidePadding) { of_padding(shared_scores, kScores); }
TEST(Lab09SharedMemory, T3_ScoresInAnyOrder) { in_any_order(shared_scores, kScores); }

template <class T>
void check_softmax(Batch<T>& b, const std::vector<float>& given) {
  if (testing::Test::HasFailure()) return;
  OnDevice<T> device(b);
  device.give_scores(given);
  if (!ran(b.name(), [&] { softmax_by_half_warps(device.call()); })) return;
  const std::vector<float> got = device.scores(), sums = device.inverse_sums();
  const InWords<T> words(b);
  for (int r = 0; r < b.rows(); ++r)
    for (int h = 0; h < b.heads; ++h) {
      const float* const s = given.data() + b.item(r, h) * b.max_length;
      const std::vector<float> expected = b.weights({s, s + b.length[r]}),
                               plain = b.weights({s, s + b.length[r]}, false);
      for (int j = 0; j < b.max_length; ++j) {
        const float x = got[b.item(r, h) * b.max_length + j], weight = j < b.length[r] ? expected[j] : s[j];
        const std::string place = ", position " + std::to_string(j);
        ASSERT_TRUE(same(x, weight)) << words.differs(r, h, place + ": weight", x, weight)
                                     << (j >= b.length[r]     ? "; the row does not see it"
                                         : same(x, s[j])      ? "; that is the score still"
                                         : same(x, plain[j])  ? "; it is not rounded to bfloat16"
                                         : std::isnan(weight) ? "; NaN in a score must come out (K3)"
                                         : close(x, weight)   ? kOtherOrder
                                                              : "; expected exp(score - maximum), rounded")
                                     << " [softmax_by_half_warps: " << b.name() << "]";
      }
      const float sum = sums[b.item(r, h)], inverse = b.inverse_sum(expected);
      ASSERT_TRUE(same(sum, inverse)) << words.differs(r, h, ": inverse sum", sum, inverse)
                                      << (untouched(sum)     ? "; nobody wrote it"
                                          : b.length[r] == 0 ? "; a row that sees nothing has 0: 1 / 0 is infinity"
                                          : same(sum * inverse, 1) ? "; that is the sum, not 1 / the sum"
                                          : std::isnan(inverse)    ? "; NaN in a score must come out (K3)"
                                          : close(sum, inverse)    ? kOtherOrder
                                                                   : "")
                                      << " [softmax_by_half_warps: " << b.name() << "]";
    }
}

template <class T>
void check_softmax(Batch<T>& b) {
  check_softmax(b, for_each_row(b, [&](int r, int h) { return b.scores(r, h, b.sight(r, h)); }));
}

TEST(Lab09SharedMemory, T3_SoftmaxOfAnyLength) {
  in_both_types([](auto zero) {
    Batch<decltype(zero)> b(decode({1, 2, 15, 16, 17, 31, 32, 33, 64, 65, 255, 256, 257}), {3, 1, 10}, 16);
    check_softmax(b);
  });
}

TEST(Lab09SharedMemory,
     T3_SoftmaxOfAnyNumberOfRows) {  // the last warp and the last block have half warps without a row
  in_both_types([](auto zero) {
    for (const std::size_t heads : {1, 2, 3, 4, 5, 7}) {
      Batch<decltype(zero)> b({{1, 20}}, {heads, 1, 2}, 16);
      check_softmax(b);
    }
  });
}

TEST(Lab09SharedMemory, T3_SoftmaxOfPadding) {
  in_both_types([](auto zero) {
    using Some = Batch<decltype(zero)>;
    Some b(kRagged, {3, 1, 10}, 16, Some::Padding::between);
    check_softmax(b);
    Some nothing({{0, 0}}, {3, 1, 10}, 16);
    check_softmax(nothing);
  });
}

TEST(Lab09SharedMemory, T3_SoftmaxOfNaNAndInfinity) {
  in_both_types([](auto zero) {
    for (const float special : {kNaN, kInfinity, -kInfinity}) {
      Batch<decltype(zero)> b(std::vector<Chunk>(35, {1, 34}), {1, 1, 10}, 16);
      std::vector<float> s = for_each_row(b, [&](int r, int h) { return b.scores(r, h, b.sight(r, h)); });
      for (int r = 0; r < b.rows(); ++r) s[r * b.max_length + r] = special;
      check_softmax(b, s);
      check_softmax(b, std::vector<float>(s.size(), special));
    }
  });
}

TEST(Lab09SharedMemory, T3_SoftmaxInAnyOrder) {
  in_both_types([](auto zero) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      const ScheduleSeed order(seed);
      Batch<decltype(zero)> b({{1, 69}, {2, 31}}, {3, 1, 10}, 16);
      check_softmax(b);
    }
  });
}

}  // namespace
}  // namespace radixlab::lab09
