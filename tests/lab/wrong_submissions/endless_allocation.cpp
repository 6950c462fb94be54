// eats memory
#include <memory>
#include <vector>

#include "01-tiny/tiny.hpp"

namespace radixlab {

int twice(int number) {
  for (std::vector<std::unique_ptr<char[]>> eaten;; eaten.emplace_back(new char[1 << 26]))
    if (eaten.size() == 1'000'000) return number;
}

}  // namespace radixlab
