// The device's arithmetic by itself, an operation a call.
#pragma once
#include <cstddef>

namespace radixlab::edges {

enum class Operation { fma, multiply, add, divide, root, exp };

/// out[i] = the operation of a[i], b[i], c[i], of as many of them as it has. Device memory [n].
void run(Operation operation, const float* a, const float* b, const float* c, std::size_t n, float* out);

}  // namespace radixlab::edges
