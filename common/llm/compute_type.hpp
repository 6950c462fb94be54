/// \file
/// The two types that a model computes in, as DType at run time and as T in templates.
#pragma once
#include <stdexcept>
#include <string>

#include "io/dtype.hpp"
#include "io/model_config.hpp"
#include "kernels/cpu/bfloat16.hpp"

namespace radixlab {

/// T as a DType: f32 of float, bf16 of BFloat16.
template <class T>
inline constexpr DType kTypeOf = DType::f32;
template <>
inline constexpr DType kTypeOf<BFloat16> = DType::bf16;

/// Calls `work.operator()<T>()`, T being float for f32 and BFloat16 for bf16. Throws std::invalid_argument for another
/// type: float16 is widened when it is read, and not computed in.
template <class Work>
decltype(auto) in_type(DType type, Work&& work) {
  if (type == DType::f32) return work.template operator()<float>();
  if (type == DType::bf16) return work.template operator()<BFloat16>();
  throw std::invalid_argument("a model computes in F32 or BF16, not in " + std::string(dtype_name(type)));
}

inline float from_type(float x) { return x; }
inline float from_type(BFloat16 x) { return bf16_to_f32(x.bits); }

/// x in type T: rounded once, to nearest, ties to even.
template <class T>
T to_type(float x);
template <>
inline float to_type<float>(float x) {
  return x;
}
template <>
inline BFloat16 to_type<BFloat16>(float x) {
  return {f32_to_bf16(x)};
}

/// What a checkpoint computes in where nobody says: bfloat16 if it is one by its config.json, else float32.
inline DType natural_type(const ModelConfig& config) { return config.dtype == DType::bf16 ? DType::bf16 : DType::f32; }

}  // namespace radixlab
