/// \file
/// Weights as Hugging Face stores them: one safetensors file, or a folder with one or with several (shards).
///
///   file    | n: 8 bytes | header: n bytes of JSON             | data: the tensors, one behind the other |
///   header  {"name": {"dtype": "BF16", "shape": [rows, cols], "data_offsets": [begin, end]}, ...}
///           offsets count from the start of the data
///
/// A constructor that returns has checked everything below; one that throws has read no byte outside the file.
///   - the header lies inside the file, is an object, and names no tensor twice
///   - each tensor lies inside the file, and its bytes are dtype size x shape
///   - tensors neither overlap nor leave a byte between them or behind the last (the format asks for both)
///   - an index names its shards as plain files of its own folder, and each tensor is in the shard that is named for it
///     and in no other. A file there may be a symbolic link to anywhere: whoever made the folder made the link, and the
///     cache of Hugging Face consists of them. A name that leads out of the folder is the index's doing, and refused.
///
/// Files are mapped: opening 5 GB takes no time and no memory. A view is good as long as the object that it came from.
/// Offsets need not suit the type: read elements with widen() or memcpy, never through a cast pointer.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/dtype.hpp"
#include "io/error.hpp"
#include "io/mapped_file.hpp"

namespace radixlab {

struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::size_t> shape;    ///< outermost first; [rows, cols] of a linear's weight is [out, in]
  std::span<const std::byte> bytes;  ///< row by row, the last dimension closest together
  std::size_t size() const { return bytes.size() / dtype_size(dtype); }  ///< [elements]
};

/// Elements first_element .. first_element + out.size() - 1 as float32: f32 as it is, bf16 and f16 exactly.
/// Throws InputError on another type, std::out_of_range if the tensor ends before.
void widen(const TensorView& tensor, std::size_t first_element, std::span<float> out);

/// "[4096, 288]"
std::string shape_text(std::span<const std::size_t> shape);

/// One file, checked: mapped, or in memory that is someone else's.
class SafetensorsFile {
 public:
  /// O(tensors log tensors). Throws InputError with the file, the tensor and what is wrong.
  explicit SafetensorsFile(const std::filesystem::path& file);

  /// The same of a file's bytes, which must outlive the object; `name` stands in messages.
  SafetensorsFile(std::span<const std::byte> bytes, const std::filesystem::path& name);

  const std::filesystem::path& path() const { return path_; }
  std::span<const TensorView> tensors() const { return tensors_; }  ///< in the order of their bytes
  const TensorView* find(std::string_view name) const;              ///< nullptr if there is none
  const TensorView& at(std::string_view name) const;                ///< throws InputError if there is none

 private:
  void read(std::span<const std::byte> file);

  std::filesystem::path path_;
  MappedFile map_;
  std::vector<TensorView> tensors_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
};

/// The weights of a Hugging Face folder: model.safetensors, or else the shards that model.safetensors.index.json names.
class Checkpoint {
 public:
  explicit Checkpoint(const std::filesystem::path& folder);

  bool contains(std::string_view name) const { return home_.find(name) != home_.end(); }

  /// The tensor if it is there, of one of the three float types, and of that shape. Otherwise InputError says which
  /// file, which tensor, what was expected and what is there.
  const TensorView& at(std::string_view name, std::span<const std::size_t> shape) const;
  const TensorView& at(std::string_view name, std::initializer_list<std::size_t> shape) const {
    return at(name, std::span(shape.begin(), shape.size()));
  }

  std::vector<std::string> names() const;  ///< sorted
  const std::vector<SafetensorsFile>& files() const { return files_; }
  std::size_t total_bytes() const;  ///< of the tensors of all files

 private:
  void open_shards(const std::filesystem::path& folder);

  std::filesystem::path listed_in_;  ///< the file that a missing tensor is missing from
  std::vector<SafetensorsFile> files_;
  std::map<std::string, std::size_t, std::less<>> home_;  ///< tensor -> index into files_
};

}  // namespace radixlab
