#include "01-kernels/kernels.hpp"

namespace radixlab {

int least(int a, int b) { return a < b ? a : b; }

}  // namespace radixlab
