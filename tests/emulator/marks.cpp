#include "emulator/marks.hpp"

#include <fstream>
#include <map>
#include <sstream>

namespace radixlab {
namespace {

/// By word, then by name.
using Marks = std::map<std::string, std::map<std::string, std::string>>;

/// Of one line: names that stand behind "fault: " and "other: ", up to the first that no comma follows.
void read_line(const std::string& line, const std::string& place, Marks& marks) {
  for (const std::string word : {"fault", "other"}) {
    const std::size_t begin = line.find(word + ": ");
    if (begin == std::string::npos) continue;
    std::istringstream names(line.substr(begin + word.size() + 2));
    for (std::string name; names >> name;) {
      const bool more = name.back() == ',';
      if (more || name.back() == '.') name.pop_back();
      marks[word][name] = place;
      if (!more) break;
    }
  }
}

const Marks& marks() {
  static const Marks all = [] {
    Marks found;
    for (const std::string file : {"bounds.cu", "races.cu", "meetings.cu", "copies.cu"}) {
      std::ifstream in(EMULATOR_KERNELS "/" + file);
      std::string line;
      for (int number = 1; std::getline(in, line); ++number)
        read_line(line, file + ":" + std::to_string(number), found);
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
