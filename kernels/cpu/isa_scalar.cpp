#include "kernels/cpu/isa_bodies.hpp"
#include "kernels/cpu/lanes_scalar.hpp"

namespace radixlab {

const IsaTable& scalar_table() {
  static constexpr IsaTable kTable = make_isa_table<scalar::Lanes>();
  return kTable;
}

}  // namespace radixlab
