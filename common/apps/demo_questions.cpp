#include "apps/demo_questions.hpp"

#include <algorithm>
#include <fstream>

#include "io/error.hpp"

namespace radixlab {

std::vector<Ask> first_questions(const std::filesystem::path& model, const Tokenizer& tokenizer, std::size_t count) {
  const std::filesystem::path questions = model / "documents" / "questions.jsonl";
  std::ifstream in(questions);
  if (!in)
    throw InputError(questions.string() + ": cannot be read; the demo asks about the documents of the shipped model");
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(model / "documents")) {
    if (file.path().extension() == ".txt") files.push_back(file.path());
  }
  std::ranges::sort(files);
  const std::vector<Document> documents = read_documents(files);
  std::vector<Question> all = read_questions(in, "questions.jsonl", documents);
  const std::string first = all.front().document;
  std::erase_if(all, [&](const Question& q) { return q.document != first; });
  all.resize(std::min(all.size(), count));
  return make_asks(all, documents, read_prompt_style(model), tokenizer);
}

}  // namespace radixlab
