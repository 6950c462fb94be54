/// \file
/// The block emulator, as its host sees it: device memory with names, what a faulty kernel is told, and what was counted.
///
/// A launch (radixlab::launch of kernels/cuda/language.cuh) runs block after block, each thread of a block as a fibre until it
/// waits or returns. The compiler has put a call before every load and store of a kernel, so the emulator knows for each
/// place in memory who wrote it and who read it last, and what lies between: about 20 ns an access. A launch is finished when
/// it returns. The first fault ends it: what the kernel wrote until then stays. One launch runs at a time, a second thread
/// waits; arrays are made by one thread at a time.
///
/// What it does not find: an index that goes more than 256 bytes beyond a static `__shared__` array and hits another; a thread
/// that waits in a loop for another's store, which never ends. What it finds though it may be meant: blocks of one launch
/// that hand data on by atomics and fences.
#pragma once
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace radixlab::emulator {

enum class FaultKind {
  out_of_bounds,      ///< no element of an array lies there
  freed,              ///< the array is gone
  host_memory,        ///< neither device memory nor the thread's own
  misaligned,         ///< an address that is no multiple of the access's bytes
  uninitialised,      ///< no one has written what is read; of shared memory: in this block
  race,               ///< two threads of a block, one of which writes, with no barrier between
  block_conflict,     ///< two blocks of a launch, one of which writes
  divergent_barrier,  ///< a barrier that not all threads of the block reach
  divergent_warp,     ///< a shuffle, vote or __syncwarp whose mask is not who comes, or that reads a lane outside
  unfinished_copy,    ///< an asynchronous copy that is used before its wait
};

/// A launch that did what no kernel may do. Its text says what, in which kernel, block and thread, where, and what was
/// expected.
class KernelFault : public std::runtime_error {
 public:
  KernelFault(FaultKind kind, const std::string& text, std::vector<std::string> places)
      : std::runtime_error(text), kind_(kind), places_(std::move(places)) {}
  FaultKind kind() const { return kind_; }
  /// "file.cu:41": where the fault was seen, then the other place if there are two. Of a kernels' header it is the line of the .cu
  /// file that called it, where that is known.
  const std::vector<std::string>& places() const { return places_; }

 private:
  FaultKind kind_;
  std::vector<std::string> places_;
};

/// While one lives, blocks, warps and the lanes of a warp run in orders that follow from a seed; 0 is as they are numbered.
/// A right kernel gives the same result in all of them.
class ScheduleSeed {
 public:
  explicit ScheduleSeed(std::uint64_t seed);
  ~ScheduleSeed();
  ScheduleSeed(const ScheduleSeed&) = delete;
  ScheduleSeed& operator=(const ScheduleSeed&) = delete;

 private:
  std::uint64_t before_;
};

/// Untyped part of DeviceArray.
class DeviceMemory {
 public:
  DeviceMemory(std::string name, std::string_view type, std::size_t count, std::size_t element_bytes);
  ~DeviceMemory();
  DeviceMemory(DeviceMemory&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  DeviceMemory& operator=(DeviceMemory&& other) noexcept {
    std::swap(data_, other.data_);
    return *this;
  }
  void* data() const { return data_; }
  /// From now on all of it counts as written (true) or as not written (false), by no kernel.
  void set_initialised(bool initialised);

 private:
  void* data_ = nullptr;
};

/// An array in device memory. Its address is never another's again, so a pointer that outlives it is found.
/// \tparam T 1, 2 or a multiple of 4 bytes: who touched what is known an element, or every 4 bytes
template <typename T>
class DeviceArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// `size` elements that no one has written; their bytes are 0xff (NaN).
  DeviceArray(std::string name, std::size_t size)
      : memory_(std::move(name), type_name(), size, sizeof(T)), size_(size) {}
  DeviceArray(std::string name, std::span<const T> values) : DeviceArray(std::move(name), values.size()) {
    assign(values);
  }
  DeviceArray(std::string name, const std::vector<T>& values) : DeviceArray(std::move(name), std::span(values)) {}

  T* data() const { return static_cast<T*>(memory_.data()); }
  std::size_t size() const { return size_; }
  std::vector<T> values() const { return std::vector<T>(data(), data() + size_); }
  /// \throws std::invalid_argument another size
  void assign(std::span<const T> values) {
    if (values.size() != size_) throw std::invalid_argument("DeviceArray::assign: another size");
    if (!values.empty()) std::memcpy(data(), values.data(), values.size_bytes());
    memory_.set_initialised(true);
  }

 private:
  /// What messages call an element.
  static constexpr std::string_view type_name() {
    const std::string_view all = __PRETTY_FUNCTION__;  // "... [with T = float; ...]" or "... [T = float]"
    const std::size_t begin = all.find("T = ") + 4;
    const std::string_view type = all.substr(begin, all.find_first_of(";]", begin) - begin);
    return type.substr(type.rfind(':') + 1);
  }

  DeviceMemory memory_;
  std::size_t size_;
};

}  // namespace radixlab::emulator
