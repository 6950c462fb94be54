/// \file
/// Device memory as a host program has it: the emulator's, or a GPU's where RADIXLAB_GPU is defined.
#pragma once
#ifndef RADIXLAB_GPU
#include "kernels/emulator/emulator.hpp"

namespace radixlab {
using emulator::ScheduleSeed;
template <class T>
using DeviceArray = emulator::DeviceArray<T>;
inline bool has_device() { return true; }
inline bool left_unwritten() { return false; }
}  // namespace radixlab
#else
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cuda_runtime_api.h>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace radixlab {

inline bool has_device() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

/// Whether a new array is left as its memory was: for initcheck, which would take the pattern of NaN for written.
inline bool left_unwritten() { return std::getenv("RADIXLAB_UNWRITTEN") != nullptr; }

/// A GPU has its own order.
struct ScheduleSeed {
  explicit ScheduleSeed(std::uint64_t) {}
  ~ScheduleSeed() {}
};

/// As emulator::DeviceArray. Throws std::runtime_error with CUDA's words, also for what an earlier kernel did.
template <class T>
class DeviceArray {
 public:
  DeviceArray(std::string name, std::size_t size) : name_(std::move(name)), size_(size) {
    void* memory = nullptr;
    check(cudaMalloc(&memory, std::max<std::size_t>(size, 1) * sizeof(T)));
    data_ = static_cast<T*>(memory);
    if (!left_unwritten()) check(cudaMemset(memory, 0xff, size * sizeof(T)));
  }
  DeviceArray(std::string name, std::span<const T> values) : DeviceArray(std::move(name), values.size()) {
    assign(values);
  }
  DeviceArray(std::string name, const std::vector<T>& values) : DeviceArray(std::move(name), std::span(values)) {}
  ~DeviceArray() { cudaFree(data_); }
  DeviceArray(DeviceArray&& other) noexcept
      : name_(std::move(other.name_)), data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  DeviceArray& operator=(DeviceArray&& other) noexcept {
    std::swap(name_, other.name_), std::swap(data_, other.data_), std::swap(size_, other.size_);
    return *this;
  }

  T* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::vector<T> values() const {
    std::vector<T> host(size_);
    check(cudaMemcpy(host.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost));
    return host;
  }
  void assign(std::span<const T> values) {
    if (values.size() != size_) throw std::invalid_argument("DeviceArray::assign: another size");
    check(cudaMemcpy(data_, values.data(), values.size_bytes(), cudaMemcpyHostToDevice));
  }

 private:
  void check(cudaError_t error) const {
    if (error != cudaSuccess) throw std::runtime_error(name_ + ": " + cudaGetErrorString(error));
  }

  std::string name_;
  T* data_ = nullptr;
  std::size_t size_;
};

}  // namespace radixlab
#endif
