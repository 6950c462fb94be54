/// \file
/// The small random models of the ladder: no size is a multiple of anything convenient.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace radixlab {

/// "group1", "group2", "group5", "group8": so many query heads share a KV head.
std::vector<std::string> ladder_models();

/// Writes the model `name` as a Hugging Face directory. Throws std::invalid_argument for another name.
void write_ladder_model(const std::string& name, const std::filesystem::path& directory);

}  // namespace radixlab
