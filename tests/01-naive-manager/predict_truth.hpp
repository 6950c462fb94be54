// What a run on our solution says to the questions of predict.hpp. test_01_predict_run makes that run again and compares;
// kept here, the figures judge a prediction before any other task is written.
#pragma once
#include "contract/cache_manager.hpp"

namespace radixlab::truth {

inline constexpr std::size_t kComputed = 8120;
inline constexpr std::size_t kPages = 127;
inline constexpr std::size_t kLookedUp = 2029;
inline constexpr std::size_t kKvBytes = 24576;
inline constexpr std::size_t kInsertAnswer = 7;
inline constexpr std::size_t kFoundAgain = 0;
inline const std::vector<PageId> kGivenBackNaive = {3, 4, 5};
inline const std::vector<PageId> kGivenBackShared = {3, 5};

}  // namespace radixlab::truth
