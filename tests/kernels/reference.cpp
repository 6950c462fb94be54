#include "reference.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "io/dtype.hpp"
#include "kernels/cpu/bfloat16.hpp"

namespace radixlab::reference {
namespace {

float tree(float (&lane)[16]) {
  for (int w = 8; w >= 1; w /= 2) {
    for (int i = 0; i < w; ++i) lane[i] = lane[i] + lane[i + w];
  }
  return lane[0];
}

/// The sum of a(i) b(i) for i < n: a chain, or in bfloat16 a tile sum. What lies behind the last is +0.
template <typename T, typename A, typename B>
float sum_of(const A& a, const B& b, std::size_t n) {
  float acc = 0;
  if constexpr (std::is_same_v<T, float>) {
    for (std::size_t i = 0; i < n; ++i) acc = std::fma(a(i), b(i), acc);
  } else {
    for (std::size_t block = 0; block < n; block += 32) {
      float chain[2] = {0, 0};
      for (std::size_t i = block; i < block + 32; ++i)
        chain[i % 2] = std::fma(i < n ? a(i) : 0.0f, i < n ? b(i) : 0.0f, chain[i % 2]);
      acc = acc + (chain[0] + chain[1]);
    }
  }
  return acc;
}
template <typename T>
float dot(const float* a, const float* b, std::size_t n) {
  return sum_of<T>([&](std::size_t i) { return a[i]; }, [&](std::size_t i) { return b[i]; }, n);
}

}  // namespace

float exp(float x) {
  if (std::isnan(x)) return x;
  if (x > 88.0f) return std::numeric_limits<float>::infinity();
  if (x < -87.0f) return 0.0f;
  const float t = std::fma(x, 0x1.715476p+0f, 0x1.8p+23f);
  const float n = t - 0x1.8p+23f;
  float f = std::fma(n, -0x1.62e43p-1f, x);
  f = std::fma(n, 0x1.05c61p-29f, f);
  float p = 0x1.6ac6b2p-10f;
  p = std::fma(p, f, 0x1.123dep-7f);
  p = std::fma(p, f, 0x1.555858p-5f);
  p = std::fma(p, f, 0x1.55548cp-3f);
  p = std::fma(p, f, 0x1.fffffcp-2f);
  p = std::fma(p, f, 1.0f);
  p = std::fma(p, f, 1.0f);
  return p * std::bit_cast<float>((std::bit_cast<std::uint32_t>(t) << 23) + 0x3f800000u);
}

template <typename T>
float rounded(float x) {
  if constexpr (std::is_same_v<T, float>) return x;
  return bf16_to_f32(f32_to_bf16(x));
}

template <typename T>
std::vector<float> head(const std::vector<float>& x, const std::vector<float>& w, std::size_t rows, std::size_t k,
                        std::size_t n) {
  std::vector<float> y;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t o = 0; o < n; ++o) y.push_back(dot<T>(x.data() + r * k, w.data() + o * k, k));
  }
  return y;
}

template <typename T>
std::vector<float> linear(const std::vector<float>& x, const std::vector<float>& w, std::size_t rows, std::size_t k,
                          std::size_t n) {
  std::vector<float> y = head<T>(x, w, rows, k, n);
  for (float& v : y) v = rounded<T>(v);
  return y;
}

template <typename T>
std::vector<float> rms_norm(const std::vector<float>& x, const std::vector<float>& weight, float eps) {
  const std::size_t d = weight.size();
  std::vector<float> y;
  for (std::size_t r = 0; r < x.size() / d; ++r) {
    float lane[16] = {};
    for (std::size_t j = 0; j < d; ++j) lane[j % 16] = std::fma(x[r * d + j], x[r * d + j], lane[j % 16]);
    const float mean = tree(lane) / static_cast<float>(d);
    const float inverse = std::isfinite(mean) ? 1.0f / std::sqrt(mean + eps) : NAN;
    for (std::size_t j = 0; j < d; ++j) y.push_back(rounded<T>((x[r * d + j] * inverse) * weight[j]));
  }
  return y;
}

template <typename T>
std::vector<float> rotary(std::vector<float> x, std::size_t rows, std::size_t heads, std::size_t head_dim,
                          const std::vector<float>& cos, const std::vector<float>& sin) {
  const std::size_t half = head_dim / 2;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t h = 0; h < heads; ++h) {
      for (std::size_t i = 0; i < half; ++i) {
        float &lo = x[(r * heads + h) * head_dim + i], &hi = x[(r * heads + h) * head_dim + half + i];
        const float a = lo, b = hi, c = cos[r * half + i], s = sin[r * half + i];
        lo = rounded<T>(std::fma(-b, s, a * c));
        hi = rounded<T>(std::fma(a, s, b * c));
      }
    }
  }
  return x;
}

template <typename T>
std::vector<float> silu_gate(const std::vector<float>& gate, const std::vector<float>& up) {
  std::vector<float> y;
  for (std::size_t i = 0; i < gate.size(); ++i) y.push_back(rounded<T>((gate[i] / (1.0f + exp(-gate[i]))) * up[i]));
  return y;
}

template <typename T>
std::vector<float> add(const std::vector<float>& x, const std::vector<float>& y) {
  std::vector<float> sum;
  for (std::size_t i = 0; i < x.size(); ++i) sum.push_back(rounded<T>(x[i] + y[i]));
  return sum;
}

