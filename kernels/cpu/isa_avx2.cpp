#include "kernels/cpu/isa_bodies.hpp"
#include "kernels/cpu/lanes_avx2.hpp"

namespace radixlab {

const IsaTable& avx2_table() {
  static constexpr IsaTable kTable = make_isa_table<avx2::Lanes>();
  return kTable;
}

}  // namespace radixlab
