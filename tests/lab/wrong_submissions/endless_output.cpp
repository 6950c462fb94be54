// prints without end
#include <cstdio>

#include "01-tiny/tiny.hpp"

namespace radixlab {

int twice(int number) {
  while (std::puts("is it four, is it five, is it six, is it seven, is it eight, is it nine, is it ten") >= 0)
    std::fflush(stdout);
  return number;
}

}  // namespace radixlab
