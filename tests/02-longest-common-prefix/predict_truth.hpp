// What runs on our solution say to the questions of predict.hpp. test_02_predict_run makes them again and compares; kept
// here, the figures judge a prediction before any other task is written.
#pragma once
#include "contract/cache_manager.hpp"

namespace radixlab::truth {

inline constexpr std::size_t kBestIndex = 1;
inline constexpr std::size_t kCompared = 100'100;
inline constexpr std::size_t kComputed = 2120;
inline constexpr std::size_t kCachedPages = 129;
inline constexpr std::size_t kKeptTokens = 8064;
inline const std::vector<PageId> kFreed = {2};
inline const std::vector<PageId> kFreedNext = {0, 1, 5};
inline constexpr std::size_t kProtected = 3;

}  // namespace radixlab::truth
