#include "emulator/marks.hpp"

#include <fstream>
#include <map>
#include <regex>

namespace radixlab {
namespace {

/// By word, then by name.
const std::map<std::string, std::map<std::string, std::string>>& marks() {
  static const auto all = [] {
    std::map<std::string, std::map<std::string, std::string>> found;
    for (const std::string file : {"bounds.cu", "races.cu", "meetings.cu", "copies.cu"}) {
      std::ifstream in(EMULATOR_KERNELS "/" + file);
      std::string line;
      for (int number = 1; std::getline(in, line); ++number) {
        const std::regex mark("(fault|other): ((\\w+(, )?)+)"), name("\\w+");
        for (std::sregex_iterator m(line.begin(), line.end(), mark), end; m != end; ++m) {
          const std::string names = (*m)[2];
          for (std::sregex_iterator n(names.begin(), names.end(), name); n != end; ++n)
            found[(*m)[1]][n->str()] = file + ":" + std::to_string(number);
        }
      }
    }
    return found;
  }();
  return all;
}

}  // namespace

std::string marked_line(const std::string& word, const std::string& name) {
  const auto& named = marks().at(word);
  const auto found = named.find(name);
  return found == named.end() ? "" : found->second;
}

std::vector<std::string> all_marks(const std::string& word) {
  std::vector<std::string> names;
  for (const auto& [name, line] : marks().at(word)) names.push_back(name);
  return names;
}

}  // namespace radixlab
