#include "io/mapped_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "io/error.hpp"

namespace radixlab {
namespace {

/// How a file begins that git-lfs has left in place of the real one.
constexpr std::string_view kPointer = "version https://git-lfs";

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view why) {
  throw InputError(fmt::format("{}: {}", file.string(), why));
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& file) {
  // O_NONBLOCK: a pipe without a writer must be refused, not waited for.
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) refuse(file, errno == ENOENT ? "no such file" : std::strerror(errno));
  struct stat status {};
  void* start = nullptr;
  std::size_t size = 0;
  const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  if (regular && status.st_size > 0) {
    size = static_cast<std::size_t>(status.st_size);
    start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  }
  const int error = errno;
  ::close(descriptor);
  if (!regular) refuse(file, S_ISDIR(status.st_mode) ? "is a folder, not a file" : "is not a regular file");
  if (start == MAP_FAILED) refuse(file, std::strerror(error));
  bytes_ = {static_cast<const std::byte*>(start), size};
  if (!text().starts_with(kPointer)) return;
  ::munmap(start, size);
  refuse(file, "is a Git LFS pointer, not the file that it stands for; `git lfs pull` in its folder fetches that");
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

}  // namespace radixlab
