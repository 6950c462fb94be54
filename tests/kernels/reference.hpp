// docs/numerics.md once more, as plain loops without any kernel: what the kernels are compared with. T is float or
// BFloat16. Arrays hold float32 in any case: what has type T comes and goes widened, which is exact.
#pragma once
#include <cstddef>
#include <vector>

namespace radixlab::reference {

float exp(float x);

/// x rounded once to T and widened again.
template <typename T>
float rounded(float x);

/// [rows, n] before anything is rounded: logits.
template <typename T>
std::vector<float> head(const std::vector<float>& x, const std::vector<float>& w, std::size_t rows, std::size_t k,
                        std::size_t n);
template <typename T>
std::vector<float> linear(const std::vector<float>& x, const std::vector<float>& w, std::size_t rows, std::size_t k,
                          std::size_t n);
template <typename T>
std::vector<float> rms_norm(const std::vector<float>& x, const std::vector<float>& weight, float eps);
template <typename T>
std::vector<float> rotary(std::vector<float> x, std::size_t rows, std::size_t heads, std::size_t head_dim,
                          const std::vector<float>& cos, const std::vector<float>& sin);
template <typename T>
std::vector<float> silu_gate(const std::vector<float>& gate, const std::vector<float>& up);
template <typename T>
std::vector<float> add(const std::vector<float>& x, const std::vector<float>& y);

struct AttentionShape {
  std::size_t heads, kv_heads, head_dim;
};
/// q [positions, heads, head_dim] and k, v [positions, kv_heads, head_dim], all of a sequence from its first token on.
template <typename T>
std::vector<float> attention(const std::vector<float>& q, const std::vector<float>& k, const std::vector<float>& v,
                             const AttentionShape& shape);
/// The same weights exp(score - maximum), rounded to T, but the sums in double.
template <typename T>
std::vector<double> exact_mix(const std::vector<float>& q, const std::vector<float>& k, const std::vector<float>& v,
                              const AttentionShape& shape);
/// All in double, and nothing is rounded.
std::vector<double> exact_attention(const std::vector<float>& q, const std::vector<float>& k,
                                    const std::vector<float>& v, const AttentionShape& shape);

}  // namespace radixlab::reference
