#include "io/atomic_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

#include "io/error.hpp"

namespace radixlab {

AtomicFile::AtomicFile(std::filesystem::path target) : target_(std::move(target)), partial_(target_) {
  partial_ += fmt::format(".partial-{}", ::getpid());
  descriptor_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) refuse("create");
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!committed_) ::unlink(partial_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse("write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::commit() {
  if (::close(std::exchange(descriptor_, -1)) != 0) refuse("write");
  if (::rename(partial_.c_str(), target_.c_str()) != 0) refuse("write");
  committed_ = true;
}

void AtomicFile::refuse(std::string_view action) const {
  const int error = errno;
  throw InputError(fmt::format("{}: cannot {} it: {}", target_.string(), action, std::strerror(error)));
}

void write_file(const std::filesystem::path& target, std::string_view text) {
  AtomicFile file(target);
  file.write(text);
  file.commit();
}

}  // namespace radixlab
