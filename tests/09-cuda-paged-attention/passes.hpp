// The contract of a pass, which is one for all rungs that have it: what each of them is tried with. A pass is called with a
// PagedAttention of either type.
#pragma once
#include "in_words.hpp"

namespace radixlab::lab09 {

/// A pass and the shapes that it is for.
template <class F>
struct Pass {
  std::string name;
  F run;
  std::vector<std::size_t> head_dims;  // the first is the usual one
};
template <class F>
Pass(const char*, F, std::vector<std::size_t>) -> Pass<F>;  // clang 16 does not find it

inline const std::vector<Chunk> kRagged = {
    {1, 40}, {3, 0}, {0, 7}, {2, 15}, {1, 32}};  // decode, prefill, nothing, a chunk
inline const std::vector<std::size_t> kAroundTiles = {1, 31, 32, 33, 63, 64, 65};

/// A row each, which sees so many keys.
inline std::vector<Chunk> decode(const std::vector<std::size_t>& lengths) {
  std::vector<Chunk> chunks;
  for (const std::size_t n : lengths) chunks.push_back({1, n - 1});
  return chunks;
}

template <class T, class F>
void check_scores(Batch<T>& b, const Pass<F>& pass) {
  if (testing::Test::HasFailure()) return;  // the first says most
  const OnDevice<T> device(b);
  if (ran(b.name(), [&] { pass.run(device.call()); })) expect_scores(b, device.scores(), pass.name);
}

/// [rows, heads, max_length], NaN where a row sees nothing; of(row, head) has a number for each key that is seen.
template <class T, class F>
std::vector<float> for_each_row(const Batch<T>& b, const F& of) {
  std::vector<float> all(std::size_t(b.rows()) * b.heads * b.max_length, kNaN);
  for (int r = 0; r < b.rows(); ++r)
    for (int h = 0; h < b.heads; ++h) std::ranges::copy(of(r, h), all.data() + b.item(r, h) * b.max_length);
  return all;
}

/// The weights are given, as docs/numerics.md has them.
template <class T, class F>
void check_mix(Batch<T>& b, const Pass<F>& pass) {
  if (testing::Test::HasFailure()) return;
  OnDevice<T> device(b);
  const auto weights_of = [&](int r, int h, const Sight& of) { return b.weights(b.scores(r, h, of)); };
  device.give_scores(for_each_row(b, [&](int r, int h) { return weights_of(r, h, b.sight(r, h)); }));
  std::vector<float> inverse_sums;
  for (int r = 0; r < b.rows(); ++r)
    for (int h = 0; h < b.heads; ++h) inverse_sums.push_back(b.inverse_sum(weights_of(r, h, b.sight(r, h))));
  device.give_inverse_sums(inverse_sums);
  if (!ran(b.name(), [&] { pass.run(device.call()); })) return;
  expect_out(b, device.out(), b.on_cpu(), pass.name, [&](int r, int h, const Sight& of, int d) {
    return b.mix(weights_of(r, h, b.sight(r, h)), inverse_sums[b.item(r, h)], of, d);
  });
}

/// Tries a pass by one of the two above: check(batch, pass).
inline const auto kScores = [](auto& batch, const auto& pass) { check_scores(batch, pass); };
inline const auto kMix = [](auto& batch, const auto& pass) { check_mix(batch, pass); };

template <class F, class Check>
void of_any_page_size(const Pass<F>& pass, const Check& check) {
  in_both_types([&](auto zero) {
    for (const std::size_t page : {1, 3, 16}) {
      Batch<decltype(zero)> b(kRagged, {4, 2, pass.head_dims[0]}, page);
      check(b, pass);
    }
  });
}

template <class F, class Check>
void of_any_length(const Pass<F>& pass, const Check& check, const std::vector<std::size_t>& lengths = kAroundTiles) {
  in_both_types([&](auto zero) {
    Batch<decltype(zero)> b(decode(lengths), {2, 1, pass.head_dims[0]}, 16);
    check(b, pass);
  });
}

template <class F, class Check>
void of_any_group(const Pass<F>& pass, const Check& check) {
  in_both_types([&](auto zero) {
    for (const Heads& heads : {Heads{2, 2, 0}, {6, 2, 0}, {8, 2, 0}, {8, 1, 0}, {18, 2, 0}}) {
      Batch<decltype(zero)> b({{1, 34}, {1, 4}}, {heads.heads, heads.kv_heads, pass.head_dims[0]}, 4);
      check(b, pass);
    }
  });
}

template <class F, class Check>
void of_any_head_dim(const Pass<F>& pass, const Check& check) {
  in_both_types([&](auto zero) {
    for (const std::size_t dim : pass.head_dims) {
      Batch<decltype(zero)> b({{1, 40}, {1, 2}}, {2, 1, dim}, 3);
      check(b, pass);
    }
  });
}

/// NaN and infinities at each position of keys and values, and in queries: a number that is read takes part (K3).
template <class F, class Check>
void of_special_numbers(const Pass<F>& pass, const Check& check) {
  in_both_types([&](auto zero) {
    for (const float special : {kNaN, kInfinity, -kInfinity}) {
      constexpr int kLength = 18;
      const int dim = static_cast<int>(pass.head_dims[0]);
      Batch<decltype(zero)> b(std::vector<Chunk>(kLength, {2, kLength - 2}), {2, 1, pass.head_dims[0]}, 4);
      for (int i = 0; i < kLength; ++i) (i % 3 == 2 ? b.value(i, 0, i, i % dim) : b.key(i, 0, i, i % dim)) = special;
      check(b, pass);
      b.q[5] = special;
      check(b, pass);
    }
  });
}

/// Two keys score so low that they weigh 0, and their values are NaN and infinity: 0 times either is NaN, and no key that a row
/// sees is left out (K3).
template <class F, class Check>
void of_weights_of_zero(const Pass<F>& pass, const Check& check) {
  in_both_types([&](auto zero) {
    for (const float special : {kNaN, kInfinity, -kInfinity}) {
      Batch<decltype(zero)> b(decode({40}), {1, 1, pass.head_dims[0]}, 16);
      std::ranges::fill(b.q, 1.0f);
      for (const int j : {5, 38}) b.key(0, 0, j, 0) = -1024, b.value(0, 0, j, j % 2) = special;
      check(b, pass);
    }
  });
}

/// All weights are 1, and two values leave a negative denormal, which is flushed to -0. bfloat16 makes +0 of it at the end.
template <class F, class Check>
void of_minus_zero(const Pass<F>& pass, const Check& check) {
  in_both_types([&](auto zero) {
    Batch<decltype(zero)> b(decode({40}), {1, 1, pass.head_dims[0]}, 16);
    std::ranges::fill(b.q, 0.0f), std::ranges::fill(b.v, 0.0f);
    for (const int d : {0, 1}) b.value(0, 0, 0, d) = 0x1.8p-126f, b.value(0, 0, 32, d) = -0x1.cp-126f;
    check(b, pass);
  });
}

/// The keys that a chunk's last row sees alone are NaN: no other row reads them (K1).
template <class F, class Check>
void of_what_is_seen(const Pass<F>& pass, const Check& check) {
  in_both_types([&](auto zero) {
    Batch<decltype(zero)> b({{5, 28}, {4, 0}}, {4, 2, pass.head_dims[0]}, 16);
    for (int s = 0; s < 2; ++s)
      for (int kv = 0; kv < 2; ++kv)
        for (int d = 0; d < b.dim; ++d)
          b.key(s, kv, b.positions(s) - 1, d) = kNaN, b.value(s, kv, b.positions(s) - 1, d) = kNaN;
    check(b, pass);
  });
}

/// Rows of length 0 between the others.
template <class F, class Check>
void of_padding(const Pass<F>& pass, const Check& check) {
  in_both_types([&](auto zero) {
    using Some = Batch<decltype(zero)>;
    Some b(kRagged, {4, 2, pass.head_dims[0]}, 16, Some::Padding::between);
    check(b, pass);
    Some nothing({{0, 0}}, {4, 2, pass.head_dims[0]}, 16);
    check(nothing, pass);
    Some alone({{0, 3}}, {4, 2, pass.head_dims[0]}, 16, Some::Padding::between);
    check(alone, pass);
  });
}

/// Threads, warps and blocks in other orders.
template <class F, class Check>
void in_any_order(const Pass<F>& pass, const Check& check) {
  in_both_types([&](auto zero) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      const ScheduleSeed order(seed);
      Batch<decltype(zero)> b({{1, 99}, {2, 31}}, {4, 2, pass.head_dims[0]}, 16);
      check(b, pass);
    }
  });
}

}  // namespace radixlab::lab09
