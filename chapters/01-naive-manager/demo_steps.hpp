/// \file
/// The two halves of demo_01. Figures go to `demo` under the names that README.md's marks use.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "01-naive-manager/factory.hpp"
#include "apps/demo.hpp"
#include "io/dtype.hpp"

namespace radixlab {

/// Of `managers`, those that are built; says of the others in which lab they are. Throws std::invalid_argument for a
/// name that is none, or if none is left.
std::vector<std::string> built_managers(std::span<const Stage> stages, const std::vector<std::string>& managers);

/// Three requests at the desk, under each manager the same; a step of the demo each event.
void show_lives(Demo& demo, std::span<const Stage> stages, const std::vector<std::string>& managers);

/// Four questions on one document, by a model: what each manager computes of the prompts, and that the logits agree.
/// `answer` [tokens, at least 1] is generated for each.
void show_recomputing(Demo& demo, std::span<const Stage> stages, const std::vector<std::string>& managers,
                      const std::filesystem::path& model, DType type, std::size_t answer = 1);

/// What README.md's tables say, and the answers to questions.json under their names, from runs; prints nothing.
void keep_numbers(Demo& demo);

}  // namespace radixlab
