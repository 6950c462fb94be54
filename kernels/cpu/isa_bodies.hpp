// Every kernel, for one type of vector: what the files isa_*.cpp instantiate.
#pragma once
#include "kernels/cpu/attention_body.hpp"
#include "kernels/cpu/elementwise_body.hpp"
#include "kernels/cpu/isa_table.hpp"
#include "kernels/cpu/linear_body.hpp"

namespace radixlab {

template <typename L>
constexpr IsaTable make_isa_table() {
  return {
      LinearBody<L>::run,      ElementwiseBody<L>::rms_norm, ElementwiseBody<L>::rotate, ElementwiseBody<L>::silu_gate,
      ElementwiseBody<L>::add, ElementwiseBody<L>::exp,      AttentionBody<L>::run,      L::kTileRows};
}

}  // namespace radixlab
