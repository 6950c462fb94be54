// crashes
#include <cstdlib>

#include "01-tiny/tiny.hpp"

namespace radixlab {

int twice(int) { std::abort(); }

}  // namespace radixlab
