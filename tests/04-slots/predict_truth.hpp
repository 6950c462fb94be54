// What a run on our solution says to the questions of predict.hpp. test_04_predict_run makes that run again and compares.
#pragma once
#include <cstddef>

namespace radixlab::truth {

inline constexpr std::size_t kComputed = 2120;
inline constexpr std::size_t kCopied = 6000;
inline constexpr std::size_t kRows = 4;
inline constexpr std::size_t kNodes = 2120;
inline constexpr std::size_t kVersion = 1;
inline constexpr std::size_t kNextSlot = 0;
inline constexpr std::size_t kFound = 2;
inline constexpr std::size_t kLeftOver = 2;

}  // namespace radixlab::truth
