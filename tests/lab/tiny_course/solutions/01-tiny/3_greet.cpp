#include "01-tiny/greeting.hpp"

namespace radixlab {

std::string greet(const std::string& name) { return "hello, " + name; }

}  // namespace radixlab
