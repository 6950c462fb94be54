#pragma once
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

constexpr int kHalfOfFour = 2;

/// As testing/failure_story.hpp does in the real course.
inline void tell_a_story(const std::string& test) {
  std::cout << "The story so far\n   1  greet   [you]\nBut   I7: nobody was greeted\n" << std::endl;
  const char* const folder = std::getenv("RADIXLAB_STORY_DIR");
  if (!folder) return;
  std::ofstream(folder + ("/" + test + ".jsonl")) << "{}\n";
  std::ofstream(folder + ("/" + test + ".calls.dot")) << "digraph { left }\n";
  std::ofstream(folder + ("/" + test + ".yours.dot")) << "digraph { right }\n";
}
