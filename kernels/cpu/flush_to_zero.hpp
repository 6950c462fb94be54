/// \file
/// The floating-point mode of everything that computes logits: denormal operands count as zero, denormal results become
/// zero. With one mode everywhere, instruction sets agree on tiny values, and no kernel slows down on them.
#pragma once
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif
#include <cstdint>

namespace radixlab {

/// Sets the mode of the calling thread and puts the former one back at the end of its scope. Nests.
class FlushToZero {
 public:
  FlushToZero() : before_(read()) { write(before_ | kFlush); }
  ~FlushToZero() { write(before_); }
  FlushToZero(const FlushToZero&) = delete;
  FlushToZero& operator=(const FlushToZero&) = delete;

 private:
#if defined(__x86_64__)
  using Control = unsigned;
  static constexpr Control kFlush = 0x8000u | 0x0040u;  // FTZ (results) and DAZ (operands) of MXCSR
  static Control read() { return _mm_getcsr(); }
  static void write(Control value) { _mm_setcsr(value); }
#elif defined(__aarch64__)
  using Control = std::uint64_t;
  static constexpr Control kFlush = std::uint64_t{1} << 24;  // FZ of FPCR: both
  static Control read() {
    Control value;
    asm volatile("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void write(Control value) { asm volatile("msr fpcr, %0" : : "r"(value)); }
#else
#error "FlushToZero: this processor's control register is not known; add it here"
#endif
  Control before_;
};

}  // namespace radixlab
