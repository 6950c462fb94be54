#include "01-tiny/tiny.hpp"

namespace radixlab {

int half(int number) { return number / 2; }

}  // namespace radixlab
