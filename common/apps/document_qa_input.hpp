/// \file
/// What doc_qa reads: documents, and questions that name them.
#pragma once
#include <filesystem>
#include <istream>
#include <string>
#include <vector>

namespace radixlab {

struct Document {
  std::string name;  ///< the end of its path that no other document's path has: doc.txt, or b/doc.txt beside a/doc.txt
  std::string text;
  std::string path;  ///< absolute
};

struct Question {
  std::string document;  ///< its name
  std::string question;
  std::string answer;  ///< what is expected; empty: nobody knows
};

/// The texts without the newlines at their end: the template says what follows a document. Throws InputError if one is
/// no text in UTF-8, or given twice.
std::vector<Document> read_documents(const std::vector<std::filesystem::path>& files);

/// `questions` is JSONL ({"document","question","answer"?}), or plain lines, each asked of every document. "document" is
/// the end of a path, of as many folders as it takes to tell it from others. Throws InputError, which names the file and
/// the line, on a line that is meant as JSON and is no such object, and on a document that is not there or not the only
/// one of that name.
std::vector<Question> read_questions(std::istream& questions, const std::string& name,
                                     const std::vector<Document>& documents);

}  // namespace radixlab
