// The counts of a life, as a table: each is summed, told and looked for alike.
#include <array>
#include <fmt/format.h>
#include <utility>

#include "engine_life.hpp"

namespace radixlab {
namespace {

constexpr std::array kCounted = {
    std::pair{"rows", &EngineCounts::rows},
    std::pair{"tokens reused", &EngineCounts::reused},
    std::pair{"tokens evicted", &EngineCounts::evicted},
    std::pair{"tokens recomputed", &EngineCounts::recomputed},
    std::pair{"pages moved", &EngineCounts::moved},
    std::pair{"tokens copied", &EngineCounts::copied},
    std::pair{"preemptions", &EngineCounts::preemptions},
    std::pair{"aborts", &EngineCounts::aborts},
    std::pair{"forks", &EngineCounts::forks},
    std::pair{"forks that waited", &EngineCounts::forks_that_waited},
    std::pair{"twins that waited", &EngineCounts::twins},
    std::pair{"times bypassed", &EngineCounts::bypassed},
    std::pair{"answers stopped", &EngineCounts::stopped},
};

}  // namespace

EngineCounts& EngineCounts::operator+=(const EngineCounts& other) {
  for (const auto& [name, count] : kCounted) this->*count += other.*count;
  return *this;
}

std::string EngineCounts::in_words() const {
  std::string words;
  for (const auto& [name, count] : kCounted)
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", name, this->*count);
  return words;
}

std::string EngineCounts::missing() const {
  std::string names;
  for (const auto& [name, count] : kCounted)
    if (this->*count == 0) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

}  // namespace radixlab
