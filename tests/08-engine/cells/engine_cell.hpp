/// \file
/// One cell of the engine: everything that may change while no bit does. A seed draws it, and all that happens in it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "01-naive-manager/factory.hpp"
#include "08-engine/config.hpp"
#include "io/dtype.hpp"
#include "kernels/cpu/isa.hpp"

namespace radixlab {

struct EngineCell {
  std::uint64_t seed = 0;
  const Stage* row = nullptr;  ///< of the ladder
  std::string policy = {}, model = {};
  DType type = DType::f32;
  Isa isa = Isa::scalar;
  std::size_t threads = 1, page_size = 1, num_pages = 1;
  std::vector<std::size_t> prompts = {};  ///< of the catalogue, that its requests choose from
  std::size_t requests = 0;
  std::size_t max_live = 0;      ///< answers that are begun or awaited at once, at most
  std::size_t arrive_every = 1;  ///< [steps] on average
  bool is_watched = false;       ///< the manager stands under Story, which checks each call
  EngineConfig config = {};

  std::string name() const;
};

/// [tokens] of a text, prompt and answer, that is as long as any.
constexpr std::size_t kLongest = 145;

/// The cell of a seed, whose texts have at most `longest` tokens: the same on each machine that has the same instruction sets.
EngineCell draw_cell(std::uint64_t seed, std::size_t longest = kLongest);

/// Chapter 06's tree over a pool that just holds the longest request: `requests` random ones, up to 24 answers at once.
EngineCell soak_cell(std::uint64_t seed, std::size_t requests, std::size_t longest = kLongest);

}  // namespace radixlab
