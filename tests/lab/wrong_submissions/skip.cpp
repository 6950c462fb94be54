// skips the test that calls it
#include <gtest/gtest.h>

#include "01-tiny/tiny.hpp"

namespace radixlab {
namespace {

void skip() { GTEST_SKIP() << "no need to look"; }

}  // namespace

int twice(int number) {
  skip();
  return number + number;
}

}  // namespace radixlab
