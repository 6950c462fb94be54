#include "kernels/cpu/isa_bodies.hpp"
#include "kernels/cpu/lanes_avx512.hpp"

namespace radixlab {

const IsaTable& avx512_bf16_table() {
  static constexpr IsaTable kTable = make_isa_table<avx512_bf16::Lanes>();
  return kTable;
}

}  // namespace radixlab
