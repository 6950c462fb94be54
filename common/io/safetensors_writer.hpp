/// \file
/// Writes a safetensors file of any size through a buffer of any size: header first, then the tensors' bytes in order.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/atomic_file.hpp"
#include "io/dtype.hpp"

namespace radixlab {

struct TensorInfo {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::size_t> shape;
  std::size_t size() const;  ///< [elements]
  std::size_t bytes() const { return size() * dtype_size(dtype); }
};

/// The file appears with finish(); without it nothing is left behind. The header depends on the tensors alone, and the
/// data begin at a multiple of 8 bytes.
class SafetensorsWriter {
 public:
  /// Throws InputError if the file cannot be created, std::logic_error if two tensors share a name.
  SafetensorsWriter(std::filesystem::path file, const std::vector<TensorInfo>& tensors);

  /// The next bytes of the data, in pieces of any length.
  void append(std::span<const std::byte> bytes);
  void append(std::span<const float> values) { append(std::as_bytes(values)); }

  /// Throws std::logic_error unless exactly the promised bytes have come.
  void finish();

 private:
  AtomicFile file_;
  std::size_t left_ = 0;  ///< [bytes] still to come
};

}  // namespace radixlab
