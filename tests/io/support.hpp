/// \file
/// A folder for a test's files, and the message of an expected refusal.
#pragma once

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "io/atomic_file.hpp"
#include "io/error.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {

/// A new empty folder, removed with the object.
class TempFolder : public TemporaryFolder {
 public:
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    write_file(path() / name, text);
    return path() / name;
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path()), {}));
  }
};

/// What InputError says; "" if nothing is thrown. Another exception fails the test by itself.
template <typename Body>
std::string refusal(Body&& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace radixlab
