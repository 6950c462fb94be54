// right, but the program crashes after its tests
#include <cstdlib>

#include "01-tiny/tiny.hpp"

namespace radixlab {
namespace {

struct Mess {
  ~Mess() { std::abort(); }
} mess;

}  // namespace

int twice(int number) { return number + number; }

}  // namespace radixlab
