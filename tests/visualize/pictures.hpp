/// \file
/// Nodes made by hand, and pictures and texts compared with committed ones.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "contract/snapshot.hpp"
#include "io/atomic_file.hpp"

namespace radixlab {

inline NodeView node(std::uint32_t id, std::uint32_t parent, std::vector<TokenId> tokens, std::vector<PageId> pages) {
  NodeView view;
  view.id = id;
  view.parent = parent;
  view.tokens = std::move(tokens);
  view.pages = std::move(pages);
  return view;
}
inline NodeView leaf(NodeView view) {
  view.evictable = true;
  return view;
}
inline NodeView locked(NodeView view, std::size_t times = 1) {
  view.use.ref_count = times;
  view.evictable = false;
  return view;
}
inline NodeView salted(NodeView view, std::uint32_t salt) {
  view.cache_salt = salt;
  return view;
}

inline std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Compares with tests/visualize/NAME. With RADIXLAB_UPDATE_GOLDEN set, writes that file anew, and fails all the same.
inline void expect_golden_text(const std::string& name, const std::string& text) {
  const std::string path = "tests/visualize/" + name;
  if (std::getenv("RADIXLAB_UPDATE_GOLDEN")) {
    write_file(path, text);
    FAIL() << path << " was written anew: look at it, then run without RADIXLAB_UPDATE_GOLDEN";
  }
  EXPECT_EQ(text, content(path)) << path << ": if the change is meant, run with RADIXLAB_UPDATE_GOLDEN=1";
}

/// A picture, whose file ends in .dot.
inline void expect_golden(const std::string& name, const std::string& dot) { expect_golden_text(name + ".dot", dot); }

/// A folder of its own for each test, and the PATH of before.
class InAFolder : public testing::Test {
 protected:
  void SetUp() override {
    const auto* const info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("radixlab_") + info->test_suite_name() + "_" + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    if (const char* const path = std::getenv("PATH")) path_ = path;
  }
  void TearDown() override {
    setenv("PATH", path_.c_str(), 1);
    std::filesystem::remove_all(folder_);
  }

  std::filesystem::path folder_;
  std::string path_;
};

}  // namespace radixlab
