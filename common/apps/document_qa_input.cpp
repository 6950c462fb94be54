#include "apps/document_qa_input.hpp"

#include <fmt/format.h>
#include <utility>

#include "io/jsonl.hpp"
#include "io/text.hpp"

namespace radixlab {
namespace {

// The documents whose path ends in `name`: a file, and as many folders as are said.
std::vector<const Document*> fitting(const std::vector<Document>& documents, const std::string& name) {
  std::vector<const Document*> found;
  for (const Document& document : documents)
    if (document.path == name || document.path.ends_with('/' + name)) found.push_back(&document);
  return found;
}

// The shortest end of its path that fits no other document.
std::string name_of(const Document& document, const std::vector<Document>& documents) {
  const std::string& path = document.path;
  for (std::size_t slash = path.rfind('/'); slash != path.npos && slash > 0; slash = path.rfind('/', slash - 1))
    if (std::string name = path.substr(slash + 1); fitting(documents, name).size() == 1) return name;
  if (fitting(documents, path).size() > 1) throw InputError(path + ": is given twice as a document");
  return path;
}

const std::string& chosen_name(const std::string& said, const std::vector<Document>& documents,
                               const std::string& where) {
  const auto found = fitting(documents, std::filesystem::path(said).lexically_normal().string());
  if (found.empty())
    throw InputError(fmt::format("{}: asks about {}, which is none of the --document files", where, quote(said)));
  if (found.size() > 1)
    throw InputError(fmt::format("{}: asks about {}, which may be {} or {}: expected one of these names", where,
                                 quote(said), quote(found[0]->name), quote(found[1]->name)));
  return found.front()->name;
}

}  // namespace

std::vector<Document> read_documents(const std::vector<std::filesystem::path>& files) {
  std::vector<Document> documents;
  for (const std::filesystem::path& file : files) {
    std::string text = read_text_file(file);
    while (text.ends_with('\n')) text.pop_back();
    documents.push_back({"", std::move(text), std::filesystem::absolute(file).lexically_normal().string()});
  }
  for (Document& document : documents) document.name = name_of(document, documents);
  return documents;
}

std::vector<Question> read_questions(std::istream& questions, const std::string& name,
                                     const std::vector<Document>& documents) {
  std::vector<Question> all;
  LineReader lines(questions, name);
  while (const auto line = lines.next()) {
    if (!begins_json(*line)) {  // a plain line, asked of every document
      for (const Document& document : documents) all.push_back({document.name, std::string(*line), ""});
      continue;
    }
    const Json object = parse_json_object(*line, lines.where());
    const std::string document = needed_text(object, "document", lines.where());
    all.push_back({chosen_name(document, documents, lines.where()), needed_text(object, "question", lines.where()),
                   optional_text(object, "answer", lines.where()).value_or("")});
  }
  if (all.empty()) throw InputError(name + ": no question in it; expected a line each");
  return all;
}

}  // namespace radixlab
