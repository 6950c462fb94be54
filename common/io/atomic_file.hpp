/// \file
/// A file that appears whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace radixlab {

/// Writes beside the target under another name; commit() renames. Without commit() the destructor removes what was
/// written, and a file that stood there before stays as it was.
class AtomicFile {
 public:
  /// Throws InputError with the path and the system's reason, as write() and commit() do.
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void commit();

 private:
  [[noreturn]] void refuse(std::string_view action) const;

  std::filesystem::path target_, partial_;
  int descriptor_ = -1;
  bool committed_ = false;
};

/// The whole file in one call.
void write_file(const std::filesystem::path& target, std::string_view text);

}  // namespace radixlab
