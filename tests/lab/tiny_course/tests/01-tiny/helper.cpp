#include "helper.hpp"

#include <cstdio>
#include <cstdlib>

const int kHalfOfFour = 2;

namespace {

void write(const std::string& file, const char* words) {
  if (std::FILE* const out = std::fopen(file.c_str(), "w")) {
    std::fputs(words, out);
    std::fclose(out);
  }
}

}  // namespace

void tell_a_story(const std::string& test) {
  std::puts("The story so far\n   1  greet   [you]\nBut   I7: nobody was greeted\n");
  std::fflush(stdout);
  const char* const folder = std::getenv("RADIXLAB_STORY_DIR");
  if (!folder) return;
  write(folder + ("/" + test + ".jsonl"), "{}\n");
  write(folder + ("/" + test + ".calls.dot"), "digraph { left }\n");
  write(folder + ("/" + test + ".yours.dot"), "digraph { right }\n");
}
