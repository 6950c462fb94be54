#include "apps/generate_input.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

#include "io/jsonl.hpp"

namespace radixlab {
namespace {

std::ifstream opened(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw InputError(file + ": cannot be read");
  return in;
}

TokenId parse_token(const std::string& word, const std::string& where) {
  std::size_t used = 0;
  long long id = -1;
  try {
    id = std::stoll(word, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used != word.size() || id < 0 || id > 0x7fffffff) {
    throw InputError(where + ": " + quote(word) + " is not a token id; expected whole numbers from 0, space-separated");
  }
  return static_cast<TokenId>(id);
}

}  // namespace

std::vector<std::vector<TokenId>> read_token_lines(const std::string& file) {
  std::ifstream in = opened(file);
  std::vector<std::vector<TokenId>> requests;
  LineReader lines(in, file);
  while (const auto line = lines.next()) {
    std::vector<TokenId>& tokens = requests.emplace_back();
    std::istringstream words{std::string(*line)};
    for (std::string word; words >> word;) tokens.push_back(parse_token(word, lines.where()));
  }
  if (requests.empty()) throw InputError(file + ": no request in it; expected a line of token ids each");
  return requests;
}

std::vector<std::string> read_prompt_lines(const std::string& file) {
  std::ifstream opened_file;
  if (file != "-") opened_file = opened(file);
  const std::string name = file == "-" ? "standard input" : file;
  std::vector<std::string> prompts;
  LineReader lines(file == "-" ? std::cin : opened_file, name);
  while (const auto line = lines.next()) {
    if (begins_json(*line))
      prompts.push_back(needed_text(parse_json_object(*line, lines.where()), "prompt", lines.where()));
    else
      prompts.emplace_back(*line);
  }
  if (prompts.empty()) throw InputError(name + ": no request in it; expected a text, or an object, a line");
  return prompts;
}

}  // namespace radixlab
