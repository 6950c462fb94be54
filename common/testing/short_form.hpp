/// \file
/// What a suite does less of in its short form: a build of every change under a sanitizer (docs/proofs.md), where all of it
/// takes ten times as long. Another build runs the long form.
#pragma once
#include <cstddef>
#include <vector>

namespace radixlab {

/// The sizes to try: all, or a few that lie on both sides of each edge.
inline std::vector<std::size_t> sizes(std::vector<std::size_t> all, std::vector<std::size_t> few) {
  return RADIXLAB_SHORT ? few : all;
}

/// How many random lives: all, or so few that one of each kind is left.
constexpr std::size_t num_lives(std::size_t all, std::size_t few) { return RADIXLAB_SHORT ? few : all; }

}  // namespace radixlab
