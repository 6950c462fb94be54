/// \file
/// What the lecture demos ask: a few questions on one document, which the shipped model brings along.
#pragma once
#include <filesystem>
#include <vector>

#include "apps/document_qa.hpp"

namespace radixlab {

/// The first `count` questions on the first document of model/documents/questions.jsonl. Throws InputError where the
/// folder or the file is missing.
std::vector<Ask> first_questions(const std::filesystem::path& model, const Tokenizer& tokenizer, std::size_t count);

}  // namespace radixlab
