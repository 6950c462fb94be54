// does not compile
#include "01-tiny/tiny.hpp"

namespace radixlab {

int twice(int number) { return number + nummer; }

}  // namespace radixlab
