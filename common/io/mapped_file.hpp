/// \file
/// A file as memory: the operating system reads a page when it is first touched and may drop it again.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace radixlab {

/// Read-only map of a whole regular file; unmapped with the object. Moves, does not copy.
/// The file must keep its length while it is mapped: the system kills who reads behind a file that was cut meanwhile.
class MappedFile {
 public:
  /// Throws InputError with the path if it is missing, not a regular file or not readable, and if it is a Git LFS pointer:
  /// what a clone without git-lfs has in the place of a large file.
  explicit MappedFile(const std::filesystem::path& file);
  MappedFile() = default;  ///< no file, no bytes
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return bytes_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace radixlab
