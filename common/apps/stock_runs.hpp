/// \file
/// The outside yardstick: the same questions by LibTorch's usual operators.
#pragma once
#include <filesystem>
#include <vector>

#include "apps/document_qa.hpp"

namespace radixlab {

/// Asks everything of the stock-operator path, which recomputes each prompt. Its logits are close to ours, not equal,
/// so they are timed here and compared in the tests.
ManagerRuns ask_stock(const std::filesystem::path& model, DType type, std::size_t threads, const std::vector<Ask>& asks,
                      const GenerateOptions& options, const Tokenizer& tokenizer);

}  // namespace radixlab
