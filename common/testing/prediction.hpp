/// \file
/// For GoogleTest suites: a learner's prediction against what a run said. What is told is the side on which the truth lies and
/// the rule that decides, never the truth itself.
#pragma once
#include <gtest/gtest.h>
#include <string>

#include "contract/cache_manager.hpp"

namespace radixlab {

inline void judge(std::size_t said, std::size_t truth, const char* why) {
  if (said != truth)
    ADD_FAILURE() << "you say " << said << ", the run says " << (said < truth ? "more" : "less") << ": " << why;
}

/// Of an answer that is a name, such as "text" 3: it has no side.
inline void judge_name(std::size_t said, std::size_t truth, const char* what, const char* why) {
  if (said != truth) ADD_FAILURE() << "you say " << what << " " << said << ", the run names another one: " << why;
}

inline void judge(const std::vector<PageId>& said, const std::vector<PageId>& truth, const char* why) {
  if (said == truth) return;
  std::string pages;
  for (const PageId page : said) (pages += ' ') += std::to_string(page);
  ADD_FAILURE() << "you say pages {" << pages << " }, and the run gives back others: " << why;
}

}  // namespace radixlab
