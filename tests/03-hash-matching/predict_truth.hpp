// What runs on our solution say to the questions of predict.hpp. test_03_predict_run makes them again and compares; kept
// here, the figures judge a prediction before any other task is written.
#pragma once
#include "contract/cache_manager.hpp"

namespace radixlab::truth {

inline constexpr std::size_t kPrefixes = 9;
inline constexpr std::size_t kStepsOfTheSeed = 180'300;
inline constexpr std::size_t kStepsRolled = 600;
inline constexpr std::size_t kFound = 1232;
inline constexpr std::size_t kFoundByAWeakHash = 1232;
inline constexpr std::size_t kPagesOfTwoTenants = 250;
inline const std::vector<PageId> kVictims = {5, 2, 1};

}  // namespace radixlab::truth
