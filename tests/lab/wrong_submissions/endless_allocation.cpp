// eats memory
#include <new>

#include "01-tiny/tiny.hpp"

namespace radixlab {

int twice(int number) {
  for (int eaten = 0; ::operator new(1 << 26); ++eaten)
    if (eaten == 1'000'000) return number;
  return 0;
}

}  // namespace radixlab
