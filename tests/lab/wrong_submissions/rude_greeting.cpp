// an answer that nobody wants
#include "01-tiny/greeting.hpp"

namespace radixlab {

std::string greet(const std::string&) { return "go away"; }

}  // namespace radixlab
