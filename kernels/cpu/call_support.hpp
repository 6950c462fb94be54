// What the bodies of Kernels' calls share. Never include it in a file isa_*.cpp: it holds inline code (isa_table.hpp).
#pragma once
#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "kernels/cpu/huge_pages.hpp"
#include "kernels/cpu/isa_table.hpp"

namespace radixlab {

inline std::size_t divide_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// Memory that a thread keeps from call to call.
template <typename T>
T* scratch(HugeBuffer<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer = HugeBuffer<T>(std::max(size, 2 * buffer.size()));
  return buffer.data();
}

template <typename T>
const TypeTable<T>& table_of(const IsaTable& table) {
  if constexpr (std::is_same_v<T, float>) {
    return table.float32;
  } else {
    return table.bfloat16;
  }
}

}  // namespace radixlab
