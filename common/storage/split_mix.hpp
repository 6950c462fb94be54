/// \file
/// SplitMix64, for seeded numbers that are the same on every processor: a state that grows by kSplitMixStep, and split_mix() of it.
#pragma once
#include <cstdint>

namespace radixlab {

inline constexpr std::uint64_t kSplitMixStep = 0x9e3779b97f4a7c15U;

/// 64 bits, each of which hangs on all bits of `z`; 0 stays 0.
constexpr std::uint64_t split_mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace radixlab
