#pragma once
#include <string>

namespace radixlab {

std::string greet(const std::string& name);

}  // namespace radixlab
