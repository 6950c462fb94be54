// The batches, heads and numbers with which kernels on pages are tried.
#pragma once
#include <functional>

#include "scene.hpp"

namespace radixlab {

// Decode, prefill, chunks that begin and end inside pages, a first token alone, nothing at all: in front, between, behind.
inline const std::vector<Chunk> kMixed = {{0, 0}, {1, 40}, {37, 0}, {5, 24}, {0, 7}, {1, 0}, {2, 15}, {1, 95}, {0, 3}};
inline const std::vector<std::size_t> kPageSizes = {1, 3, 4, 16, 24, 40};
inline const std::vector<Heads> kHeads = {{6, 2, 10}, {2, 2, 48}, {8, 1, 64}, {4, 2, 80}, {4, 1, 128},
                                          {5, 1, 2},  {6, 1, 34}, {7, 1, 16}, {3, 3, 66}};  // groups of 1 to 8

inline std::string name_of(const Heads& heads, std::size_t page_size) {
  return std::to_string(heads.heads) + " / " + std::to_string(heads.kv_heads) + " heads of " +
         std::to_string(heads.head_dim) + ", pages of " + std::to_string(page_size);
}

using Maker = std::function<std::vector<float>(std::size_t, std::uint32_t)>;
inline const Maker kRandom = [](std::size_t n, std::uint32_t seed) { return random_floats(n, seed, 2); };
inline const std::vector<std::pair<std::string, Maker>> kKinds = {
    {"random", kRandom}, {"tiny", tiny_floats}, {"huge", huge_floats}};

}  // namespace radixlab
