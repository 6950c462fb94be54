// never comes back
#include "01-tiny/tiny.hpp"

namespace radixlab {

int twice(int number) {
  for (volatile bool on = true; on;) {
  }
  return number;
}

}  // namespace radixlab
