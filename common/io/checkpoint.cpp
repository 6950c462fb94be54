#include <fmt/format.h>

#include "io/json.hpp"
#include "io/safetensors.hpp"

namespace radixlab {
namespace {

constexpr std::size_t longest_index = std::size_t{16} << 20;

/// A shard is a plain file of the index's own folder: no path leads out of it.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
}

/// Also of what cannot be looked at: opening it says why.
bool is_there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::status(file, ignored).type() != std::filesystem::file_type::not_found;
}

}  // namespace

Checkpoint::Checkpoint(const std::filesystem::path& folder) {
  const auto single = folder / "model.safetensors", index = folder / "model.safetensors.index.json";
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    throw InputError(fmt::format("{}: no such folder", folder.string()));
  if (is_there(single)) {
    listed_in_ = single;
    files_.emplace_back(single);
    for (const TensorView& tensor : files_.front().tensors()) home_.emplace(tensor.name, 0);
  } else if (is_there(index)) {
    listed_in_ = index;
    open_shards(folder);
  } else {
    throw InputError(
        fmt::format("{}: neither model.safetensors nor model.safetensors.index.json is there", folder.string()));
  }
}

void Checkpoint::open_shards(const std::filesystem::path& folder) {
  const Json json = read_json_file(listed_in_, {.bytes = longest_index});
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (map == json.end() || !map->is_object()) throw file_error(listed_in_, "has no object \"weight_map\"");
  std::map<std::string, std::size_t> opened;
  for (const auto& [tensor, shard] : map->items()) {
    if (!shard.is_string() || !is_plain_name(shard.get_ref<const std::string&>()))
      throw file_error(listed_in_,
                       fmt::format("tensor {} is said to be in {}: expected the name of a file of this folder",
                                   quote(tensor), shown(shard)));
    const auto [at, is_new] = opened.emplace(shard.get<std::string>(), files_.size());
    if (is_new) files_.emplace_back(folder / at->first);
    files_[at->second].at(tensor);
    home_.emplace(tensor, at->second);
  }
  for (std::size_t i = 0; i < files_.size(); ++i)
    for (const TensorView& tensor : files_[i].tensors())
      if (const auto home = home_.find(tensor.name); home != home_.end() && home->second != i)
        throw file_error(files_[i].path(),
                         fmt::format("has a tensor {}, which model.safetensors.index.json says is in {}",
                                     quote(tensor.name), quote(files_[home->second].path().filename().string())));
}

const TensorView& Checkpoint::at(std::string_view name, std::span<const std::size_t> shape) const {
  const auto home = home_.find(name);
  if (home == home_.end())
    throw file_error(listed_in_,
                     fmt::format("has no tensor {}: expected one of shape {}", quote(name), shape_text(shape)));
  const SafetensorsFile& file = files_[home->second];
  const TensorView& tensor = file.at(name);
  if (!is_weight_type(tensor.dtype))
    throw file_error(file.path(), fmt::format("tensor {} has dtype {}: expected F32, BF16 or F16", quote(name),
                                              dtype_name(tensor.dtype)));
  if (!std::equal(shape.begin(), shape.end(), tensor.shape.begin(), tensor.shape.end()))
    throw file_error(file.path(), fmt::format("tensor {} has shape {}: expected {} from config.json", quote(name),
                                              shape_text(tensor.shape), shape_text(shape)));
  return tensor;
}

std::vector<std::string> Checkpoint::names() const {
  std::vector<std::string> out;
  for (const auto& [name, file] : home_) out.push_back(name);
  return out;
}

std::size_t Checkpoint::total_bytes() const {
  std::size_t total = 0;
  for (const auto& [name, file] : home_) total += files_[file].at(name).bytes.size();
  return total;
}

}  // namespace radixlab
