/// \file
/// The outside yardstick: the same questions by LibTorch's usual operators. LibTorch takes half a second to load, so doc_qa does
/// not link it: it hands its command over to doc_qa_stock, the same program with LibTorch.
#pragma once
#include <filesystem>
#include <vector>

#include "apps/document_qa.hpp"

namespace radixlab {

/// Goes on in doc_qa_stock, with the same arguments, unless this is it. Throws InputError if that does not start.
void need_stock(char** arguments);

/// Asks everything of the stock-operator path, which recomputes each prompt. Its logits are close to ours, not equal,
/// so they are timed here and compared in the tests.
ManagerRuns ask_stock(const std::filesystem::path& model, DType type, std::size_t threads, const std::vector<Ask>& asks,
                      const GenerateOptions& options, const Tokenizer& tokenizer);

}  // namespace radixlab
