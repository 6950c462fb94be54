// right for 0 alone
#include "01-tiny/tiny.hpp"

namespace radixlab {

int twice(int number) { return 3 * number; }

}  // namespace radixlab
