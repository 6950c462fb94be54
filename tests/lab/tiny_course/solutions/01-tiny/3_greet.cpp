#include "01-tiny/tiny.hpp"

namespace radixlab {

std::string greet(const std::string& name) { return "hello, " + name; }

}  // namespace radixlab
