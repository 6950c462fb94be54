// brings a main of its own
#include "01-tiny/tiny.hpp"

namespace radixlab {

int twice(int number) { return number; }

}  // namespace radixlab

int main() { return 0; }
