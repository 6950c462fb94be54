// docs/numerics.md once more, as plain loops without any kernel: what the kernels are compared with.
#pragma once
#include <cstddef>
#include <vector>

namespace radixlab::reference {

float exp(float x);
std::vector<float> linear(const std::vector<float>& x, const std::vector<float>& w, std::size_t rows, std::size_t k,
                          std::size_t n);
std::vector<float> rms_norm(const std::vector<float>& x, const std::vector<float>& weight, float eps);
std::vector<float> rotary(std::vector<float> x, std::size_t rows, std::size_t heads, std::size_t head_dim,
                          const std::vector<float>& cos, const std::vector<float>& sin);
std::vector<float> silu_gate(const std::vector<float>& gate, const std::vector<float>& up);

struct AttentionShape {
  std::size_t heads, kv_heads, head_dim;
};
/// q [positions, heads, head_dim] and k, v [positions, kv_heads, head_dim], all of a sequence from its first token on.
std::vector<float> attention(const std::vector<float>& q, const std::vector<float>& k, const std::vector<float>& v,
                             const AttentionShape& shape);
/// The same, softmax and sums in double.
std::vector<double> exact_attention(const std::vector<float>& q, const std::vector<float>& k,
                                    const std::vector<float>& v, const AttentionShape& shape);

}  // namespace radixlab::reference
