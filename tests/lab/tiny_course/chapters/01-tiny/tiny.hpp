#pragma once
#include <string>

namespace radixlab {

int twice(int number);
int half(int number);
std::string greet(const std::string& name);

}  // namespace radixlab
