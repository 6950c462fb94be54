// Every kernel, for one type of vector: what the files isa_*.cpp instantiate.
#pragma once
#include "kernels/cpu/attention_body.hpp"
#include "kernels/cpu/elementwise_body.hpp"
#include "kernels/cpu/isa_table.hpp"
#include "kernels/cpu/linear_body.hpp"

namespace radixlab {

template <typename L, typename T>
constexpr TypeTable<T> make_type_table() {
  return {LinearBody<L, T, T>::run,
          LinearBody<L, T, float>::run,
          LinearBody<L, T, T>::scratch_floats,
          ElementwiseBody<L>::template rms_norm<T>,
          ElementwiseBody<L>::template rotate<T>,
          ElementwiseBody<L>::template silu_gate<T>,
          ElementwiseBody<L>::template add<T>,
          AttentionBody<L, T>::run,
          AttentionBody<L, T>::scratch_floats};
}

template <typename L>
constexpr IsaTable make_isa_table() {
  return {make_type_table<L, float>(), make_type_table<L, BFloat16>(), ElementwiseBody<L>::exp, L::kTileRows};
}

}  // namespace radixlab