/// exp(score - largest score), rounded to T, of the positions that a row of q sees.
template <typename T>
std::vector<float> weights_of(std::size_t row, const std::vector<float>& q, const std::vector<float>& k,
                              const AttentionShape& shape) {
  const auto [heads, kv_heads, dim] = shape;
  const std::size_t t = row / heads, kv = row % heads / (heads / kv_heads);
  const float scale = 1.0f / std::sqrt(static_cast<float>(dim));
  std::vector<float> p;
  for (std::size_t j = 0; j <= t; ++j)
    p.push_back(dot<T>(q.data() + row * dim, k.data() + (j * kv_heads + kv) * dim, dim) * scale);
  float largest = -std::numeric_limits<float>::infinity();
  for (const float score : p) largest = std::max(largest, score);
  for (float& x : p) x = rounded<T>(exp(x - largest));
  return p;
}

template <typename T>
std::vector<float> attention(const std::vector<float>& q, const std::vector<float>& k, const std::vector<float>& v,
                             const AttentionShape& shape) {
  const auto [heads, kv_heads, dim] = shape;
  std::vector<float> out;
  for (std::size_t row = 0; row < q.size() / dim; ++row) {
    const std::size_t kv = row % heads / (heads / kv_heads);
    const std::vector<float> p = weights_of<T>(row, q, k, shape);
    float lane[16] = {};
    for (std::size_t j = 0; j < p.size(); ++j) lane[j % 16] = lane[j % 16] + p[j];
    const float inverse = 1.0f / tree(lane);
    for (std::size_t d = 0; d < dim; ++d) {
      const auto value = [&](std::size_t j) { return v[(j * kv_heads + kv) * dim + d]; };
      const float acc = sum_of<T>([&](std::size_t j) { return p[j]; }, value, p.size());
      out.push_back(rounded<T>((std::is_same_v<T, float> ? acc : acc + 0.0f) * inverse));
    }
  }
  return out;
}

template <typename T>
std::vector<double> exact_mix(const std::vector<float>& q, const std::vector<float>& k, const std::vector<float>& v,
                              const AttentionShape& shape) {
  const auto [heads, kv_heads, dim] = shape;
  std::vector<double> out;
  for (std::size_t row = 0; row < q.size() / dim; ++row) {
    const std::size_t kv = row % heads / (heads / kv_heads);
    const std::vector<float> p = weights_of<T>(row, q, k, shape);
    for (std::size_t d = 0; d < dim; ++d) {
      double mix = 0, sum = 0;
      for (std::size_t j = 0; j < p.size(); ++j) {
        mix += double{p[j]} * v[(j * kv_heads + kv) * dim + d];
        sum += p[j];
      }
      out.push_back(mix / sum);
    }
  }
  return out;
}

std::vector<double> exact_attention(const std::vector<float>& q, const std::vector<float>& k,
                                    const std::vector<float>& v, const AttentionShape& shape) {
  const auto [heads, kv_heads, dim] = shape;
  std::vector<double> out;
  for (std::size_t row = 0; row < q.size() / dim; ++row) {
    const std::size_t t = row / heads, kv = row % heads / (heads / kv_heads);
    std::vector<double> p;
    for (std::size_t j = 0; j <= t; ++j) {
      double score = 0;
      for (std::size_t d = 0; d < dim; ++d) score += double{q[row * dim + d]} * k[(j * kv_heads + kv) * dim + d];
      p.push_back(score / std::sqrt(static_cast<double>(dim)));
    }
    const double largest = *std::max_element(p.begin(), p.end());
    double sum = 0;
    for (double& x : p) sum += x = std::exp(x - largest);
    for (std::size_t d = 0; d < dim; ++d) {
      double mix = 0;
      for (std::size_t j = 0; j <= t; ++j) mix += p[j] * v[(j * kv_heads + kv) * dim + d];
      out.push_back(mix / sum);
    }
  }
  return out;
}

#define RADIXLAB_INSTANTIATE(T)                                                                                       \
  template float rounded<T>(float);                                                                                   \
  template std::vector<float> head<T>(const std::vector<float>&, const std::vector<float>&, std::size_t, std::size_t, \
                                      std::size_t);                                                                   \
  template std::vector<float> linear<T>(const std::vector<float>&, const std::vector<float>&, std::size_t,            \
                                        std::size_t, std::size_t);                                                    \
  template std::vector<float> rms_norm<T>(const std::vector<float>&, const std::vector<float>&, float);               \
  template std::vector<float> rotary<T>(std::vector<float>, std::size_t, std::size_t, std::size_t,                    \
                                        const std::vector<float>&, const std::vector<float>&);                        \
  template std::vector<float> silu_gate<T>(const std::vector<float>&, const std::vector<float>&);                     \
  template std::vector<float> add<T>(const std::vector<float>&, const std::vector<float>&);                           \
  template std::vector<float> attention<T>(const std::vector<float>&, const std::vector<float>&,                      \
                                           const std::vector<float>&, const AttentionShape&);                         \
  template std::vector<double> exact_mix<T>(const std::vector<float>&, const std::vector<float>&,                     \
                                            const std::vector<float>&, const AttentionShape&)

RADIXLAB_INSTANTIATE(float);
RADIXLAB_INSTANTIATE(BFloat16);

}  // namespace radixlab::reference
